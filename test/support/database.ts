import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { inject } from 'vitest';
import { migrate } from '../../src/db/migrate.ts';
import { databaseUrl, runSql } from './postgres.ts';

export type TestDatabase = {
  url: string;
  /** It connects with the first statement. */
  sql: postgres.Sql;
  close(): Promise<void>;
};

/** A database of the test file's own, migrated and empty. */
export const createTestDatabase = (): Promise<TestDatabase> =>
  createDatabase(`template ${inject('postgres').template}`);

/** One whose texts are compared and sorted as people of a locale do it. */
export async function createDatabaseFor(locale: string): Promise<TestDatabase> {
  const database = await createDatabase(
    `encoding 'UTF8' locale_provider icu icu_locale '${locale}' template template0`,
  );
  await migrate(database.url);
  return database;
}

/** A copy of a database, as a backup of it. Fails while anything is connected to the original. */
export const copyDatabase = ({ url }: TestDatabase): Promise<TestDatabase> =>
  createDatabase(`template ${new URL(url).pathname.slice(1)}`);

async function createDatabase(options: string): Promise<TestDatabase> {
  const { url } = inject('postgres');
  const name = `apim_test_${randomBytes(6).toString('hex')}`;
  await runSql(url, `create database ${name} ${options}`);
  const own = databaseUrl(url, name);
  const sql = postgres(own, { max: 4, onnotice: () => {} });
  return {
    url: own,
    sql,
    async close() {
      await sql.end({ timeout: 5 });
      await runSql(url, `drop database if exists ${name} with (force)`);
    },
  };
}
