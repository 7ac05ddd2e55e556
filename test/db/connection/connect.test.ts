import { connect as connectSocket, createServer, type Socket } from 'node:net';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { describe, expect, inject, test, vi } from 'vitest';
import { connect } from '../../../src/db/connection/connect.ts';
import { createTestDatabase } from '../../support/database.ts';
import { startTcpProxy, throughProxy } from '../../support/tcp-proxy.ts';

describe('a connection', () => {
  test('ends what waits or runs too long by itself', async () => {
    const { sql, close } = connect(inject('postgres').url, { max: 1 });
    const settings = await sql`select name, setting from pg_settings
      where name in ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout') order by name`;
    expect(settings.map(({ setting }) => Number(setting))).toEqual([30_000, 12_000, 15_000]);
    await close();
  });

  test('that is cut while it opens fails what was asked of it, and nothing else; the next one works', async () => {
    const proxy = await startCuttingProxy(inject('postgres').url, 1);
    const { sql, close } = connect(proxy.url, { max: 1 });
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    await expect(sql`select 1 as one`).rejects.toThrow(/ECONNRESET|CONNECTION_CLOSED/);
    expect(await sql`select 1 as one`).toEqual([{ one: 1 }]);
    await new Promise((next) => setTimeout(next, 20));
    expect(unhandled).not.toHaveBeenCalled();
    process.off('unhandledRejection', unhandled);
    await close();
    await proxy.stop();
  });

  test('that is lost within a transaction fails it, nothing else, and the next one works', async () => {
    const database = await createTestDatabase();
    const { hostname: host, port } = new URL(database.url);
    const proxy = await startTcpProxy({ host, port: Number(port) });
    const { db, sql, close } = connect(throughProxy(database.url, proxy), { max: 1 });
    const beside = connect(database.url, { max: 1 });
    await sql`create table words (word text)`;
    const words = pgTable('words', { word: text('word') });
    const losses: (() => unknown)[] = [
      proxy.cut,
      () => beside.sql`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`,
    ];
    for (const lose of losses) {
      for (const isWithin of [false, true]) {
        const work = async (tx: Pick<typeof db, 'insert'>) => {
          await tx.insert(words).values({ word: 'lost' });
          await lose();
          // Something else is waited for meanwhile, and the next statement finds the connection gone.
          if (isWithin) await new Promise((resolve) => setTimeout(resolve, 50));
          await tx.insert(words).values({ word: 'lost' });
        };
        await expect(db.transaction(work)).rejects.toThrow();
        await expect(db.transaction((tx) => tx.transaction(work))).rejects.toThrow();
        // Also where the work itself is content with it.
        const content = (tx: Pick<typeof db, 'insert'>) => work(tx).catch(() => {});
        await expect(db.transaction(content)).rejects.toThrow();
        await new Promise((resolve) => setTimeout(resolve, 50));
        // What a server says to an idle connection as it ends it, the driver gives as the next one's first answer.
        await sql`select 1`.catch(() => {});
        for (let at = 0; at < 4; at++)
          await db.transaction((tx) => tx.insert(words).values({ word: 'kept' }));
      }
    }
    expect(await sql`select word, count(*)::int from words group by 1`).toEqual([
      { word: 'kept', count: 16 },
    ]);
    await close();
    await beside.close();
    await proxy.close();
    await database.close();
  });

  test('reads and writes arrays, and takes one transaction as one', async () => {
    const database = await createTestDatabase();
    const { db, sql, close } = connect(database.url, { max: 2 });
    await sql`create table words (list text[])`;
    const words = pgTable('words', { list: text('list').array() });
    await db.transaction((tx) => tx.insert(words).values({ list: ['a,b', '"quoted"', 'ä'] }));
    const failing = db.transaction(async (tx) => {
      await tx.insert(words).values({ list: [] });
      throw new Error('undone');
    });
    await expect(failing).rejects.toThrow('undone');
    expect(await db.select().from(words)).toEqual([{ list: ['a,b', '"quoted"', 'ä'] }]);
    await close();
    await database.close();
  });

  test('closing it lets what was asked be answered, and nothing after', async () => {
    const { sql, close } = connect(inject('postgres').url, { max: 2 });
    const asked = sql`select pg_sleep(0.3), 1 as one`.then(([row]) => row?.one);
    await new Promise((next) => setTimeout(next, 100));
    await close();
    expect(await asked).toBe(1);
    await expect(sql`select 1`).rejects.toMatchObject({ code: 'CONNECTION_ENDED' });
  });
});

const READY_FOR_QUERY = Buffer.from([0x5a, 0, 0, 0, 5]);

/** Passes everything on, but resets the first `cuts` connections when something is asked of them. */
async function startCuttingProxy(url: string, cuts: number): Promise<{ url: string; stop(): Promise<void> }> {
  let left = cuts;
  const sockets: Socket[] = [];
  const server = createServer((client) => {
    const upstream = connectSocket(Number(new URL(url).port || 5432), new URL(url).hostname);
    sockets.push(client, upstream);
    let isOpen = false;
    upstream.on('data', (data) => {
      isOpen ||= data.includes(READY_FOR_QUERY);
      client.write(data);
    });
    client.on('data', (data) => {
      if (!isOpen || left === 0) return upstream.write(data);
      left--;
      return client.resetAndDestroy();
    });
    for (const socket of [client, upstream]) socket.on('error', () => {});
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String((server.address() as { port: number }).port);
  const stop = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((stopped) => server.close(stopped));
  };
  return { url: through.href, stop };
}
