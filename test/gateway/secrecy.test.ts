// Only its owner and the gateway know a key: the product writes none down, and no guess is one.
import { createHash, randomInt } from 'node:crypto';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { createGatewaySource } from '../../src/db/gateway/source.ts';
import { API_KEY_PREFIX } from '../../src/domain/api-key-form.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { ADMIN, createTestContext } from '../support/context.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { createCapturedLog } from '../web/serve.ts';
import { createProgramme } from './programme.ts';
import { type ServedGateway, serveGateway } from './serve.ts';

const t = forAllTests(createTestContext);
const programme = createProgramme(() => t.as(ADMIN));
let served: ServedGateway | undefined;
beforeAll(async () => {
  await programme.api('orders/v1', 'orders');
  await programme.api('films', 'films', { keyHeader: 'X-Film-Key', keyQuery: 'film-key' });
});
afterEach(() => served?.close());

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** Counts the keys that the database is asked about one by one. */
function countingSource() {
  const source = createGatewaySource(t.db, t.databaseUrl, 'ours', t.clock);
  let asked = 0;
  return {
    asked: () => asked,
    source: {
      ...source,
      openRows(maxConnections: number) {
        const rows = source.openRows(maxConnections);
        return {
          ...rows,
          findCall(call: Parameters<typeof rows.findCall>[0]) {
            if (call.keyHash !== null) asked += 1;
            return rows.findCall(call);
          },
        };
      },
    },
  };
}

it('T26: neither a key nor its hash gets into the log, an answer or the metrics, in whatever way it came', async () => {
  const { log, logged } = createCapturedLog();
  const known = (await programme.subscription({ apiId: 'orders' })).primaryKey;
  const keys = [known, programme.newKey(), 'canary-of-a-foreign-key-0123456789'];
  const said: string[] = [];
  for (const from of ['memory', 'database'] as const) {
    const secret = 'the-secret-of-a-gateway';
    served = await serveGateway(t, from, { log, secret });
    for (const key of keys) {
      for (const headers of [{}, { 'x-gateway-secret': 'wrong' }, { 'x-gateway-secret': secret }])
        for (const asked of [
          { key },
          { uri: `/orders/v1?subscription-key=${key}` },
          { query: `?subscription-key=${key}` },
          { uri: `/orders/v1/${key}/%2e%2e/` },
          { uri: `/films?film-key=${key}` },
          { uri: `/films?film-key=${key}&film-key=${key}` },
          { key, uri: `/${key}` },
        ]) {
          const answer = await served.ask({ ...asked, headers: { 'x-film-key': key, ...headers } });
          said.push(answer.body, JSON.stringify([...answer.headers]));
        }
    }
    const metrics = createMetrics(
      async () => ({ isSlackReachable: null, oldestWaitingJobSeconds: 0, mailsByState: {}, followers: [] }),
      served.gateway.readings,
    );
    said.push(await metrics.render());
    // Also without a database, when every check fails and says so.
    await t.sql`alter table subscription_keys rename to away`;
    try {
      if (from === 'database')
        expect((await served.ask({ key: known, headers: { 'x-gateway-secret': secret } })).status).toBe(503);
    } finally {
      await t.sql`alter table away rename to subscription_keys`;
    }
    await served.close();
  }
  const everything = [...said, ...logged].join('\n');
  expect(logged.join('')).toContain('gateway check without a database');
  expect(logged.join('')).toContain('X-Gateway-Secret is missing or wrong');
  for (const key of keys) {
    expect(everything).not.toContain(key);
    expect(everything).not.toContain(sha256(key));
  }
  expect(everything).not.toContain('the-secret-of-a-gateway');
});

// Without our prefix a key could be from elsewhere: such a slip is looked up, in the database while a heartbeat is late.
it('T27: a key with any character changed after its prefix is refused without a look-up, and so is one with a few slips of the hand', async () => {
  const { source, asked } = countingSource();
  served = await serveGateway(t, 'memory', { source });
  const { primaryKey: key } = await programme.subscription({ apiId: 'orders' });
  await served.catchUp();
  expect((await served.ask({ key })).status).toBe(200);
  for (let at = API_KEY_PREFIX.length; at < key.length; at++) {
    const other = key[at] === 'x' ? 'y' : 'x';
    expect((await served.ask({ key: `${key.slice(0, at)}${other}${key.slice(at + 1)}` })).status).toBe(401);
  }
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  const typed = Array.from({ length: 500 }, () => {
    const signs = [...key];
    for (let slip = 0; slip <= randomInt(3); slip++) {
      const at = randomInt(API_KEY_PREFIX.length, signs.length);
      const before = signs[at];
      while (signs[at] === before) signs[at] = digits[randomInt(digits.length)] ?? '';
    }
    return signs.join('');
  }).filter((one) => one !== key);
  const answers = await Promise.all(typed.map((one) => served?.ask({ key: one })));
  expect(answers.every((answer) => answer?.status === 401)).toBe(true);
  expect(asked()).toBe(0);
});

it('a flood of unknown keys keeps the database as quiet as before, and a known key as quick', async () => {
  const { source, asked } = countingSource();
  served = await serveGateway(t, 'memory', { source });
  const { primaryKey: key } = await programme.subscription({ apiId: 'orders' });
  await served.catchUp();
  const { ask, gateway } = served;
  let late = 0;
  await Promise.all(
    Array.from({ length: 40 }, async () => {
      for (let at = 0; at < 25; at++) {
        const wasTrusted = gateway.readings().isTrusted;
        expect((await ask({ key: programme.newKey() })).status).toBe(401);
        if (!wasTrusted || !gateway.readings().isTrusted) late += 1;
      }
    }),
  );
  expect((await ask({ key })).status).toBe(200);
  // On a busy machine a heartbeat comes late, and the checks of that time ask the database.
  expect(asked()).toBeLessThan(100 + late);
});
