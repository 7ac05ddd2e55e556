// Everything that a check needs, in memory: filled row by row, changed by what is read anew.
import type {
  CalledApi,
  CalledProduct,
  CallFacts,
  CallingAccount,
  CallingSubscription,
} from '../domain/may-call.ts';
import { createKeyTable } from './key-table.ts';

/** Rows as they are read; hashes in hex, times in milliseconds since 1970. */
export type AccountRow = Pick<CallingAccount, 'id' | 'state'> & { groupIds: readonly string[] };
export type SubscriptionRow = Omit<CallingSubscription, 'account'> & {
  account: AccountRow | null;
  primaryHash: string | null;
  secondaryHash: string | null;
};
export type ProductRow = {
  id: string;
  isPublished: boolean;
  isSubscriptionRequired: boolean;
  apiIds: readonly string[];
};
export type ApiRow = { id: string; path: string };

type Account = { id: string; state: CallingAccount['state']; groupIds: readonly string[]; holders: number };
type Subscription = CallingSubscription & { readonly number: number; readonly account: Account | null };
type Product = CalledProduct & { readonly isSubscriptionRequired: boolean };

export type CallIndex = ReturnType<typeof createCallIndex>;

/** Most accounts are in the same few groups: each list of groups is kept once. */
const MAX_KEPT_LISTS = 10_000;

export function createCallIndex() {
  const keys = createKeyTable();
  const byNumber: (Subscription | undefined)[] = [];
  const freeNumbers: number[] = [];
  const subscriptions = new Map<string, Subscription>();
  const accounts = new Map<string, Account>();
  const products = new Map<string, Product>();
  const apis = new Map<string, CalledApi>();
  const catalog = { byPath: new Map<string, CalledApi>(), above: new Set<string>() };
  const listOf = keptLists();

  function putAccount(row: AccountRow): Account {
    const state = wordOf(row.state);
    const groupIds = listOf(row.groupIds);
    const known = accounts.get(row.id);
    if (known) return Object.assign(known, { state, groupIds });
    const account = { id: row.id, state, groupIds, holders: 0 };
    accounts.set(row.id, account);
    return account;
  }

  function leaveAccount(account: Account | null): void {
    if (!account) return;
    account.holders -= 1;
    if (account.holders === 0) accounts.delete(account.id);
  }

  /** What an API is besides its row: whether it is open, and what lies below which path. */
  function relateCatalog(): void {
    const openProducts = new Map<string, string>();
    for (const id of [...products.keys()].toSorted()) {
      const product = products.get(id);
      if (!product?.isPublished || product.isSubscriptionRequired) continue;
      for (const apiId of product.apiIds) if (!openProducts.has(apiId)) openProducts.set(apiId, id);
    }
    catalog.byPath.clear();
    catalog.above.clear();
    for (const api of apis.values()) {
      const related = { ...api, openProductId: openProducts.get(api.id) ?? null };
      apis.set(api.id, related);
      const path = api.path.toLowerCase();
      catalog.byPath.set(path, related);
      for (const above of pathsAbove(path)) catalog.above.add(above);
    }
  }

  return {
    get size() {
      return { keys: keys.size, subscriptions: subscriptions.size, accounts: accounts.size };
    },
    places: {
      at: (path: string): CalledApi | undefined => catalog.byPath.get(path),
      hasBelow: (path: string): boolean => catalog.above.has(path),
    },
    api: (id: string): CalledApi | null => apis.get(id) ?? null,
    factsOf(api: CalledApi | null, hash: string | null): CallFacts {
      const number = hash === null ? null : keys.find(hash);
      const subscription = number === null ? null : (byNumber[number] ?? null);
      const productId = subscription?.productId ?? null;
      return { api, subscription, product: productId === null ? null : (products.get(productId) ?? null) };
    },
    putSubscription(row: SubscriptionRow): void {
      const before = subscriptions.get(row.id);
      const number = before?.number ?? freeNumbers.pop() ?? byNumber.length;
      const account = row.account && putAccount(row.account);
      if (account) account.holders += 1;
      leaveAccount(before?.account ?? null);
      const subscription = {
        id: before?.id ?? row.id,
        state: wordOf(row.state),
        startsAt: row.startsAt,
        endsAt: row.endsAt,
        productId: row.productId === null ? null : (products.get(row.productId)?.id ?? row.productId),
        apiId: row.apiId === null ? null : (apis.get(row.apiId)?.id ?? row.apiId),
        account,
        number,
      };
      subscriptions.set(subscription.id, subscription);
      byNumber[number] = subscription;
      keys.set(number, 0, row.primaryHash);
      keys.set(number, 1, row.secondaryHash);
    },
    removeSubscription(id: string): void {
      const subscription = subscriptions.get(id);
      if (!subscription) return;
      subscriptions.delete(id);
      byNumber[subscription.number] = undefined;
      freeNumbers.push(subscription.number);
      keys.set(subscription.number, 0, null);
      keys.set(subscription.number, 1, null);
      leaveAccount(subscription.account);
    },
    /** Of an account that has subscriptions; of others nothing is kept. */
    changeAccount(row: AccountRow): void {
      if (accounts.has(row.id)) putAccount(row);
    },
    hasAccount: (id: string): boolean => accounts.has(id),
    putProducts(rows: readonly ProductRow[], gone: readonly string[] = []): void {
      for (const id of gone) products.delete(id);
      for (const { apiIds, ...row } of rows) products.set(row.id, { ...row, apiIds: new Set(apiIds) });
      relateCatalog();
    },
    putApis(rows: readonly ApiRow[], gone: readonly string[] = []): void {
      for (const id of gone) apis.delete(id);
      for (const { id, path } of rows) apis.set(id, { id, path, openProductId: null });
      relateCatalog();
    },
  };
}

/** The driver makes a text of its own for each value; of states there are few. */
const words = new Map<string, string>();
function wordOf<Word extends string>(word: Word): Word {
  const kept = words.get(word);
  if (kept === undefined) words.set(word, word);
  return (kept ?? word) as Word;
}

/** `orders` and everything for `orders/v1`. */
function pathsAbove(path: string): string[] {
  if (path === '') return [];
  const above = [''];
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) above.push(path.slice(0, at));
  return above;
}

function keptLists(): (list: readonly string[]) => readonly string[] {
  const kept = new Map<string, readonly string[]>();
  return (list) => {
    const name = JSON.stringify(list);
    const found = kept.get(name);
    if (found) return found;
    if (kept.size < MAX_KEPT_LISTS) kept.set(name, list);
    return list;
  };
}
