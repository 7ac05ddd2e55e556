// Everything that a check needs, in memory, filled row by row.
import type { AccountRow, BareSubscriptionRow, KeyRow, SubscriptionRow } from '../../domain/gateway-rows.ts';
import { HELD_KEY_SLOTS, keyMark } from '../../domain/key-life.ts';
import type { CallFacts, CallingSubscription } from '../../domain/may-call.ts';
import { createAccountTable } from './account-table.ts';
import { createApiCatalog } from './api-catalog.ts';
import { createKeyTable, type IndexedKey } from './key-table.ts';
import { createSubscriptionTable } from './subscription-table.ts';

/** A subscription, its number in the index, and its keys. */
export type Caller = { number: number; subscription: CallingSubscription; keys: IndexedKey[] };

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
    keys: { inOrder: keys.inOrder, ownerOf: keys.ownerOf, endOf: keys.endOf, copyHash: keys.copyHash },
    /** All of them, or those of these accounts. */
    *callers(accountIds: readonly string[] | null = null): Iterable<Caller> {
      const numbers = accountIds
        ? subscriptions.numbersOf(accountNumbers(accountIds))
        : subscriptions.numbers();
      for (const number of numbers) {
        const subscription = subscriptions.at(number);
        if (subscription) yield { number, subscription, keys: keys.keysOf(number) };
      }
    },
    /** Null when there is no such subscription. */
    caller(id: string): Caller | null {
      const number = subscriptions.find(Buffer.from(id));
      const subscription = number < 0 ? null : subscriptions.at(number);
      return subscription && { number, subscription, keys: keys.keysOf(number) };
    },
    /** By its number. */
    subscriptionAt: subscriptions.at,
    factsOf(api: CallFacts['api'], hash: string | null): CallFacts {
      const number = hash === null ? -1 : keys.find(hash);
      const subscription = number < 0 ? null : subscriptions.at(keys.ownerOf(number));
      const productId = subscription?.productId ?? null;
      return {
        api,
        subscription,
        key: hash !== null && subscription ? { mark: keyMark(hash), endsAt: keys.endOf(number) } : null,
        product: productId === null ? null : catalog.product(productId),
      };
    },
    /** Adds a subscription whose account and keys follow. */
    addSubscription: (row: BareSubscriptionRow) => void subscriptions.put(row),
    addAccount: accounts.change,
    addKey({ subscriptionId, slot, hash, endsAt }: KeyRow): void {
      const number = subscriptions.find(subscriptionId);
      if (number >= 0) keys.set(number, slot, { hash, endsAt });
    },
    /** Adds a subscription, or replaces the one with this id. */
    putSubscription({ account, keys: held, ...row }: SubscriptionRow): void {
      const id = Buffer.from(row.id);
      // An account that is here changes only with its own row: then all of its subscriptions count as changed.
      const isNewAccount = account !== null && !hasAccount(account.id);
      const number = subscriptions.put({ ...row, id, accountId: account && Buffer.from(account.id) });
      if (isNewAccount) changeAccount(account);
      for (const slot of HELD_KEY_SLOTS) {
        const key = held.find((one) => one.slot === slot);
        keys.set(number, slot, key ? { ...key, hash: Buffer.from(key.hash) } : null);
      }
    },
    removeSubscription(id: string): void {
      const number = subscriptions.find(Buffer.from(id));
      if (number < 0) return;
      for (const slot of HELD_KEY_SLOTS) keys.set(number, slot, null);
      subscriptions.remove(number);
    },
    changeAccount,
    hasAccount,
  };
}
