// What agents beside gateways follow over HTTP: the same rows as the database has, and nothing without the secret.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createGatewaySource } from '../../src/db/gateway/source.ts';
import { createHttpSource } from '../../src/gateway/follow/http-source.ts';
import { loadIndex } from '../../src/gateway/follow/read-rows.ts';
import {
  createSnapshotWriter,
  readSnapshot,
  VERSION_QUERY,
} from '../../src/gateway/follow/snapshot-bytes.ts';
import type { GatewaySource } from '../../src/gateway/source.ts';
import { apiKeyHash } from '../../src/security/api-key.ts';
import { ADMIN, createTestContext } from '../support/context.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { createProgramme } from './programme.ts';
import { FOLLOW_SECRET, serveGateway } from './serve.ts';

/** Enough for more than one line and one page of the database's, and for the buffers of a connection. */
const MANY = 6_000;
const t = forAllTests(createTestContext);
const programme = createProgramme(() => t.as(ADMIN));
const served = forAllTests(() =>
  serveGateway(t, 'database', {
    followers: { limits: { unreadBytes: 100_000, stallMs: 300, silentMs: 60_000 } },
  }),
);
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const sourceAt = (url: string) => createHttpSource({ url, secret: FOLLOW_SECRET });
const quiet = { change: () => {}, question: () => {}, usage: () => {}, beat: () => {}, lost: () => {} };

async function manySubscriptions(): Promise<void> {
  await t.sql`insert into subscriptions (service_id, id, name, state, state_changed_at, state_changed_by, created_at,
      updated_at)
    select 'ours', 'many' || n, 'many', 'active', now(), 'test', now(), now() from generate_series(1, ${MANY}) n
    on conflict do nothing`;
  await t.sql`insert into subscription_keys (service_id, subscription_id, slot, hash, sealed, created_at)
    select 'ours', 'many' || n, 'primary', encode(sha256(('many' || n)::bytea), 'hex'), '', now()
    from generate_series(1, ${MANY}) n on conflict do nothing`;
}

const BARE = {
  createdAt: 1.5,
  startsAt: null,
  endsAt: 9e12,
  quotaEndsAt: null,
  state: 'active' as const,
  productId: 'gold',
  apiId: null,
  ownLimits: { rate: { calls: 5, seconds: 60 }, quota: 'unlimited' as const },
};

/** What an agent takes from these bytes, in pieces of three. */
async function readFrom(bytes: Buffer) {
  const [subscriptions, keys]: [Record<string, unknown>, Record<string, string>] = [{}, {}];
  let count = 0;
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += 3) yield bytes.subarray(at, at + 3);
  }
  await readSnapshot(pieces(), {
    subscription({ id, accountId, ...row }) {
      count += 1;
      subscriptions[String(id)] = { ...row, accountId: String(accountId) };
    },
    account() {
      count += 1;
    },
    key({ subscriptionId, slot }) {
      count += 1;
      keys[String(subscriptionId)] = slot;
    },
  });
  return { count, subscriptions, keys };
}

/** Sends the request and reads nothing. */
function askSilently(path: string, { port } = served) {
  const socket = connect(port, '127.0.0.1');
  socket.write(
    `GET /gateway/follow/${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${FOLLOW_SECRET}\r\n\r\n`,
  );
  socket.pause();
  const closed = new Promise((resolve) => socket.once('close', resolve));
  closing.push(() => socket.destroy());
  return { socket, closed };
}

