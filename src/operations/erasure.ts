import { type Account, updateAccount } from '../db/accounts.ts';
import { eraseApprovalsOfAccount } from '../db/approvals.ts';
import { eraseAuditDetails } from '../db/audit.ts';
import { eraseInvitationsOfAccount } from '../db/invitations.ts';
import { cancelMailsOfAccount } from '../db/mails.ts';
import { eraseTickets } from '../db/tickets.ts';
import type { Act } from './context.ts';
import { removeSubscriptions } from './held-subscription.ts';
import { queueRepaint } from './outbox.ts';

/** Takes away everything personal of a deleted account: a tombstone with the id stays. The farewell is still sent. */
export async function eraseAccountData(act: Act, account: Account): Promise<void> {
  const serviceId = act.service.id;
  await updateAccount(
    act.tx,
    account,
    {
      email: '',
      emailCanonical: '',
      firstName: '',
      lastName: '',
      note: '',
      stateReason: '',
      passwordHash: null,
      groupIdsWhenDeleted: null,
      erasedAt: act.now,
    },
    act.now,
  );
  await cancelMailsOfAccount(act.tx, { serviceId, accountId: account.id, except: 'AccountClosedDeveloper' });
  await eraseTickets(act.tx, serviceId, { accountId: account.id });
  for (const invitationId of await eraseInvitationsOfAccount(act.tx, serviceId, account.id)) {
    await eraseTickets(act.tx, serviceId, { invitationId });
    await eraseAuditDetails(act.tx, serviceId, { kind: 'invitation', id: invitationId });
  }
  await removeSubscriptions(act, { accountId: account.id }, true);
  await eraseAuditDetails(act.tx, serviceId, { kind: 'account', id: account.id });
  await eraseApprovals(act, account.id);
  await queueRepaint(act, account.id);
}

/** Reasons, and what was asked for. Once more for the approval whose own carrying out erased the account. */
export async function eraseApprovals(act: Act, accountId: string): Promise<void> {
  for (const id of await eraseApprovalsOfAccount(act.tx, act.service.id, accountId))
    await eraseAuditDetails(act.tx, act.service.id, { kind: 'approval', id });
}
