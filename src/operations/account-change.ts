// What a program changes of an account in one request: each part by its own operation, all or nothing.

import { DomainError } from '../domain/domain-error.ts';
import { activateAccount } from './accounts/activate.ts';
import { blockAccount } from './accounts/block.ts';
import { editAccount } from './accounts/edit.ts';
import { readAccount } from './accounts/read.ts';
import { needsSecondOperator } from './approval.ts';
import { recordRefusal } from './audit-row.ts';
import type { Context } from './context.ts';
import type { AccountView } from './held-account.ts';
import { hashNewPassword } from './new-password.ts';
import { retrying } from './operation.ts';
import { setPassword } from './passwords/set.ts';

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

type Part = {
  operation: typeof editAccount | typeof blockAccount | typeof activateAccount | typeof setPassword;
  input: Record<string, unknown> & { accountId: string };
};

/**
 * Changes an account: what already is as it should be is left alone, and the rest is done in one transaction, each part
 * with its own permission and audit row. A new address waits to be confirmed, as always.
 * Errors: those of `accounts/edit`, `accounts/block`, `accounts/activate` and `passwords/set`; `invalid_input` when a part
 * that needs a second operator does not come alone. Throws `WaitsForApproval` when it does.
 */
export async function changeAccount(context: Context, change: AccountChange): Promise<AccountView> {
  const { accountId, expectedVersion } = change;
  const account = await readAccount(context, { accountId });
  if (!account) throw await refused(context, change, new DomainError('account_not_found'));
  if (expectedVersion !== undefined && expectedVersion !== account.version)
    throw await refused(context, change, new DomainError('account_changed', { id: accountId }));
  const parts = partsOf(account, change);
  const [only, ...more] = parts;
  // Bound to what was read just now: nobody else's change is passed over.
  const expected = { expectedVersion: account.version };
  if (only && more.length === 0) {
    await only.operation(context, { ...only.input, ...expected } as never);
  } else if (only) {
    const waiting = parts.find(({ operation }) => needsSecondOperator(context, operation.operation));
    if (waiting)
      throw new DomainError('invalid_input', {
        fields: {
          [waiting.operation === editAccount ? 'email' : 'state']:
            'needs a second operator here; send it in a request of its own',
        },
      });
    await doTogether(context, parts, account);
  }
  const changed = await readAccount(context, { accountId });
  if (!changed) throw new DomainError('account_not_found');
  return changed;
}

async function refused(
  context: Context,
  { accountId }: AccountChange,
  error: DomainError,
): Promise<DomainError> {
  await recordRefusal(editAccount.operation, context, { accountId }, error);
  return error;
}

function partsOf(account: AccountView, change: AccountChange): Part[] {
  const { accountId, state, password } = change;
  const parts: Part[] = [];
  const data = Object.fromEntries(
    (['firstName', 'lastName', 'note', 'email'] as const).flatMap((field) =>
      change[field] === undefined || change[field] === account[field] ? [] : [[field, change[field]]],
    ),
  );
  if (Object.keys(data).length > 0) parts.push({ operation: editAccount, input: { accountId, ...data } });
  if (password !== undefined) parts.push({ operation: setPassword, input: { accountId, password } });
  if (state === undefined || state === account.state) return parts;
  if (state === 'pending')
    throw new DomainError('account_state_unfitting', {
      id: accountId,
      current: { state: account.state, by: account.stateChangedBy, at: account.stateChangedAt },
    });
  parts.push({ operation: state === 'blocked' ? blockAccount : activateAccount, input: { accountId } });
  return parts;
}

async function doTogether(context: Context, parts: readonly Part[], account: AccountView): Promise<void> {
  const { email, firstName, lastName } = account;
  const password = parts.find(({ operation }) => operation === setPassword)?.input.password;
  let at: Part | undefined;
  try {
    const hash =
      password === undefined
        ? undefined
        : await hashNewPassword(context, String(password), [email, firstName, lastName]);
    await retrying(context, async (tx) => {
      for (const [index, part] of parts.entries()) {
        at = part;
        const input = { ...part.input, ...(index === 0 ? { expectedVersion: account.version } : {}) };
        await part.operation.carryOut(
          context,
          tx,
          input,
          undefined,
          part.operation === setPassword ? hash : undefined,
        );
      }
    });
  } catch (error) {
    const { operation, input } = at ?? { operation: setPassword, input: { accountId: account.id } };
    if (error instanceof DomainError) await recordRefusal(operation.operation, context, input, error);
    throw error;
  }
}
