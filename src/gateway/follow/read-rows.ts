// Fills the index, and reads changed rows again.
import { type CallIndex, createCallIndex } from '../index/call-index.ts';
import type { Rows } from '../source.ts';
import type { PendingBatch } from './pending-changes.ts';

const MAX_IDS_AT_ONCE = 1_000;

/** May miss changes that commit while it reads: the caller hears of those and reads the rows again. */
export async function loadIndex(rows: Rows): Promise<CallIndex> {
  const index = createCallIndex();
  index.putProducts(await rows.products(null));
  index.putApis(await rows.apis(null));
  await rows.each({
    subscription: index.addSubscription,
    account: index.addAccount,
    key: index.addKey,
  });
  return index;
}

/** One query after the other, so that older rows never replace newer ones. */
export async function readChangedRows(index: CallIndex, rows: Rows, batch: PendingBatch): Promise<void> {
  for (const ids of chunks(batch.product)) {
    const products = await rows.products(ids);
    index.putProducts(products, missing(ids, products));
  }
  for (const ids of chunks(batch.api)) {
    const apis = await rows.apis(ids);
    index.putApis(apis, missing(ids, apis));
  }
  for (const ids of chunks(batch.subscription)) {
    const found = await rows.subscriptions(ids);
    for (const id of missing(ids, found)) index.removeSubscription(id);
    for (const row of found) index.putSubscription(row);
  }
  const accountIds = batch.account.filter((id) => index.hasAccount(id));
  for (const ids of chunks(accountIds)) {
    for (const row of await rows.accounts(ids)) index.changeAccount(row);
  }
}

function chunks(ids: readonly string[]): string[][] {
  const count = Math.ceil(ids.length / MAX_IDS_AT_ONCE);
  return Array.from({ length: count }, (_, at) =>
    ids.slice(at * MAX_IDS_AT_ONCE, (at + 1) * MAX_IDS_AT_ONCE),
  );
}

function missing(ids: readonly string[], found: readonly { id: string }[]): string[] {
  const there = new Set(found.map(({ id }) => id));
  return ids.filter((id) => !there.has(id));
}
