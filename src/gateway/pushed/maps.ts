// Turns the index into what a gateway is told: everything once, and afterwards only what became different.
import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { type Limits, limitsOf } from '../../domain/call-limits.ts';
import type { CalledApi, CallingSubscription } from '../../domain/may-call.ts';
import type { PendingBatch } from '../follow/pending-changes.ts';
import { type Caller, type CallIndex, createCallIndex } from '../index/call-index.ts';
import type { KeyBatch, PushedChange, PushedEntries } from './carrier.ts';
import { apiTagOf, catalogChanges, catalogEntries, catalogMapsOf } from './catalog-maps.ts';
import { batchesOf, createRecordList } from './key-batches.ts';
import { inOrder, type KeyChange } from './order.ts';
import { recordOf } from './record.ts';
import { apiTag, subscriptionTag } from './tag.ts';
import { createTagTable, type TagTable } from './tag-table.ts';

const AT_ONCE = 5_000;

type Batch = Pick<PendingBatch, 'account' | 'subscription' | 'product' | 'api'>;
/** As a gateway was told it last. */
type Former = { number: number; tag: string; keys: { hash: string; record: string | null }[] };

export type PushedMaps = ReturnType<typeof createPushedMaps>;

/**
 * Keeps no texts of keys: what a gateway was told follows from the index, and for rows that are read again from a note of
 * before. When a gateway did not take all of a list of changes, only `entries` help.
 */
export function createPushedMaps() {
  let index = createCallIndex();
  let catalog = readCatalog(index);
  let tags = createTagTable(index.subscriptionAt);
  let reread = createReread();

  function turnTo(loaded: CallIndex, loadedTags: TagTable): void {
    index = loaded;
    catalog = readCatalog(loaded);
    tags = loadedTags;
    reread = createReread();
  }

  return {
    /** All that a gateway needs by this index, which must not change before the last one was taken. */
    entries: (loaded: CallIndex): PushedEntries => ({
      catalog: [...catalogEntries(catalogMapsOf(loaded))],
      keys: readKeys(loaded, (loadedTags) => turnTo(loaded, loadedTags)),
    }),
    /** What leads a gateway from what it was told last to an index that was loaded again, and doesn't change meanwhile. */
    async difference(loaded: CallIndex): Promise<PushedChange[]> {
      const loadedTags = createTagTable(loaded.subscriptionAt);
      const keys = await differentKeys(index, loaded, ({ number, subscription }) =>
        loadedTags.add(number, subscriptionTag(subscription)),
      );
      const [{ maps }, unfinished] = [catalog, reread];
      turnTo(loaded, loadedTags);
      for (const [hash, change] of rereadKeys(unfinished, index)) keys.set(hash, change);
      return inOrder(keys, catalogChanges(maps, catalog.maps));
    },
    /** Before the rows of a batch are read into the index. */
    remember({ subscription, account, product, api }: Batch): void {
      for (const id of subscription) {
        const caller = reread.subscriptions.has(id) ? null : index.caller(id);
        reread.subscriptions.add(id);
        if (caller) reread.former.push(formerOf(caller));
      }
      for (const id of account) reread.accounts.add(id);
      reread.hasCatalog ||= product.length + api.length > 0;
    },
    /**
     * After they were read: what leads a gateway there. On the way no key gets to an API that it may call neither before
     * nor afterwards.
     */
    changes(): PushedChange[] {
      const { former, subscriptions, hasCatalog } = reread;
      for (const { number, tag } of former) tags.remove(number, tag);
      for (const id of subscriptions) {
        const caller = index.caller(id);
        if (caller) tags.add(caller.number, subscriptionTag(caller.subscription));
      }
      const keys = rereadKeys(reread, index);
      const { maps } = catalog;
      if (hasCatalog) catalog = readCatalog(index);
      reread = createReread();
      return inOrder(keys, hasCatalog ? catalogChanges(maps, catalog.maps) : []);
    },
    /** Null once it was deleted. */
    subscriptionOfTag(tag: string): CallingSubscription | null {
      const number = tags.find(tag);
      return number < 0 ? null : index.subscriptionAt(number);
    },
    limitsOf({ ownLimits, productId }: CallingSubscription): Limits {
      return limitsOf(ownLimits, productId === null ? null : (index.product(productId)?.limits ?? null));
    },
    apiOfToken(token: string): CalledApi | null {
      const id = catalog.apiIds.get(apiTagOf(token));
      return id === undefined ? null : index.api(id);
    },
  };
}

