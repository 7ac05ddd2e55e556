// Everything that a check needs, in memory, filled row by row.
import type { AccountRow, BareSubscriptionRow, KeyRow, SubscriptionRow } from '../../domain/gateway-rows.ts';
import type { CallFacts, CallingSubscription } from '../../domain/may-call.ts';
import { createAccountTable } from './account-table.ts';
import { createApiCatalog } from './api-catalog.ts';
import { createKeyTable } from './key-table.ts';
import { createSubscriptionTable } from './subscription-table.ts';

/** A subscription, its number in the index, and the SHA-256 of its keys in hex. */
export type Caller = { number: number; subscription: CallingSubscription; hashes: string[] };

export type CallIndex = ReturnType<typeof createCallIndex>;

export function createCallIndex() {
  const keys = createKeyTable();
  const accounts = createAccountTable();
  const subscriptions = createSubscriptionTable(accounts);
  const catalog = createApiCatalog();
  const changeAccount = ({ id, resourceId, ...row }: AccountRow) =>
    accounts.change({ ...row, id: Buffer.from(id), resourceId: resourceId === id ? null : resourceId });
  const accountNumbers = (ids: readonly string[]) =>
    ids.map((id) => accounts.find(Buffer.from(id))).filter((number) => number >= 0);
  const hasAccount = (id: string) => accounts.find(Buffer.from(id)) >= 0;

  return {
    get size() {
      return { keys: keys.size, subscriptions: subscriptions.size, accounts: accounts.size };
    },
    ...catalog,
    subscriptionNumbers: subscriptions.numbers,
    /** Keys by numbers. Their owners are subscriptions. */
    keys: { inOrder: keys.inOrder, ownerOf: keys.ownerOf, copyHash: keys.copyHash },
    /** All of them, or those of these accounts. */
    *callers(accountIds: readonly string[] | null = null): Iterable<Caller> {
      const numbers = accountIds
        ? subscriptions.numbersOf(accountNumbers(accountIds))
        : subscriptions.numbers();
      for (const number of numbers) {
        const subscription = subscriptions.at(number);
        if (subscription) yield { number, subscription, hashes: keys.hashesOf(number) };
      }
    },
    /** Null when there is no such subscription. */
    caller(id: string): Caller | null {
      const number = subscriptions.find(Buffer.from(id));
      const subscription = number < 0 ? null : subscriptions.at(number);
      return subscription && { number, subscription, hashes: keys.hashesOf(number) };
    },
    /** By its number. */
    subscriptionAt: subscriptions.at,
    factsOf(api: CallFacts['api'], hash: string | null): CallFacts {
      const number = hash === null ? null : keys.find(hash);
      const subscription = number === null ? null : subscriptions.at(number);
      const productId = subscription?.productId ?? null;
      return { api, subscription, product: productId === null ? null : catalog.product(productId) };
    },
    /** Adds a subscription whose account and keys follow. */
    addSubscription: (row: BareSubscriptionRow) => void subscriptions.put(row),
    addAccount: accounts.change,
    addKey({ subscriptionId, slot, hash }: KeyRow): void {
      const number = subscriptions.find(subscriptionId);
      if (number >= 0) keys.set(number, slot, hash);
    },
    /** Adds a subscription, or replaces the one with this id. */
    putSubscription({ account, primaryHash, secondaryHash, ...row }: SubscriptionRow): void {
      const id = Buffer.from(row.id);
      // An account that is here changes only with its own row: then all of its subscriptions count as changed.
      const isNewAccount = account !== null && !hasAccount(account.id);
      const number = subscriptions.put({ ...row, id, accountId: account && Buffer.from(account.id) });
      if (isNewAccount) changeAccount(account);
      keys.set(number, 'primary', bytesOf(primaryHash));
      keys.set(number, 'secondary', bytesOf(secondaryHash));
    },
    removeSubscription(id: string): void {
      const number = subscriptions.find(Buffer.from(id));
      if (number < 0) return;
      keys.set(number, 'primary', null);
      keys.set(number, 'secondary', null);
      subscriptions.remove(number);
    },
    changeAccount,
    hasAccount,
  };
}

const bytesOf = (hash: string | null) => (hash === null ? null : Buffer.from(hash));
