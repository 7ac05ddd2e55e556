import { z } from 'zod';
import { updateAccount } from '../../db/accounts/accounts.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { parseEmailAddress } from '../../domain/email-address.ts';
import { fullName, onlyNameFirst } from '../../domain/person-name.ts';
import { ADMINS_AND_PROGRAMS, defineOperation, input } from '../frame/operation.ts';
import { queueRepaint } from '../frame/outbox.ts';
import { currentState, holdAccount, viewAccount } from './account.ts';
import { cancelEmailChange, requestEmailChange } from './unconfirmed-email.ts';

/**
 * Changes names, note or email. A new email replaces the present one when it is confirmed by the link mailed to it; a mail
 * to the present one says so at once. `callOffAddress` ends that wait: the link dies, and mails that have not left are
 * called off.
 * Errors: `account_not_found`, `account_erased`, `account_changed`; `account_state_unfitting` when deleted, or when the
 * email of a blocked account should change; `email_invalid`, `email_taken`; `invalid_input` when no name is left.
 */
export const editAccount = defineOperation({
  name: 'accounts/edit',
  allowed: ADMINS_AND_PROGRAMS,
  effect: 'change',
  input: {
    accountId: input.accountId,
    expectedVersion: input.expectedVersion,
    undoes: input.rowId.optional(),
    firstName: input.personName.optional(),
    lastName: input.personName.optional(),
    note: input.note.optional(),
    email: input.email.optional(),
    callOffAddress: z.boolean().default(false),
  },
  subjectOf: ({ accountId }) => ({ kind: 'account', id: accountId }),
  async run(act, { accountId, expectedVersion, undoes, email, callOffAddress, ...wanted }) {
    const account = await holdAccount(act, accountId, expectedVersion);
    if (account.state === 'deleted')
      throw new DomainError('account_state_unfitting', { id: account.id, current: currentState(account) });
    const change = onlyNameFirst({
      firstName: wanted.firstName ?? account.firstName,
      lastName: wanted.lastName ?? account.lastName,
      note: wanted.note ?? account.note,
    });
    if (fullName(change) === '')
      throw new DomainError('invalid_input', { fields: { firstName: input.NAME_NEEDED.error } });
    const edited = await updateAccount(act, account, change);
    if (callOffAddress) await cancelEmailChange(act, edited);
    const newEmail =
      email === undefined ? null : await requestEmailChange(act, edited, parseEmailAddress(email));
    await queueRepaint(act, accountId);
    const changeId = act.record({
      target: { kind: 'account', id: accountId },
      before: {
        firstName: account.firstName,
        lastName: account.lastName,
        note: account.note,
        email: account.email,
        undo: { version: edited.version },
      },
      after: {
        ...change,
        ...(callOffAddress ? { addressCalledOff: true } : {}),
        ...(newEmail ? { emailAskedFor: newEmail } : {}),
        ...(undoes ? { undoes } : {}),
      },
    });
    return { account: await viewAccount(act, edited), waitsForAddress: newEmail, changeId };
  },
});
