import { type Account, updateAccount } from '../../db/accounts/accounts.ts';
import { deleteIdentitiesOfAccount } from '../../db/accounts/identities.ts';
import { deleteSessionsOfAccount } from '../../db/accounts/sessions.ts';
import { voidTickets } from '../../db/accounts/tickets.ts';
import type { Act } from '../frame/context.ts';
import { queueRepaint } from '../frame/outbox.ts';

/**
 * Ends every session of a developer, in every process from its next request on, and every open link. Part of a block, a
 * deletion, a new password and a new email. Source: ASVS 7.4.2, 7.4.3; safety T8.
 */
export async function endAccess(act: Act, accountId: string): Promise<void> {
  const owner = { serviceId: act.service.id, accountId };
  await voidTickets(act.tx, { ...owner, now: act.now });
  await deleteSessionsOfAccount(act.tx, owner);
}

/**
 * Ends all that signs in to a locked account: its password and every connected sign-in too. Only a mailed link leads back.
 * Returns the changed account, and what the audit records.
 */
export async function removeWaysIn(act: Act, account: Account) {
  const of = { serviceId: act.service.id, accountId: account.id };
  const changed = await updateAccount(act, account, { passwordHash: null, passwordMustChange: false });
  const disconnected = await deleteIdentitiesOfAccount(act.tx, of);
  await endAccess(act, account.id);
  await queueRepaint(act, account.id);
  const after = {
    password: 'removed',
    sessions: 'ended',
    ...(disconnected > 0 ? { disconnected: 'all' } : {}),
  };
  return { account: changed, after };
}
