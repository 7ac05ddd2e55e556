import { afterEach, describe, expect, test } from 'vitest';
import { createHealth } from '../../src/web/health.ts';
import { createMetrics, type Readings } from '../../src/web/metrics.ts';
import { serve, stopAll } from './serve.ts';

afterEach(stopAll);

const FINE: Readings = {
  isSlackReachable: true,
  oldestWaitingJobSeconds: 4,
  mailsByState: { queued: 2, accepted: 9 },
  followers: [],
};

async function serveHealth(
  checks: Record<string, () => Promise<unknown>> = {},
  collect: () => Promise<Readings> = async () => FINE,
) {
  const metrics = createMetrics(collect);
  const served = await serve(
    (app) => {
      app.route('/', createHealth({ checks, metrics }));
      app.get('/tickets/:secret', (c) => c.text('ok'));
    },
    { metrics },
  );
  const get = async (path: string, headers = {}) => {
    const answer = await fetch(served.url + path, { headers });
    return { status: answer.status, body: await answer.text() };
  };
  return { ...served, get };
}

describe('health', () => {
  test('is alive before it is ready, and ready once the server says so and its checks pass', async () => {
    const { server, get } = await serveHealth({ database: async () => {} });
    expect((await get('/healthz')).status).toBe(200);
    expect((await get('/readyz')).status).toBe(503);
    server.setReady(true);
    expect(await get('/readyz')).toEqual({
      status: 200,
      body: '{"status":"ready","checks":{"database":"ok"}}',
    });
    server.setReady(false);
    expect((await get('/readyz')).status).toBe(503);
  });

  test('names the check that fails, and not the reason', async () => {
    const { server, get, logged } = await serveHealth({
      database: () => Promise.reject(new Error('canary password')),
      jobs: async () => {},
    });
    server.setReady(true);
    const { status, body } = await get('/readyz');
    expect(status).toBe(503);
    expect(JSON.parse(body)).toEqual({
      status: 'not ready',
      checks: { database: 'failing', jobs: 'ok' },
    });
    expect(body + logged.join('')).not.toContain('canary');
  });

  test('T36: reports a check that hangs as failing after a second, and /healthz does not wait for it', async () => {
    const { server, get } = await serveHealth({ database: () => new Promise(() => {}) });
    server.setReady(true);
    const startedAt = performance.now();
    const ready = get('/readyz');
    expect((await get('/healthz')).status).toBe(200);
    expect(performance.now() - startedAt).toBeLessThan(900);
    expect((await ready).status).toBe(503);
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });

  test('asks the database once a second for any number of requests', async () => {
    let asked = 0;
    const { server, get } = await serveHealth({ database: async () => ++asked });
    server.setReady(true);
    await Promise.all(Array.from({ length: 50 }, () => get('/readyz')));
    expect(asked).toBeLessThanOrEqual(2);
  });
});

describe('metrics', () => {
  test('show Slack, the oldest job, mails by state and the duration of requests by route', async () => {
    const { get } = await serveHealth();
    await get('/tickets/canary-ticket');
    await get('/no/such/canary-path');
    const { status, body } = await get('/metrics');
    expect(status).toBe(200);
    expect(body).toMatch(/^apim_user_slack_reachable 1$/m);
    expect(body).toMatch(/^apim_user_oldest_waiting_job_seconds 4$/m);
    expect(body).toMatch(/^apim_user_mails\{state="queued"\} 2$/m);
    expect(body).toMatch(/^apim_user_mails\{state="accepted"\} 9$/m);
    expect(body).toMatch(
      /^apim_user_http_request_duration_seconds_count\{method="GET",route="\/tickets\/:secret",status="200"\} 1$/m,
    );
    expect(body).toMatch(/route="none",status="404"/);
    expect(body).toMatch(/^process_resident_memory_bytes \d/m);
    expect(body).not.toContain('canary');
  });

  test('do not show a state that no mail has any more', async () => {
    let readings = FINE;
    const { get } = await serveHealth({}, async () => readings);
    expect((await get('/metrics')).body).toContain('state="queued"');
    readings = { ...FINE, mailsByState: { accepted: 11 } };
    expect((await get('/metrics')).body).not.toContain('state="queued"');
  });

  test('are answered when the readings fail, and say so', async () => {
    const { get } = await serveHealth({}, () => Promise.reject(new Error('canary')));
    const { status, body } = await get('/metrics');
    expect(status).toBe(200);
    expect(body).toMatch(/^apim_user_readings_collected 0$/m);
    expect(body).not.toContain('canary');
  });

  test('count an unknown method as other', async () => {
    const { url, get } = await serveHealth();
    await fetch(`${url}/healthz`, { method: 'PURGE' });
    const { body } = await get('/metrics');
    expect(body).toContain('method="other"');
    expect(body).not.toContain('PURGE');
  });

  test('are not found through a proxy', async () => {
    const { get } = await serveHealth();
    expect((await get('/metrics', { 'x-forwarded-for': '198.51.100.1' })).status).toBe(404);
  });
});
