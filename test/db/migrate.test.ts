import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { demandSuitable, migrate, UnsuitableDatabaseError } from '../../src/db/migrate.ts';
import { eventually } from '../support/eventually.ts';
import { databaseUrl, runSql } from '../support/postgres.ts';

describe('migrating the database', () => {
  let url: string;
  let name: string;
  let sql: postgres.Sql;

  beforeEach(async () => {
    name = `apim_empty_${process.hrtime.bigint()}`;
    await runSql(inject('postgres').url, `create database ${name} encoding 'UTF8' template template0`);
    url = databaseUrl(inject('postgres').url, name);
    sql = postgres(url, { max: 1, onnotice: () => {} });
  });

  afterEach(async () => {
    await sql.end();
    await runSql(inject('postgres').url, `drop database ${name} with (force)`);
  });

  test('makes one complete schema when four processes start at once', async () => {
    await Promise.all([1, 2, 3, 4].map(() => migrate(url)));
    const [counts] = await sql`
      select (select count(*)::int from accounts) as accounts, (select count(*)::int from graphile_worker.jobs) as jobs,
        (select count(*) = count(distinct hash) from drizzle.__drizzle_migrations) as "isOnce"`;
    expect(counts).toEqual({ accounts: 0, jobs: 0, isOnce: true });
  });

  test('a second time changes nothing and keeps the rows', async () => {
    await migrate(url);
    await sql`insert into services (id, name, secret_key_check, created_at) values ('s', 'S', 'x', now())`;
    const before = await sql`select * from drizzle.__drizzle_migrations`;
    await migrate(url);
    expect(await sql`select * from drizzle.__drizzle_migrations`).toEqual(before);
    expect(await sql`select id from services`).toEqual([{ id: 's' }]);
  });

  test('leaves nothing of a migration that fails, and the next process can try again', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'apim-user-migrations-'));
    const write = async (statement: string) => {
      const entry = { idx: 0, version: '7', when: 1_700_000_000_000, tag: '0000_first', breakpoints: true };
      const journal = { version: '7', dialect: 'postgresql', entries: [entry] };
      await mkdir(join(folder, 'meta'), { recursive: true });
      await writeFile(join(folder, 'meta', '_journal.json'), JSON.stringify(journal));
      await writeFile(join(folder, '0000_first.sql'), `create table half (id int);\n${statement}`);
    };
    try {
      await write('--> statement-breakpoint\nselect 1/0;');
      await expect(migrate(url, { folder })).rejects.toThrow();
      expect(await sql`select to_regclass('half') as half`).toEqual([{ half: null }]);
      await write('');
      await migrate(url, { folder });
      expect(await sql`select * from half`).toEqual([]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('T123: knows of a full database when each account was last there', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'apim-user-migrations-'));
    try {
      await cp(new URL('../../drizzle', import.meta.url), folder, { recursive: true });
      const journal = join(folder, 'meta', '_journal.json');
      const { entries, ...rest } = JSON.parse(await readFile(journal, 'utf8')) as {
        entries: { tag: string }[];
      };
      const at = entries.findIndex(({ tag }) => tag.endsWith('_account_activity'));
      await writeFile(journal, JSON.stringify({ ...rest, entries: entries.slice(0, at) }));
      await migrate(url, { folder });
    } finally {
      await rm(folder, { recursive: true });
    }
    await sql`insert into services (id, name, secret_key_check, created_at) values ('s', 'S', 'x', now())`;
    for (const id of ['audited', 'called', 'inside', 'never', 'erased'])
      await sql`insert into accounts (service_id, id, email, email_canonical, first_name, last_name, state, state_changed_at,
          state_changed_by, registered_at, updated_at, deleted_at, erased_at)
        values ('s', ${id}, ${id}, ${id}, '', '', ${id === 'erased' ? 'deleted' : 'active'}, now(), '', '2026-01-01T23:30Z', now(),
          ${id === 'erased' ? '2026-02-01' : null}, ${id === 'erased' ? '2026-02-01' : null})`;
    const audited = (day: string, operation: string, outcome = 'done') => sql`insert into audit
        (service_id, id, at, operation, outcome, actor_kind, actor_id, actor_name, target_kind, target_id, request_id)
      values ('s', gen_random_uuid(), ${`${day}T12:00Z`}, ${operation}, ${outcome}, 'developer', '', '', 'account', 'audited', '')`;
    await audited('2026-03-01', 'sessions/sign-in');
    await audited('2026-03-09', 'sessions/sign-in', 'refused');
    await audited('2026-03-08', 'accounts/edit');
    await sql`insert into sessions (service_id, id, account_id, hash, agent, created_at, last_seen_at, expires_at)
      values ('s', gen_random_uuid(), 'inside', '', '', '2026-04-01T12:00Z', '2026-04-02T12:00Z', '2026-04-08T12:00Z')`;
    await sql`insert into subscriptions (service_id, id, account_id, name, state, state_changed_at, state_changed_by,
        created_at, updated_at) values ('s', 'sub', 'called', '', 'active', now(), '', now(), now())`;
    await sql`insert into subscription_usage (service_id, subscription_id, last_used_at, calls)
      values ('s', 'sub', '2026-05-01T12:00Z', 1)`;
    await migrate(url);
    const days = await sql`select account_id as id, last_sign_in_on::text as "in", last_call_on::text as call,
        idle_since::text as idle from account_activity order by 1`;
    const [registered, never] = ['2026-01-01', '0001-01-01'];
    expect([...days]).toEqual([
      { id: 'audited', in: '2026-03-01', call: never, idle: '2026-03-01' },
      { id: 'called', in: never, call: '2026-05-01', idle: '2026-05-01' },
      { id: 'inside', in: '2026-04-02', call: never, idle: '2026-04-02' },
      { id: 'never', in: never, call: never, idle: registered },
    ]);
  });

  test('waits while another process migrates', async () => {
    const other = postgres(url, { max: 1 });
    await other`select pg_advisory_lock(7205311)`;
    const migrating = migrate(url);
    await eventually('the migration to ask for the lock', async () => {
      const asking = await sql`select from pg_stat_activity where datname = current_database()
        and pid <> pg_backend_pid() and query like '%pg_try_advisory_lock%'`;
      return asking.length > 0;
    });
    expect(await sql`select to_regclass('accounts') as accounts`).toEqual([{ accounts: null }]);
    await other.end();
    await migrating;
    expect(await sql`select count(*)::int as n from accounts`).toEqual([{ n: 0 }]);
  });

  test('refuses a database that is not UTF-8, with the statement that makes one', async () => {
    const latin = `${name}_latin`;
    await runSql(
      inject('postgres').url,
      `create database ${latin} encoding 'SQL_ASCII' locale 'C' template template0`,
    );
    const migrating = migrate(databaseUrl(url, latin));
    await expect(migrating).rejects.toThrow(/SQL_ASCII.*encoding 'UTF8'/);
    await expect(migrating).rejects.toBeInstanceOf(UnsuitableDatabaseError);
    await runSql(inject('postgres').url, `drop database ${latin} with (force)`);
  });

  test.each([
    ['140012', 'Postgres 15 or newer is needed; this is 14.'],
    ['90624', 'Postgres 15 or newer is needed; this is 9.'],
  ])('refuses server version %s', (version, words) => {
    expect(() => demandSuitable({ version, encoding: 'UTF8' }, () => {})).toThrow(words);
  });

  test.each([
    ['150000', 0],
    ['180004', 0],
    ['190000', 1],
  ])('accepts server version %s, with %i warning', (version, warnings) => {
    const said: string[] = [];
    demandSuitable({ version, encoding: 'UTF8' }, (message) => said.push(message));
    expect(said).toHaveLength(warnings);
  });
});
