import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { requestFacts } from '../../src/web/request-facts.ts';
import { sendRaw, serve, stopAll } from './serve.ts';

afterEach(stopAll);

const isAlive = async (url: string) => (await fetch(`${url}/alive`)).status === 200;
const serveEcho = (options = {}) =>
  serve((app) => {
    app.get('/alive', (c) => c.text('yes'));
    app.post('/echo', async (c) => c.text(String((await c.req.arrayBuffer()).byteLength)));
    app.post('/json', async (c) => c.json(await c.req.json().catch(() => c.json({}, 400))));
  }, options);

const post = (url: string, bytes: number) => fetch(url, { method: 'POST', body: Buffer.alloc(bytes, 'x') });

describe('a request beyond a limit', () => {
  test('T38: is answered 413 for a body of one byte more than 16 KB, announced or not', async () => {
    const { url, port } = await serveEcho();
    expect(await (await post(`${url}/echo`, 16_384)).text()).toBe('16384');
    expect((await post(`${url}/echo`, 16_385)).status).toBe(413);
    expect((await post(`${url}/echo`, 1_500_000)).status).toBe(413);
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
    const head = 'POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';
    const chunked = await sendRaw(port, [
      head,
      chunk,
      chunk,
      '0\r\n\r\n',
      'GET /alive HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    ]);
    expect(chunked.status).toBe(413);
    // The connection is in order afterwards: the next request on it is answered.
    expect(chunked.answer).toContain('HTTP/1.1 200');
    expect(await isAlive(url)).toBe(true);
  });

  test('T38: is answered before the rest of a body far beyond the limit', async () => {
    const { port, url } = await serveEcho();
    const head = 'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n';
    const { status, ms } = await sendRaw(port, [head]);
    expect(status).toBe(413);
    expect(ms).toBeLessThan(1_000);
    expect(await isAlive(url)).toBe(true);
  });

  test('T38: is answered 408 within ten seconds when its body comes a byte a second', {
    timeout: 20_000,
  }, async () => {
    const { port, url } = await serveEcho();
    const bytes = Array.from({ length: 30 }, () => 'x');
    const body = ['POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n', ...bytes];
    const headers = ['GET /alive HTTP/1.1\r\n', ...bytes.map((byte) => `X-${byte}: 1\r\n`)];
    const [slowBody, slowHead] = await Promise.all([
      sendRaw(port, body, 1_000),
      sendRaw(port, headers, 1_000),
    ]);
    expect([slowBody.status, slowHead.status]).toEqual([408, 408]);
    expect(Math.max(slowBody.ms, slowHead.ms)).toBeLessThan(10_000);
    expect(await isAlive(url)).toBe(true);
  });

  test('T38: is answered 431 for a hundred headers, and for 16 KB of them', async () => {
    const { url } = await serveEcho();
    const headers = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`x-${at}`, '1']));
    expect((await fetch(`${url}/alive`, { headers: headers(80) })).status).toBe(200);
    expect((await fetch(`${url}/alive`, { headers: headers(100) })).status).toBe(431);
    expect((await fetch(`${url}/alive`, { headers: headers(500) })).status).toBe(431);
    expect((await fetch(`${url}/alive`, { headers: { 'x-long': 'x'.repeat(17_000) } })).status).toBe(431);
    expect(await isAlive(url)).toBe(true);
  });

  test.each([
    ['/%', 400],
    ['/%zz', 400],
    ['/alive?ticket=%c3%28', 400],
    ['/alive?ticket=%ff', 400],
    [`/alive?ticket=${'x'.repeat(8_200)}`, 414],
  ])('T38: to %s is answered %i', async (target, status) => {
    const { url } = await serveEcho();
    expect((await fetch(`${url}${target}`)).status).toBe(status);
    expect(await isAlive(url)).toBe(true);
  });

  test.each([
    [
      'an absolute address of another host',
      'GET http://evil.example/alive HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    ],
    ['an asterisk', 'OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'],
    ['no host', 'GET /alive HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['a malformed host', 'GET /alive HTTP/1.1\r\nHost: evil/alive?\r\nConnection: close\r\n\r\n'],
    ['a backslash', 'GET /a\\b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'],
    ['two lengths', 'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx'],
    [
      'length and chunks',
      'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['no HTTP at all', '\x16\x03\x01\x02\x00 hello\r\n\r\n'],
  ])('with %s is answered 400, and the process goes on', async (_what, bytes) => {
    const { url, port } = await serveEcho();
    expect((await sendRaw(port, [bytes])).status).toBe(400);
    expect(await isAlive(url)).toBe(true);
  });

  test('with bad JSON is answered, and the process goes on', async () => {
    const { url } = await serveEcho();
    const answer = await fetch(`${url}/json`, {
      method: 'POST',
      body: '{"a":',
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.status).toBeLessThan(500);
    expect(await isAlive(url)).toBe(true);
  });

  test('whose client leaves in the middle of its body is no fault of ours, and the process goes on', async () => {
    const { url, port, logged } = await serveEcho();
    await new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.write('POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nhalf');
        setTimeout(() => socket.destroy(), 50);
      });
      socket.on('close', () => setTimeout(resolve, 50));
    });
    expect(await isAlive(url)).toBe(true);
    expect(logged).toEqual([]);
  });
});

