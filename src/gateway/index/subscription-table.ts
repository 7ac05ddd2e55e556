// The subscriptions of the index, in columns: a million small objects would fill the heap.
import type { BareSubscriptionRow } from '../../domain/gateway-rows.ts';
import type { CallingSubscription } from '../../domain/may-call.ts';
import type { AccountTable } from './account-table.ts';
import { createColumn } from './column.ts';
import { createIdTable } from './id-table.ts';
import { createInterner } from './interner.ts';

type Terms = Pick<CallingSubscription, 'state' | 'productId' | 'apiId' | 'ownLimits'>;

const NO_TIME = Number.NaN;

export function createSubscriptionTable(accounts: AccountTable) {
  const ids = createIdTable();
  const terms = createInterner<Terms>(({ state, productId, apiId, ownLimits: { rate, quota } }) =>
    [state, productId, apiId, ...(rate || quota ? [JSON.stringify([rate, quota])] : [])].join('\0'),
  );
  // By the subscription's number.
  const termsOf = createColumn(Uint32Array);
  /** The account's number plus one; 0 for none. */
  const accountOf = createColumn(Uint32Array);
  const creationOf = createColumn(Float64Array);
  const startOf = createColumn(Float64Array);
  const endOf = createColumn(Float64Array);
  /** Only of those whose quota is used up. */
  const quotaEnds = new Map<number, number>();

  /** The new values are held already: they may be the former ones. */
  function replace(number: number, newTerms: number, newAccount: number): void {
    terms.release(termsOf.at(number));
    termsOf.set(number, newTerms);
    const account = accountOf.at(number);
    accountOf.set(number, newAccount);
    if (account !== 0) accounts.release(account - 1);
  }

  return {
    get size() {
      return ids.size;
    },
    find: ids.find,
    *numbers(): Iterable<number> {
      for (let number = 0; number < ids.end; number++) if (termsOf.at(number) !== 0) yield number;
    },
    /** Of the accounts with these numbers. */
    numbersOf: (accountNumbers: Iterable<number>): Iterable<number> =>
      accountOf.indexesOf(new Set([...accountNumbers].map((number) => number + 1))),
    at(number: number): CallingSubscription | null {
      const found = terms.at(termsOf.at(number));
      if (!found) return null;
      const account = accountOf.at(number);
      return {
        id: ids.at(number),
        createdAt: creationOf.at(number),
        state: found.state,
        startsAt: timeOrNull(startOf.at(number)),
        endsAt: timeOrNull(endOf.at(number)),
        productId: found.productId,
        apiId: found.apiId,
        ownLimits: found.ownLimits,
        quotaEndsAt: quotaEnds.get(number) ?? null,
        account: account === 0 ? null : accounts.at(account - 1),
      };
    },
    /** Adds the subscription, or replaces the one with this id, and gives its number. */
    put({ id, accountId, ...row }: BareSubscriptionRow): number {
      const number = ids.add(id);
      const { state, productId, apiId, ownLimits } = row;
      const account = accountId === null ? 0 : accounts.hold(accountId) + 1;
      replace(number, terms.hold({ state, productId, apiId, ownLimits }), account);
      creationOf.set(number, row.createdAt);
      startOf.set(number, row.startsAt ?? NO_TIME);
      endOf.set(number, row.endsAt ?? NO_TIME);
      if (row.quotaEndsAt === null) quotaEnds.delete(number);
      else quotaEnds.set(number, row.quotaEndsAt);
      return number;
    },
    remove(number: number): void {
      replace(number, 0, 0);
      quotaEnds.delete(number);
      ids.remove(number);
    },
  };
}

const timeOrNull = (time: number): number | null => (Number.isNaN(time) ? null : time);
