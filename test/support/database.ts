import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { databaseUrl, runSql } from './postgres.ts';

export type TestDatabase = { url: string; close(): Promise<void> };

/** A database of the test file's own, migrated and empty. Make it in `beforeAll`, close it in `afterAll`. */
export const createTestDatabase = (): Promise<TestDatabase> => copyOf(inject('postgres').template);

/** A copy of a database, as a backup of it. Fails while anything is connected to the original. */
export const copyDatabase = ({ url }: TestDatabase): Promise<TestDatabase> =>
  copyOf(new URL(url).pathname.slice(1));

async function copyOf(template: string): Promise<TestDatabase> {
  const { url } = inject('postgres');
  const name = `apim_test_${randomBytes(6).toString('hex')}`;
  await runSql(url, `create database ${name} template ${template}`);
  return {
    url: databaseUrl(url, name),
    close: () => runSql(url, `drop database if exists ${name} with (force)`),
  };
}