/** `ready` is called before the first ones come: until then, calls that were counted are found by the former tags. */
async function* readKeys(index: CallIndex, ready: (tags: TagTable) => void): AsyncIterable<KeyBatch> {
  const tags = createTagTable(index.subscriptionAt);
  const records = createRecordList();
  await unhurried(index.subscriptionNumbers(), (number) => {
    const subscription = index.subscriptionAt(number);
    if (!subscription) return;
    const tag = subscriptionTag(subscription);
    tags.add(number, tag);
    const record = recordOf(subscription, null, tag);
    if (record !== null) records.set(number, record);
  });
  ready(tags);
  yield* batchesOf(index.keys, records, (number, keyEndsAt) => {
    const subscription = index.subscriptionAt(number);
    return subscription && recordOf(subscription, keyEndsAt);
  });
}

function readCatalog(index: CallIndex) {
  const apiIds = new Map<string, string>();
  for (const { api } of index.placedApis()) apiIds.set(apiTag(api.id), api.id);
  return { maps: catalogMapsOf(index), apiIds };
}

const formerOf = ({ number, subscription, keys }: Caller): Former => ({
  number,
  tag: subscriptionTag(subscription),
  keys: keys.map(({ hash, endsAt }) => ({ hash, record: recordOf(subscription, endsAt) })),
});

/** The rows that are read again. */
const createReread = () => ({
  subscriptions: new Set<string>(),
  accounts: new Set<string>(),
  former: [] as Former[],
  hasCatalog: false,
});

/** By its hash, because a key may have gone from one subscription to another. */
function recordIn(index: CallIndex, hash: string): string | null {
  const { subscription, key } = index.factsOf(null, hash);
  return subscription && recordOf(subscription, key?.endsAt ?? null);
}

/** Every key that these rows had or have, by its hash. */
function rereadKeys(reread: ReturnType<typeof createReread>, index: CallIndex): Map<string, KeyChange> {
  const changes = new Map<string, KeyChange>();
  for (const { keys } of reread.former)
    for (const { hash, record } of keys) changes.set(hash, { from: record, to: recordIn(index, hash) });
  const now = [...reread.subscriptions].flatMap((id) => index.caller(id) ?? []);
  for (const { keys } of inTurn(now, index.callers([...reread.accounts])))
    for (const { hash } of keys)
      if (!changes.has(hash)) changes.set(hash, { from: undefined, to: recordIn(index, hash) });
  return changes;
}

/** The keys of all subscriptions that differ in any fact. */
async function differentKeys(
  before: CallIndex,
  now: CallIndex,
  visit: (caller: Caller) => void,
): Promise<Map<string, KeyChange>> {
  const changes = new Map<string, KeyChange>();
  await unhurried(before.callers(), ({ subscription, keys }) => {
    const found = now.caller(subscription.id);
    if (found && isDeepStrictEqual([found.subscription, found.keys], [subscription, keys])) return;
    for (const { hash } of [...keys, ...(found?.keys ?? [])]) addKey(changes, hash, before, now);
  });
  await unhurried(now.callers(), (caller) => {
    visit(caller);
    if (!before.caller(caller.subscription.id))
      for (const { hash } of caller.keys) addKey(changes, hash, before, now);
  });
  return changes;
}

function addKey(keys: Map<string, KeyChange>, hash: string, before: CallIndex, now: CallIndex): void {
  if (!keys.has(hash)) keys.set(hash, { from: recordIn(before, hash), to: recordIn(now, hash) });
}

/** Pauses now and then, so that heartbeats go on while a million rows are compared. */
async function unhurried<One>(list: Iterable<One>, visit: (one: One) => void): Promise<void> {
  let count = 0;
  for (const one of list) {
    visit(one);
    count += 1;
    if (count % AT_ONCE === 0) await setImmediate();
  }
}

function* inTurn<One>(...lists: Iterable<One>[]): Iterable<One> {
  for (const list of lists) yield* list;
}