describe('the routes beside the app', () => {
  test('give Slack its own path only, with the body read, up to 1 MB', async () => {
    const seen: number[] = [];
    const { url } = await serveEcho({
      routes: {
        '/slack/events': (
          req: IncomingMessage & { rawBody?: Buffer },
          res: import('node:http').ServerResponse,
        ) => {
          seen.push(req.rawBody?.length ?? -1);
          res.end('ok');
        },
      },
    });
    expect((await post(`${url}/slack/events`, 1_048_576)).status).toBe(200);
    expect((await post(`${url}/slack/events`, 1_048_577)).status).toBe(413);
    expect((await post(`${url}/slack/events/more`, 1)).status).toBe(404);
    expect((await post(`${url}/slack`, 1)).status).toBe(404);
    expect(seen).toEqual([1_048_576]);
  });

  test('give the playground everything below its path, and nothing else', async () => {
    const seen: string[] = [];
    const { url } = await serveEcho({
      routes: {
        '/playground': (req: IncomingMessage, res: import('node:http').ServerResponse) => {
          seen.push(req.url ?? '');
          res.end('ok');
        },
      },
    });
    for (const path of ['/playground', '/playground/', '/playground/slack/api/auth.test?x=1'])
      await fetch(url + path);
    expect((await fetch(`${url}/playgrounds`)).status).toBe(404);
    expect(seen).toEqual(['/playground', '/playground/', '/playground/slack/api/auth.test?x=1']);
  });

  test('T68: answer 500 without a reason when a listener throws, at once or later', async () => {
    const { url, logged } = await serveEcho({
      routes: {
        '/slack/events': () => {
          throw new Error('canary-slack ann@example.com');
        },
        '/playground': async () => {
          throw Object.assign(new Error('canary-playground'), { code: 'canary@example.com' });
        },
      },
    });
    for (const path of ['/slack/events', '/playground']) {
      const answer = await fetch(url + path);
      expect(answer.status).toBe(500);
      const body = await answer.text();
      expect(body).not.toContain('canary');
      expect(body).toContain(answer.headers.get('x-request-id'));
    }
    expect(logged.join('')).not.toMatch(/canary|example\.com/);
    expect(await isAlive(url)).toBe(true);
  });
});

