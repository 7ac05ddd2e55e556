// The accounts of the index: only those that hold a subscription.
import type { AccountRow, BareAccountRow } from '../../domain/gateway-rows.ts';
import type { CallingAccount } from '../../domain/may-call.ts';
import { createColumn } from './column.ts';
import { createIdTable } from './id-table.ts';
import { createInterner } from './interner.ts';

/** `resourceId` is null where it is the id of the row, so that few standings differ. */
type Standing = Pick<AccountRow, 'state' | 'groupIds'> & { resourceId: string | null };

/** Until its row has been read, an account counts as deleted. */
const UNKNOWN: Standing = { state: 'deleted', groupIds: [], resourceId: null };

export type AccountTable = ReturnType<typeof createAccountTable>;

export function createAccountTable() {
  const ids = createIdTable();
  /** By the account's number: that of its standing, and how many subscriptions it has. */
  const standingOf = createColumn(Uint32Array);
  const subscriptionsOf = createColumn(Uint32Array);
  const standings = createInterner<Standing>(({ state, groupIds, resourceId }) =>
    [state, resourceId ?? '', ...groupIds].join('\0'),
  );

  function setStanding(number: number, standing: number): void {
    standings.release(standingOf.at(number));
    standingOf.set(number, standing);
  }

  return {
    get size() {
      return ids.size;
    },
    /** -1 for an account without a subscription. */
    find: ids.find,
    at(number: number): CallingAccount {
      const { resourceId, ...standing } = standings.at(standingOf.at(number)) ?? UNKNOWN;
      const id = ids.at(number);
      return { id, resourceId: resourceId ?? id, ...standing };
    },
    /** Counts one more subscription of the account, and gives its number. */
    hold(id: Uint8Array): number {
      const number = ids.add(id);
      subscriptionsOf.set(number, subscriptionsOf.at(number) + 1);
      return number;
    },
    /** Counts one subscription less, and drops the account with its last one. */
    release(number: number): void {
      const left = subscriptionsOf.at(number) - 1;
      subscriptionsOf.set(number, left);
      if (left > 0) return;
      setStanding(number, 0);
      ids.remove(number);
    },
    /** Ignores an account without a subscription. */
    change({ id, ...standing }: BareAccountRow): void {
      const number = ids.find(id);
      if (number >= 0) setStanding(number, standings.hold(standing));
    },
  };
}
