import { eq, sql } from 'drizzle-orm';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Connection, connect, type Db } from '../../../src/db/connection/connect.ts';
import { inBatches } from '../../../src/db/connection/in-batches.ts';
import { readTogether } from '../../../src/db/connection/read-together.ts';
import { createTestDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { createStatementReader } from '../../support/statements.ts';
import { startTcpProxy, type TcpProxy, throughProxy } from '../../support/tcp-proxy.ts';

const words = pgTable('words', { owner: text('owner').notNull(), word: text('word').notNull() });
const selectWords = readTogether<{ owner: string }, { word: string }>('words_of_owner', (db, value) =>
  db
    .select({ word: words.word })
    .from(words)
    .where(eq(words.owner, value('owner')))
    .orderBy(sql`${words.word} desc`)
    .limit(2),
);
const wordsOf = async (db: Db, owner: string) => (await selectWords(db, { owner })).map(({ word }) => word);

const database = forAllTests(createTestDatabase);
let proxy: TcpProxy;
let connection: Connection;
let reads = 0;
beforeAll(async () => {
  const { hostname: host, port } = new URL(database.url);
  proxy = await startTcpProxy({ host, port: Number(port) }, () =>
    createStatementReader((statement) => {
      if (statement.includes('json_array_elements')) reads += 1;
    }),
  );
  connection = connect(throughProxy(database.url, proxy), { max: 5 });
  await connection.sql`create table words (owner text not null, word text not null)`;
  await connection.db
    .insert(words)
    .values(['a', 'b', 'c'].map((word) => ({ owner: 'ann', word })).concat({ owner: 'ben', word: 'd' }));
});
beforeEach(() => {
  reads = 0;
});
afterAll(async () => {
  await connection.close();
  await proxy.close();
});

test('reads at the same time are one statement, and each has its own rows', async () => {
  const owners = Array.from({ length: 50 }, (_, at) => ['ann', 'ben', 'nobody'][at % 3] ?? '');
  const found = await Promise.all(owners.map((owner) => wordsOf(connection.db, owner)));
  expect(found.slice(0, 3)).toEqual([['c', 'b'], ['d'], []]);
  expect(new Set(found.map((some) => some.join()))).toEqual(new Set(['c,b', 'd', '']));
  expect(reads).toBe(1);
});

test('a text that Postgres takes in no row finds none, and fails no other read', async () => {
  const found = await Promise.all(['\0', '\ud800', 'ben'].map((owner) => wordsOf(connection.db, owner)));
  expect(found).toEqual([[], [], ['d']]);
});

test('a read in a transaction sees its rows, and one beside it does not', async () => {
  await connection.db.transaction(async (tx) => {
    await tx.insert(words).values({ owner: 'cleo', word: 'e' });
    const [within, beside] = await Promise.all([wordsOf(tx, 'cleo'), wordsOf(connection.db, 'cleo')]);
    expect({ within, beside }).toEqual({ within: ['e'], beside: [] });
  });
});

test('an error fails the reads of its statement, and no later one', async () => {
  await connection.sql`alter table words rename to letters`;
  const failed = await Promise.allSettled([wordsOf(connection.db, 'ann'), wordsOf(connection.db, 'ben')]);
  expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await connection.sql`alter table letters rename to words`;
  expect(await wordsOf(connection.db, 'ben')).toEqual(['d']);
});

test('a statement that hangs holds up those that were asked with it, and no later ones', async () => {
  const began: string[][] = [];
  const ask = inBatches(async (_, texts: string[]) => {
    began.push(texts);
    return texts.includes('hangs') ? new Promise<string[]>(() => {}) : texts;
  });
  void ask(connection.db, 'hangs');
  await eventually('the first statement', () => began.length === 1);
  expect(await ask(connection.db, 'later')).toBe('later');
});
