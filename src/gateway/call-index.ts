// Everything that a check needs, in memory, filled row by row.
import type { SubscriptionRow } from '../domain/gateway-rows.ts';
import type { CallFacts, CallingSubscription } from '../domain/may-call.ts';
import { createAccountTable, type IndexedAccount } from './account-table.ts';
import { createApiCatalog } from './api-catalog.ts';
import { createInterner } from './interner.ts';
import { createKeyTable } from './key-table.ts';

type Subscription = CallingSubscription & {
  /** Owns the keys in the key table. */
  readonly number: number;
  readonly account: IndexedAccount | null;
};

export type CallIndex = ReturnType<typeof createCallIndex>;

const MAX_STATES = 100;

export function createCallIndex() {
  const keys = createKeyTable();
  const accounts = createAccountTable();
  const catalog = createApiCatalog();
  const states = createInterner<Subscription['state']>(MAX_STATES);
  const subscriptions = new Map<string, Subscription>();
  const byNumber: (Subscription | undefined)[] = [];
  const freeNumbers: number[] = [];

  return {
    get size() {
      return { keys: keys.size, subscriptions: subscriptions.size, accounts: accounts.size };
    },
    places: catalog.places,
    api: catalog.api,
    factsOf(api: CallFacts['api'], hash: string | null): CallFacts {
      const number = hash === null ? null : keys.find(hash);
      const subscription = number === null ? null : (byNumber[number] ?? null);
      const productId = subscription?.productId ?? null;
      return { api, subscription, product: productId === null ? null : catalog.product(productId) };
    },
    /** Adds a subscription, or replaces the one with this id. */
    putSubscription(row: SubscriptionRow): void {
      const before = subscriptions.get(row.id);
      const number = before?.number ?? freeNumbers.pop() ?? byNumber.length;
      // Held before the former account is released, which may be the same one.
      const account = row.account && accounts.hold(row.account);
      accounts.release(before?.account ?? null);
      // Ids that the index has already are used again, so that memory holds each one once.
      const subscription = {
        id: before?.id ?? row.id,
        state: states(row.state),
        startsAt: row.startsAt,
        endsAt: row.endsAt,
        productId: row.productId === null ? null : (catalog.product(row.productId)?.id ?? row.productId),
        apiId: row.apiId === null ? null : (catalog.api(row.apiId)?.id ?? row.apiId),
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
      accounts.release(subscription.account);
    },
    changeAccount: accounts.change,
    hasAccount: accounts.has,
    putProducts: catalog.putProducts,
    putApis: catalog.putApis,
  };
}
