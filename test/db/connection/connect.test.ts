import { connect as connectSocket, createServer, type Socket } from 'node:net';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { describe, expect, inject, test, vi } from 'vitest';
import { connect } from '../../../src/db/connection/connect.ts';
import { createTestDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { startTcpProxy, throughProxy } from '../../support/tcp-proxy.ts';

describe('the connection pool', () => {
  test('ends a statement that waits or runs too long', async () => {
    const { sql, close } = connect(inject('postgres').url, { max: 1 });
    const settings = await sql`select name, setting from pg_settings
      where name in ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout') order by name`;
    expect(settings.map(({ setting }) => Number(setting))).toEqual([30_000, 12_000, 15_000]);
    await close();
  });

  test('fails only the query whose connection is cut while it opens, and the next query works', async () => {
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

  test('fails only the transaction whose connection is lost, and the next transaction works', async () => {
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
        where usename = current_user and datname = current_database() and pid <> pg_backend_pid()`,
    ];
    for (const lose of losses) {
      for (const isWithin of [false, true]) {
        const work = async (tx: Pick<typeof db, 'insert'>) => {
          await tx.insert(words).values({ word: 'lost' });
          await lose();
          // The transaction waits for something else meanwhile, so its next statement finds the connection gone.
          if (isWithin) await new Promise((resolve) => setTimeout(resolve, 50));
          await tx.insert(words).values({ word: 'lost' });
        };
        await expect(db.transaction(work)).rejects.toThrow();
        await expect(db.transaction((tx) => tx.transaction(work))).rejects.toThrow();
        // The transaction fails even if its own code ignores the error.
        const content = (tx: Pick<typeof db, 'insert'>) => work(tx).catch(() => {});
        await expect(db.transaction(content)).rejects.toThrow();
        await new Promise((resolve) => setTimeout(resolve, 50));
        // The driver gives the server's last message on an idle connection to the next query.
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

  test('reads and writes arrays, and runs a transaction on one connection', async () => {
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

  test('answers the queries that run when it is closed, and none after that', async () => {
    const { sql, close } = connect(inject('postgres').url, { max: 2 });
    const beside = connect(inject('postgres').url, { max: 1 });
    const asked = sql`select pg_sleep(0.3), 1 as one`.then(([row]) => row?.one);
    await eventually('the query to run', async () => {
      const running = await beside.sql`select from pg_stat_activity
        where pid <> pg_backend_pid() and state = 'active' and query like 'select pg_sleep(0.3)%'`;
      return running.length > 0;
    });
    await beside.close();
    await close();
    expect(await asked).toBe(1);
    await expect(sql`select 1`).rejects.toMatchObject({ code: 'CONNECTION_ENDED' });
  });
});

const READY_FOR_QUERY = Buffer.from([0x5a, 0, 0, 0, 5]);

/** A proxy that resets the first `cuts` connections at their first query. */
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
