// One row of a change of many accounts, and the ordinary operation that it becomes.

import { lockAccounts } from '../../db/accounts/accounts.ts';
import type { CutOff } from '../../db/accounts/cut-off.ts';
import { holdEmails } from '../../db/accounts/email-lock.ts';
import { canonicalEmail } from '../../domain/email-address.ts';
import { activateAccount } from '../accounts/activate.ts';
import { blockAccount } from '../accounts/block.ts';
import { deleteAccount } from '../accounts/delete.ts';
import { resendConfirmation } from '../accounts/resend-confirmation.ts';
import { restoreAccount } from '../accounts/restore.ts';
import { setGroupsOfAccount } from '../accounts/set-groups.ts';
import { type BatchRow, defineBatchKind } from '../batches/kind.ts';
import type { SeparatePart } from '../frame/batch.ts';
import type { AccountAction } from './action.ts';

export type AccountBatchRow = BatchRow & {
  name: string;
  accountId: string;
  /** Another version was changed since the preview, and is refused. */
  version: number;
  /** Why the preview left it out; null for one to do. */
  leftOut: string | null;
  /** The outcome once it is done. */
  outcome: string;
  cutOff?: CutOff;
  /** What takes a change back. */
  back?: { operation: keyof typeof BACK; input: Record<string, unknown> };
};

/** `groupNames`: for its title. */
export type AboutAccounts =
  | (AccountAction & { groupNames: string[] })
  | { action: 'undo'; of: string; operations: string[] };

/** The operations that take one of the others back. */
const BACK = {
  'accounts/activate': activateAccount,
  'accounts/block': blockAccount,
  'accounts/restore': restoreAccount,
  'accounts/set-groups': setGroupsOfAccount,
} as const;

const OPERATIONS = {
  block: blockAccount,
  activate: activateAccount,
  delete: deleteAccount,
  resend: resendConfirmation,
  join: setGroupsOfAccount,
  leave: setGroupsOfAccount,
} as const;

export const accountRow = defineBatchKind<AccountBatchRow, AboutAccounts>({
  leftOut: (row) => row.leftOut,
  done: (row) => row.outcome,
  partOf({ accountId, version, back }, { about }) {
    const target = { accountId, expectedVersion: version };
    if (about.action === 'undo') {
      if (!back) throw new Error('a row to take back lacks its operation');
      return partOf(BACK[back.operation], { ...target, ...back.input });
    }
    return partOf(OPERATIONS[about.action], { ...target, ...inputOf(about) });
  },
  extent(of, about) {
    if (about.action === 'undo') return { count: 0, operations: about.operations, why: 'undone' };
    const why = 'reason' in about ? (about.reason ?? '') : '';
    return { count: of.toDo, operations: [OPERATIONS[about.action].operation], why };
  },
  /** As each of the operations locks: the email, then the account. */
  async hold(tx, { service }, rows) {
    const emails = rows.flatMap(({ back, email }) =>
      back?.operation === 'accounts/restore' ? (canonicalEmail(email) ?? []) : [],
    );
    if (emails.length > 0) await holdEmails(tx, service.id, emails);
    await lockAccounts(
      tx,
      service.id,
      rows.map(({ accountId }) => accountId),
    );
  },
});

const partOf = (operation: unknown, input: Record<string, unknown>): Omit<SeparatePart, 'context'> => ({
  operation: operation as SeparatePart['operation'],
  input,
});

function inputOf(about: AccountAction & { groupNames: string[] }): Record<string, unknown> {
  const { action, groupNames: _, ...input } = about;
  if (action === 'join') return { join: [...about.groupIds] };
  if (action === 'leave') return { leave: [...about.groupIds] };
  return input;
}
