import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { inject } from 'vitest';
import { databaseUrl, runSql } from './postgres.ts';

export type TestDatabase = { url: string; close(): Promise<void> };

const MAX_TRIES = 20;
const RETRY_MS = 100;

/** A database of the test file's own, migrated and empty. Make it in `beforeAll`, close it in `afterAll`. */
export const createTestDatabase = (): Promise<TestDatabase> => copyOf(inject('postgres').template);

/** What a backup of a database would hold now, as a database of its own. Nobody may be connected to the original. */
export const copyDatabase = ({ url }: TestDatabase): Promise<TestDatabase> =>
  copyOf(new URL(url).pathname.slice(1));

async function copyOf(template: string): Promise<TestDatabase> {
  const { url } = inject('postgres');
  const name = `apim_test_${randomBytes(6).toString('hex')}`;
  await clone(url, template, name);
  return {
    url: databaseUrl(url, name),
    close: () => runSql(url, `drop database if exists ${name} with (force)`),
  };
}

/** A template can't be cloned while somebody (Postgres' own vacuum is enough) is connected to it. */
async function clone(url: string, template: string, name: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await runSql(url, `create database ${name} template ${template}`);
    } catch (error) {
      if ((error as { code?: string }).code !== '55006' || tries >= MAX_TRIES) throw error;
      await delay(RETRY_MS);
    }
  }
}
