import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { migrate } from '../../src/db/migrate.ts';
import { databaseUrl, runSql } from './postgres.ts';

export type TestDatabase = { url: string; close(): Promise<void> };

/** A database of the test file's own, migrated and empty. Make it in `beforeAll`, close it in `afterAll`. */
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
  return {
    url: databaseUrl(url, name),
    close: () => runSql(url, `drop database if exists ${name} with (force)`),
  };
}
