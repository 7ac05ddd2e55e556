// Undo runs the opposite operation, so that permission, audit and `SECOND_OPERATOR_FOR` hold.

import { DomainError } from '../../domain/domain-error.ts';
import type { Context } from '../frame/context.ts';
import type { AccountView } from './account.ts';
import { activateAccount } from './activate.ts';
import { blockAccount } from './block.ts';
import { editAccount } from './edit.ts';
import { type Plan, planUndo } from './plan-undo.ts';
import { setGroupsOfAccount } from './set-groups.ts';

/**
 * Undoes a change of an account by the id of its audit row, within ten minutes and while the account is unchanged since.
 * Null when it is undone already. `isTold`: a mail tells the developer, because they had heard of the change.
 * Errors: those of `accounts/plan-undo` and of the opposite operation. Throws `WaitsForApproval` as that does.
 */
export async function undo(
  context: Context,
  changeId: string,
): Promise<{ account: AccountView; isTold: boolean } | null> {
  const plan = await planUndo(context, { changeId });
  if ('isUndone' in plan) return null;
  try {
    return await runOpposite(context, plan);
  } catch (error) {
    const isOvertaken = error instanceof DomainError && error.code === 'account_changed';
    // Two presses at once: the other one undid it.
    if (isOvertaken && 'isUndone' in (await planUndo(context, { changeId }))) return null;
    throw error;
  }
}

async function runOpposite(context: Context, plan: Exclude<Plan, { isUndone: true }>) {
  const { accountId, expectedVersion, ...opposite } = plan;
  const target = { accountId, expectedVersion };
  switch (opposite.operation) {
    case 'accounts/activate':
      return activateAccount(context, { ...target, ...opposite.input });
    case 'accounts/block':
      return blockAccount(context, { ...target, ...opposite.input });
    case 'accounts/set-groups':
      return { ...(await setGroupsOfAccount(context, { ...target, ...opposite.input })), isTold: false };
    case 'accounts/edit':
      return { ...(await editAccount(context, { ...target, ...opposite.input })), isTold: false };
  }
}
