import { deleteSessionsOfAccount } from '../../db/accounts/sessions.ts';
import { voidTickets } from '../../db/accounts/tickets.ts';
import type { Act } from '../frame/context.ts';

/**
 * Ends every session of a developer, in every process from its next request on, and every open link. Part of a block, a
 * deletion, a new password and a new email. Source: ASVS 7.4.2, 7.4.3; safety T8.
 */
export async function endAccess(act: Act, accountId: string): Promise<void> {
  const owner = { serviceId: act.service.id, accountId };
  await voidTickets(act.tx, { ...owner, now: act.now });
  await deleteSessionsOfAccount(act.tx, owner);
}
