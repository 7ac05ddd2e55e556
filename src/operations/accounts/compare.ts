import { z } from 'zod';
import { findAccount } from '../../db/accounts/accounts.ts';
import { findWaitingConfirmation } from '../../db/accounts/tickets.ts';
import { parseEmailAddress } from '../../domain/email-address.ts';
import { defineOperation, input, READERS } from '../frame/operation.ts';

/**
 * Whether an account has all these values already, so that giving it them again would change nothing. An email that waits
 * to be confirmed counts. Errors: `email_invalid`.
 */
export const compareAccount = defineOperation({
  name: 'accounts/compare',
  allowed: READERS,
  effect: 'read',
  input: {
    accountId: input.accountId,
    email: input.email,
    firstName: input.personName,
    lastName: input.personName,
    note: input.note.optional(),
    state: z.enum(['active', 'pending', 'blocked']).optional(),
  },
  async run(act, { accountId, email: address, ...given }) {
    const of = { serviceId: act.service.id, accountId };
    const account = await findAccount(act.tx, of.serviceId, accountId);
    if (!account) return false;
    const email = parseEmailAddress(address).spelling;
    const isSame = (['firstName', 'lastName', 'note', 'state'] as const).every(
      (field) => given[field] === undefined || given[field] === account[field],
    );
    if (!isSame || email === account.email) return isSame;
    return (await findWaitingConfirmation(act.tx, { ...of, now: act.now }))?.email === email;
  },
});