describe('the rows over HTTP', () => {
  it('fill the same index as those of the database', async () => {
    await manySubscriptions();
    const apiId = await programme.api('films/v1', 'films', { keyHeader: 'X-Film-Key', keyQuery: 'film-key' });
    const productId = await programme.product([apiId]);
    const made = [
      await programme.subscription({ productId }),
      await programme.subscription({ apiId, endsAt: new Date(t.clock().getTime() + 60_000) }),
      await programme.subscription({ isNobodys: true }),
    ];
    const load = (source: GatewaySource) => {
      const rows = source.openRows(2);
      closing.push(rows.abandon);
      return loadIndex(rows);
    };
    const ours = await load(createGatewaySource(t.db, t.databaseUrl, 'ours', t.clock));
    const theirs = await load(sourceAt(served.url));
    expect(theirs.size).toEqual(ours.size);
    expect(theirs.size.keys).toBeGreaterThanOrEqual(MANY + 6);
    expect(theirs.api('films')).toEqual(ours.api('films'));
    for (const { primaryKey, secondaryKey } of made)
      for (const hash of [primaryKey, secondaryKey].map(apiKeyHash)) {
        expect(theirs.factsOf(theirs.api('films'), hash).subscription).not.toBeNull();
        expect(theirs.factsOf(theirs.api('films'), hash)).toEqual(ours.factsOf(ours.api('films'), hash));
      }
  });

  it('have no key', async () => {
    const { primaryKey, secondaryKey } = await programme.subscription();
    const headers = { authorization: `Bearer ${FOLLOW_SECRET}` };
    const text = await (
      await fetch(`${served.url}/gateway/follow/snapshot?${VERSION_QUERY}`, { headers })
    ).text();
    expect(text).toContain(apiKeyHash(primaryKey));
    for (const key of [primaryKey, secondaryKey]) expect(text).not.toContain(key);
  });

  it('of a snapshot that is cut are never taken for all of them, and what is none of ours is refused', async () => {
    const parts: Buffer[] = [];
    const writer = createSnapshotWriter((part) => void parts.push(part));
    writer.subscription({ ...BARE, id: Buffer.from('s1'), accountId: Buffer.from('ann') });
    writer.account({ id: Buffer.from('ann'), resourceId: null, state: 'active', groupIds: ['developers'] });
    const key = { subscriptionId: Buffer.from('s1'), slot: 'former-secondary' as const, endsAt: 5 };
    writer.key({ ...key, hash: Buffer.from('ab'.repeat(32)) });
    writer.finish();
    const sent = Buffer.concat(parts);
    const whole = await readFrom(sent);
    expect([whole.subscriptions.s1, whole.keys.s1]).toEqual([
      { ...BARE, accountId: 'ann' },
      'former-secondary',
    ]);
    for (let length = 0; length < sent.length; length++)
      await expect(readFrom(sent.subarray(0, length)), `${length}`).rejects.toMatchObject({
        code: 'snapshot_cut',
      });
    expect(parts).toHaveLength(4);
    for (const left of parts.slice(0, -1)) {
      const fewer = Buffer.concat(parts.filter((part) => part !== left));
      await expect(readFrom(fewer)).rejects.toMatchObject({ code: 'snapshot_broken' });
    }
    // No byte that arrives as another one makes an agent take fewer rows for all, or end.
    for (let at = 0; at < sent.length; at++) {
      const changed = Buffer.from(sent);
      changed[at] = (changed[at] ?? 0) ^ 0x81;
      const read = await readFrom(changed).then(
        ({ count }) => count,
        () => 3,
      );
      expect(read, `byte ${at}`).toBe(3);
    }
  });

  it('are refused by a server of another version, and from one', async () => {
    const headers = { authorization: `Bearer ${FOLLOW_SECRET}` };
    for (const query of ['', '?version=1']) {
      const answer = await fetch(`${served.url}/gateway/follow/snapshot${query}`, { headers });
      expect([answer.status, await answer.json()]).toEqual([
        409,
        { error: { code: 'OtherVersion', message: expect.stringContaining('version 3') } },
      ]);
    }
    const older = createServer((_req, res) => {
      res.setHeader('content-type', 'application/x-ndjson').end('{"end":0}\n');
    });
    await new Promise<void>((resolve) => older.listen(0, '127.0.0.1', resolve));
    closing.push(() => new Promise((resolve) => older.close(resolve)));
    const rows = sourceAt(`http://127.0.0.1:${(older.address() as AddressInfo).port}`).openRows(1);
    closing.push(rows.abandon);
    const take = { subscription: () => {}, account: () => {}, key: () => {} };
    await expect(rows.each(take)).rejects.toMatchObject({
      code: 'other_version',
      message: expect.stringContaining('same release'),
    });
  });
});

