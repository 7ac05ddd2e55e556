// Undo runs the opposite operation, so that permission, audit and `SECOND_OPERATOR_FOR` hold.

import type { Context } from '../frame/context.ts';
import type { AccountView } from './account.ts';
import { activateAccount } from './activate.ts';
import { blockAccount } from './block.ts';
import { editAccount } from './edit.ts';
import { planUndo } from './plan-undo.ts';
import { setGroupsOfAccount } from './set-groups.ts';

/**
 * Undoes a change of an account by the id of its audit row, within ten minutes and while the account is unchanged since.
 * Errors: those of `accounts/plan-undo` and of the opposite operation. Throws `WaitsForApproval` as that does.
 */
export async function undo(context: Context, changeId: string): Promise<{ account: AccountView }> {
  const { accountId, expectedVersion, ...opposite } = await planUndo(context, { changeId });
  const target = { accountId, expectedVersion };
  switch (opposite.operation) {
    case 'accounts/activate':
      return activateAccount(context, { ...target, ...opposite.input });
    case 'accounts/block':
      return blockAccount(context, { ...target, ...opposite.input });
    case 'accounts/set-groups':
      return setGroupsOfAccount(context, { ...target, ...opposite.input });
    case 'accounts/edit':
      return editAccount(context, { ...target, ...opposite.input });
  }
}
