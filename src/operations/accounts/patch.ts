// Changes that a program makes to an account in one request.
import { DomainError } from '../../domain/domain-error.ts';
import { type BatchPart, runBatch } from '../frame/batch.ts';
import type { Context } from '../frame/context.ts';
import { hashNewPassword } from '../passwords/new-password.ts';
import { setPassword } from '../passwords/set.ts';
import { activateAccount } from './activate.ts';
import type { ProgramAccount } from './administrator.ts';
import { blockAccount } from './block.ts';
import { editAccount } from './edit.ts';
import { readAccount } from './read.ts';

export type AccountChange = {
  accountId: string;
  expectedVersion?: number | undefined;
  firstName?: string | undefined;
  lastName?: string | undefined;
  note?: string | undefined;
  email?: string | undefined;
  state?: 'active' | 'blocked' | 'pending' | undefined;
  password?: string | undefined;
};

/**
 * Changes the fields that differ, in one transaction. A new email waits to be confirmed, as always.
 * Errors: those of `accounts/edit`, `accounts/block`, `accounts/activate` and `passwords/set`; `invalid_input` when a part
 * that needs a second operator comes with others. Alone it throws `WaitsForApproval`.
 */
export async function changeAccount(context: Context, change: AccountChange): Promise<ProgramAccount> {
  return operationOf(change).attempt(context, { accountId: change.accountId }, (attempting) =>
    runChange(attempting, change),
  );
}

/** What the request is about, for a refusal before the parts run. */
function operationOf({ state, password }: AccountChange) {
  if (state === 'blocked') return blockAccount;
  if (state !== undefined) return activateAccount;
  return password === undefined ? editAccount : setPassword;
}

async function runChange(context: Context, change: AccountChange): Promise<ProgramAccount> {
  const { accountId, expectedVersion } = change;
  const account = await readAccount(context, { accountId });
  if (!account) throw new DomainError('account_not_found');
  if (expectedVersion !== undefined && expectedVersion !== account.version)
    throw new DomainError('account_changed', { id: accountId });
  // Bound to the version just read, so that no change by another actor is overwritten.
  await runBatch(context, await partsOf(context, account, change), account.version);
  const changed = await readAccount(context, { accountId });
  if (!changed) throw new DomainError('account_not_found');
  return changed;
}

async function partsOf(
  context: Context,
  account: ProgramAccount,
  change: AccountChange,
): Promise<BatchPart[]> {
  const { accountId, state, password } = change;
  const parts: BatchPart[] = [];
  const data = Object.fromEntries(
    (['firstName', 'lastName', 'note', 'email'] as const).flatMap((field) =>
      change[field] === undefined || change[field] === account[field] ? [] : [[field, change[field]]],
    ),
  );
  const field = Object.keys(data)[0];
  if (field) parts.push({ operation: editAccount, input: { accountId, ...data }, field });
  if (state !== undefined && state !== account.state) parts.push(toState(account, state));
  if (password !== undefined) {
    const words = [account.email, account.firstName, account.lastName];
    // A password alone is hashed by its operation.
    const prepared = parts.length > 0 ? await hashNewPassword(context, password, words) : undefined;
    // First, because it would end the link that confirms a new email.
    parts.unshift({ operation: setPassword, input: { accountId, password }, field: 'password', prepared });
  }
  return parts;
}

function toState(account: ProgramAccount, state: 'active' | 'blocked' | 'pending'): BatchPart {
  if (state === 'pending')
    throw new DomainError('account_state_unfitting', {
      id: account.id,
      current: { state: account.state, by: account.stateChangedBy, at: account.stateChangedAt },
    });
  const operation = state === 'blocked' ? blockAccount : activateAccount;
  return { operation, input: { accountId: account.id }, field: 'state' };
}
