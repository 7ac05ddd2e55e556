// The rows of followers: who shares a rate, by the database's clock.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openGatewayRows } from '../../src/db/gateway/rows.ts';
import type { FollowerBeat } from '../../src/domain/gateway-rows.ts';
import { createTestContext } from '../support/context.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const t = forAllTests(createTestContext);
let rows: ReturnType<typeof openGatewayRows>;
beforeAll(async () => {
  rows = openGatewayRows(t.databaseUrl, 'ours', 2);
});
afterAll(async () => {
  await rows.close();
});
beforeEach(async () => {
  await t.sql`delete from gateway_followers`;
});

const beat = (id: string, isAnswering = true, isLeased = true, kind: FollowerBeat['kind'] = 'process') =>
  rows.beat(id, 'probe', { kind, host: 'here', isAnswering, isLeased });
const age = (id: string, by: string) =>
  t.sql`update gateway_followers set last_beat_at = now() - ${by}::interval where id = ${id}`;
const ids = async () =>
  (await t.sql<{ id: string }[]>`select id from gateway_followers order by id`).map(({ id }) => id);

it('T91: a newcomer shares with all that are there, then those that answer share by their ids', async () => {
  expect(await beat('a')).toEqual({ of: 1, rank: 0 });
  expect(await beat('b', false)).toEqual({ of: 2, rank: 0 });
  expect(await beat('a')).toEqual({ of: 1, rank: 0 });
  expect(await beat('b')).toEqual({ of: 2, rank: 0 });
  expect(await beat('a')).toEqual({ of: 2, rank: 0 });
  expect(await beat('b')).toEqual({ of: 2, rank: 1 });
  await beat('c', false);
  expect(await beat('c', false)).toEqual({ of: 3, rank: 0 });
  expect(await beat('b')).toEqual({ of: 2, rank: 1 });
  await beat('a', false);
  expect(await beat('b')).toEqual({ of: 1, rank: 0 });
});

it('a gateway has the whole rate from its first call, beside processes that no one asks', async () => {
  await beat('a', false);
  await beat('b', false);
  expect(await beat('g', false, true, 'haproxy')).toEqual({ of: 1, rank: 0 });
  expect(await beat('g', true, true, 'haproxy')).toEqual({ of: 1, rank: 0 });
  expect(await beat('h', false, true, 'nginx')).toEqual({ of: 4, rank: 0 });
  await beat('g', false, true, 'haproxy');
  expect(await beat('h', false, true, 'nginx')).toEqual({ of: 2, rank: 0 });
});

it('T91: one that died has no share, nor one from a time when the database’s clock was wrong, nor one of another service', async () => {
  await beat('a');
  await beat('b');
  const theirs = openGatewayRows(t.databaseUrl, 'theirs', 1);
  await theirs.beat('z', 'probe', {
    kind: 'process',
    host: 'here',
    isAnswering: true,
    isLeased: true,
  });
  await theirs.close();
  expect(await beat('b')).toEqual({ of: 2, rank: 1 });
  await age('a', '5 seconds');
  expect(await beat('b')).toEqual({ of: 1, rank: 0 });
  await age('a', '-1 hour');
  expect(await beat('b')).toEqual({ of: 1, rank: 0 });
});

it('one that answers from the database has a share, but changes don’t wait for it, and it is forgotten once it is gone', async () => {
  await beat('a', true, false);
  await beat('b');
  expect(await beat('b')).toEqual({ of: 2, rank: 1 });
  expect(await t.sql`select id from gateway_followers where beats > 0`).toEqual([{ id: 'b' }]);
  await age('a', '61 seconds');
  await age('b', '61 seconds');
  await beat('c');
  expect(await ids()).toEqual(['b', 'c']);
  await beat('c', true, false);
  expect(await t.sql`select beats from gateway_followers where id = 'c'`).toEqual([{ beats: '0' }]);
});
