import { expect, it } from 'vitest';
import { connect } from '../../../src/db/connection/connect.ts';
import { createReceipts, deleteOldReceipts } from '../../../src/db/outbox/receipts.ts';
import { createTestContext } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';

const t = forAllTests(createTestContext);

const receipt = (id: string, receivedAt = new Date()) => ({
  teamId: 'T0TEST',
  kind: 'request',
  id,
  receivedAt,
});

it('receipts let each request pass once in 300 concurrent deliveries of 30 requests to two processes', async () => {
  const [one, other] = [createReceipts(t.db, 'ours'), createReceipts(t.db, 'ours')];
  const ids = Array.from({ length: 30 }, (_, at) => `request-${at}`);
  const deliveries = Array.from({ length: 10 }, (_, at) => (at % 2 ? ids : ids.toReversed())).flat();
  const takes = await Promise.all(
    deliveries.map(async (id, at) => ({ id, isFirst: await (at % 3 ? one : other).take(receipt(id)) })),
  );
  const taken = takes.filter(({ isFirst }) => isFirst).map(({ id }) => id);
  expect(taken.toSorted()).toEqual(ids.toSorted());
  expect(await one.take(receipt('request-7'))).toBe(false);
});

it('a caller whose receipt could not be written gets an error, and the next receipts are written', async () => {
  const receipts = createReceipts(t.db, 'ours');
  const bad = new Date(8.64e15);
  await expect(receipts.take(receipt('too late for Postgres', bad))).rejects.toThrow();
  expect(await receipts.take(receipt('after that'))).toBe(true);
});

it('a receipt is forgotten after ten minutes, and not before', async () => {
  const receipts = createReceipts(t.db, 'ours');
  const now = Date.now();
  await receipts.take(receipt('old', new Date(now - 11 * 60_000)));
  await receipts.take(receipt('recent', new Date(now - 9 * 60_000)));
  await deleteOldReceipts(t.db, new Date(now));
  expect(await receipts.take(receipt('old'))).toBe(true);
  expect(await receipts.take(receipt('recent'))).toBe(false);
});

it('every waiting receipt fails when the database is gone', async () => {
  const { db, close } = connect('postgres://nobody@127.0.0.1:1/none', { max: 1 });
  const receipts = createReceipts(db, 'ours');
  const results = await Promise.allSettled(['a', 'b'].map((id) => receipts.take(receipt(id))));
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await close();
});
