// A Postgres that runs out of space: on a small file system, or, where none may be mounted, by triggers that say so.
import { chown, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import postgres from 'postgres';
import { OWNER } from '../../src/db/embedded/cluster.ts';
import { createTestDatabase } from './database.ts';
import { startMortalPostgres } from './mortal-postgres.ts';
import { mountSmallDisk } from './small-disk.ts';

const SIZE = '60m';
const isMounted = await mountSmallDisk(SIZE).then((disk) => disk?.close().then(() => true));

/** For the titles of tests, because the machine decides. */
export const FILLED_BY = isMounted ? 'a small file system' : 'triggers that report a full disk';

export type FullDatabase = {
  url: string;
  /** From now on nothing can be added to a table. To be called once the product has made them. */
  fill(): Promise<void>;
  free(): Promise<unknown>;
  close(): Promise<void>;
};

export async function openFullDatabase(): Promise<FullDatabase> {
  const disk = await mountSmallDisk(SIZE);
  return disk ? onSmallDisk(disk) : byTriggers();
}

const TABLES = `select format('%I.%I', n.nspname, c.relname) as name
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'r' and n.nspname in ('public', 'graphile_worker') order by 1`;

/** Only the tables are there: Postgres itself ends when it can't write its log. */
async function onSmallDisk(
  disk: NonNullable<Awaited<ReturnType<typeof mountSmallDisk>>>,
): Promise<FullDatabase> {
  const server = await startMortalPostgres();
  const place = join(disk.folder, 'tables');
  await mkdir(place);
  const { uid, gid } = await stat(server.data);
  await chown(place, uid, gid);
  const asOwner = Object.assign(new URL(server.url), { username: OWNER });
  const owner = postgres(Object.assign(asOwner, { pathname: '/postgres' }).href, { max: 1 });
  await owner.unsafe(`create tablespace small location '${place}'`);
  await owner.unsafe('alter database apim_user set tablespace small');
  await owner.end();
  return {
    url: server.url,
    async fill() {
      const sql = postgres(server.url, { max: 1, onnotice: () => {} });
      // No page has room for a further row.
      for (const { name } of await sql.unsafe<{ name: string }[]>(TABLES)) {
        await sql.unsafe(`alter table ${name} set (fillfactor = 10)`);
        await sql.unsafe(`vacuum full ${name}`);
      }
      await sql.end();
      await disk.fill();
    },
    free: disk.free,
    async close() {
      await server.close();
      await disk.close();
    },
  };
}

async function byTriggers(): Promise<FullDatabase> {
  const database = await createTestDatabase();
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  return {
    url: database.url,
    async fill() {
      await sql.unsafe(`create function refuse() returns trigger language plpgsql as $$
        begin raise exception 'no space' using errcode = '53100'; end $$`);
      for (const { name } of await sql.unsafe<{ name: string }[]>(TABLES))
        await sql.unsafe(
          `create trigger refuse before insert or update on ${name} execute function refuse()`,
        );
    },
    free: () => sql.unsafe('drop function refuse cascade'),
    async close() {
      await sql.end();
      await database.close();
    },
  };
}