describe('the stream of changes', () => {
  it.each<[what: string, line: object]>([
    ['one that is missing', { number: 4, beat: '2' }],
    ['one of an unknown kind', { number: 3, revoked: 'x' }],
    ['the change of an unknown kind', { number: 3, change: { kind: 'group', id: 'x' } }],
  ])('counts its lines, and %s ends it', async (_what, bad) => {
    const lines = [{ number: 1, listening: 'x' }, { number: 2, beat: '1' }, bad, { number: 4, beat: '3' }];
    const server = createServer((_req, res) => {
      for (const line of lines) res.write(`${JSON.stringify(line)}\n`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => {
      server.closeAllConnections();
      server.close();
    });
    const heard: string[] = [];
    const source = sourceAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const ended = new Promise<string>((resolve) => {
      const beat = (text: string) => {
        heard.push(text);
        if (text === '3') resolve('read on');
      };
      source.hearChanges({ ...quiet, beat, lost: () => resolve('lost') }).catch(() => {});
    });
    expect(await ended).toBe('lost');
    expect(heard).toEqual(['1']);
  });

  it('tells every change in the order of commits, and ends when Postgres ends the connection behind it', async () => {
    const heard: string[] = [];
    let isLost = false;
    const stream = await sourceAt(served.url).hearChanges({
      ...quiet,
      change: ({ kind, id }) => void heard.push(`${kind} ${id}`),
      lost: () => {
        isLost = true;
      },
    });
    closing.push(stream.close);
    const first = await programme.api('first/v1');
    const second = await programme.api('second/v1');
    await eventually('both changes', () => heard.length >= 2);
    expect(heard).toEqual([`api ${first}`, `api ${second}`]);
    await t.sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'apim-user gateway changes'`;
    await eventually('the stream to end', () => isLost);
  });
});

describe('a reader that is too slow', () => {
  it('of the changes is dropped, and the connection behind it is closed', async () => {
    const { closed } = askSilently('changes');
    const listeners = async () => {
      const [row] = await t.sql`select count(*)::int as n from pg_stat_activity
        where datname = current_database() and application_name = 'apim-user gateway changes'`;
      return Number(row?.n);
    };
    await eventually('the stream to listen', async () => (await listeners()) === 1);
    // Until the buffers of the connection are full, whatever their size.
    let isClosed = false;
    void closed.then(() => {
      isClosed = true;
    });
    await eventually('the reader to be dropped', async () => {
      await t.sql`select pg_notify('gateway_changes', json_build_array('ours', 'account', n || repeat('x', 500))::text)
        from generate_series(1, 5000) n`;
      return isClosed || (await listeners()) === 0;
    });
    await eventually('the connection to be closed', async () => (await listeners()) === 0);
  });

  it('or an agent that is gone without a word, is dropped when its heartbeats no longer come', async () => {
    const other = await serveGateway(t, 'database', { followers: { limits: { silentMs: 300 } } });
    closing.push(other.close);
    const { socket, closed } = askSilently('changes', other);
    socket.resume();
    await closed;
  });

  it('of the snapshot is dropped, and the transaction behind it ends', async () => {
    await t.sql`insert into subscriptions (service_id, id, name, state, state_changed_at, state_changed_by, created_at,
        updated_at)
      select 'ours', 'long' || n || repeat('y', 230), 'long', 'active', now(), 'test', now(), now()
      from generate_series(1, 20000) n`;
    askSilently(`snapshot?${VERSION_QUERY}`);
    const open = async () => {
      const [row] = await t.sql`select count(*)::int as n from pg_stat_activity
        where datname = current_database() and application_name = 'apim-user gateway' and xact_start is not null`;
      return Number(row?.n);
    };
    await eventually('the transaction to begin', async () => (await open()) === 1);
    await eventually('the transaction to end', async () => (await open()) === 0);
  });
});

describe('without the secret', () => {
  it('there is nothing at any of the addresses', async () => {
    const elsewhere = await fetch(`${served.url}/gateway/follow/elsewhere`);
    const nothing = await elsewhere.text();
    for (const path of ['snapshot', 'changes', 'rows', 'notify', 'beat', 'usage', ''])
      for (const authorization of [
        undefined,
        'Bearer ',
        `Bearer ${FOLLOW_SECRET}x`,
        `Basic ${FOLLOW_SECRET}`,
      ])
        for (const method of ['GET', 'POST']) {
          const headers = authorization ? { authorization } : {};
          const answer = await fetch(`${served.url}/gateway/follow/${path}`, { method, headers });
          expect([answer.status, await answer.text()], `${method} ${path}`).toEqual([404, nothing]);
        }
  });
});

describe('with it', () => {
  const post = async (path: string, body: string) => {
    const headers = { authorization: `Bearer ${FOLLOW_SECRET}` };
    return (await fetch(`${served.url}/gateway/follow/${path}`, { method: 'POST', headers, body })).status;
  };
  it('no other channel of the database can be reached, and no body is larger than it must be', async () => {
    const channel = `gateway_beat_${'0'.repeat(16)}`;
    expect(await post('notify', JSON.stringify({ channel, payload: '1' }))).toBe(200);
    for (const other of ['gateway_changes', `${channel}0`, 'jobs:insert'])
      expect(await post('notify', JSON.stringify({ channel: other, payload: '["ours"]' }))).toBe(400);
    expect(await post('beat', JSON.stringify({ id: 'anyone', payload: '1' }))).toBe(400);
    expect(await post('rows', '{"kind":"operators","ids":[]}')).toBe(400);
    expect(await post('rows', 'not JSON')).toBe(400);
    expect(await post('rows', `{"kind":"accounts","ids":["${'x'.repeat(2_200_000)}"]}`)).toBe(413);
    expect(await post('elsewhere', '{}')).toBe(404);
  });
});
