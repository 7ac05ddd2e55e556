// The accounts of the index: only those that hold a subscription.
import type { AccountRow } from '../domain/gateway-rows.ts';
import { createInterner } from './interner.ts';

export type IndexedAccount = AccountRow & { subscriptionCount: number };

/** Most accounts are in the same few groups. */
const MAX_GROUP_LISTS = 10_000;
const MAX_STATES = 100;

export function createAccountTable() {
  const accounts = new Map<string, IndexedAccount>();
  const states = createInterner<AccountRow['state']>(MAX_STATES);
  const groupLists = createInterner<readonly string[]>(MAX_GROUP_LISTS, JSON.stringify);

  function put(row: AccountRow): IndexedAccount {
    const state = states(row.state);
    const groupIds = groupLists(row.groupIds);
    const known = accounts.get(row.id);
    if (known) return Object.assign(known, { state, groupIds });
    const account = { id: row.id, state, groupIds, subscriptionCount: 0 };
    accounts.set(row.id, account);
    return account;
  }

  return {
    get size() {
      return accounts.size;
    },
    has: (id: string): boolean => accounts.has(id),
    /** Counts one more subscription of the account. */
    hold(row: AccountRow): IndexedAccount {
      const account = put(row);
      account.subscriptionCount += 1;
      return account;
    },
    /** Counts one subscription less, and drops the account with its last one. */
    release(account: IndexedAccount | null): void {
      if (!account) return;
      account.subscriptionCount -= 1;
      if (account.subscriptionCount === 0) accounts.delete(account.id);
    },
    /** Ignores an account without a subscription. */
    change(row: AccountRow): void {
      if (accounts.has(row.id)) put(row);
    },
  };
}