describe('an answer', () => {
  test('T68: to a fault has the reference that is in the log, and both leave out the reason and the person', async () => {
    const { url, logged } = await serve((app) => {
      app.get('/fault/:what', () => {
        throw Object.assign(new Error('canary in the message\n    at canary (src/canary.ts:1:1)x'), {
          name: 'canary of a name',
          code: '23505',
          detail: 'Key (email)=(canary@example.com) already exists.',
          cause: new Error('canary in the cause'),
        });
      });
    });
    const answer = await fetch(`${url}/fault/canary-path?ticket=canary-query`, {
      headers: { 'x-canary': 'canary' },
    });
    const body = (await answer.json()) as { error: string; reference: string };
    expect(answer.status).toBe(500);
    expect(Object.keys(body)).toEqual(['error', 'message', 'reference']);
    expect(logged).toHaveLength(1);
    const line = JSON.parse(logged[0] ?? '') as Record<string, unknown>;
    expect(line).toMatchObject({
      err: { type: 'Error', code: '23505' },
      reference: body.reference,
      route: '/fault/:what',
    });
    expect(`${JSON.stringify(body)}${logged[0]}`).not.toMatch(/canary/);
  });

  test('has our own reference, also when the client sends one', async () => {
    const { url } = await serveEcho();
    const answers = await Promise.all(
      [1, 2].map(() => fetch(`${url}/alive`, { headers: { 'x-request-id': 'mine\u00e4' } })),
    );
    const ids = answers.map((answer) => answer.headers.get('x-request-id') ?? '');
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-/);
  });

  test('of any kind forbids caching, framing, type guessing and sending its address as a referrer', async () => {
    const { url } = await serveEcho({ isHttps: true });
    for (const path of ['/alive', '/nothing-here']) {
      const { headers } = await fetch(url + path);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(headers.get('strict-transport-security')).toMatch(/^max-age=31536000/);
      expect(headers.get('server')).toBeNull();
      expect(headers.get('x-powered-by')).toBeNull();
    }
  });

  test('over plain HTTP does not bind the browser to HTTPS', async () => {
    const { url } = await serveEcho();
    expect((await fetch(`${url}/alive`)).headers.get('strict-transport-security')).toBeNull();
  });
});

describe('the address of a request', () => {
  const serveAddress = (trustedProxies: string[]) =>
    serve(
      (app) =>
        app.get('/who', (c) =>
          c.text(`${c.env.facts.address} ${requestFacts(c.env.incoming).id === c.env.facts.id}`),
        ),
      {
        trustedProxies,
      },
    );

  test('is that of the socket, for any headers', async () => {
    const { url } = await serveAddress([]);
    const headers = {
      'x-forwarded-for': '198.51.100.1',
      forwarded: 'for=198.51.100.2',
      'x-real-ip': '198.51.100.3',
    };
    expect(await (await fetch(`${url}/who`, { headers })).text()).toBe('127.0.0.1 true');
  });

  test('is the one that a trusted proxy names', async () => {
    const { url } = await serveAddress(['127.0.0.0/8']);
    const headers = { 'x-forwarded-for': '198.51.100.1, 203.0.113.9' };
    expect(await (await fetch(`${url}/who`, { headers })).text()).toBe('203.0.113.9 true');
  });
});

describe('starting and stopping the server', () => {
  const serveSlow = async () => {
    let arrive = () => {};
    const arrival = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const served = await serve((app) => {
      app.get('/quick', (c) => c.text('done'));
      app.get('/slow/:ms', async (c) => {
        arrive();
        await new Promise((resolve) => setTimeout(resolve, Number(c.req.param('ms'))));
        return c.text('done');
      });
    });
    return { ...served, arrival };
  };

  test('answers a request in flight before it stops, and does not wait for idle connections', async () => {
    const { url, server, arrival } = await serveSlow();
    await (await fetch(`${url}/quick`)).text();
    const inFlight = fetch(`${url}/slow/300`);
    await arrival;
    const startedAt = performance.now();
    const stopped = server.stop(5_000);
    const answer = await inFlight;
    expect(await answer.text()).toBe('done');
    expect(answer.headers.get('connection')).toBe('close');
    await stopped;
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    await expect(fetch(`${url}/quick`)).rejects.toThrow();
  });

  test('cuts off a request that takes longer than the time to stop', async () => {
    const { url, server, arrival } = await serveSlow();
    const inFlight = fetch(`${url}/slow/20000`).then(
      () => 'answered',
      () => 'cut off',
    );
    await arrival;
    const startedAt = performance.now();
    await server.stop(200);
    expect(performance.now() - startedAt).toBeLessThan(1_500);
    expect(await inFlight).toBe('cut off');
  });

  test('fails at the start when the port is taken', async () => {
    const { port } = await serveSlow();
    const { createHttpServer } = await import('../../src/web/server.ts');
    const { createCapturedLog } = await import('./serve.ts');
    const other = createHttpServer({
      log: createCapturedLog().log,
      clock: () => new Date(),
      trustedProxies: [],
      routes: {},
      fetch: () => new Response('other'),
    });
    await expect(other.listen('127.0.0.1', port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
