// Erases the personal data of accounts and invitations, in every table.
import { type Account, updateAccount } from '../../db/accounts/accounts.ts';
import { deleteActivity } from '../../db/accounts/activity.ts';
import { deleteAgreementsOf } from '../../db/accounts/agreements.ts';
import { deleteIdentitiesOfAccount } from '../../db/accounts/identities.ts';
import { eraseInvitationsOfAccount } from '../../db/accounts/invitations.ts';
import { eraseTickets } from '../../db/accounts/tickets.ts';
import { forgetAnnouncements } from '../../db/announcements/recipients.ts';
import { eraseAuditDetails } from '../../db/audit/rows.ts';
import { eraseDriftsOfAccount } from '../../db/azure/decisions.ts';
import { deleteOrdersOfAccount } from '../../db/azure/orders.ts';
import { eraseApprovals as eraseApprovalRows, listApprovalIdsOf } from '../../db/operators/approvals.ts';
import { deleteRecipientsOfAccount } from '../../db/outbox/notification-recipients.ts';
import { eraseEvidence } from '../../db/reviews/rows.ts';
import type { Act } from '../frame/context.ts';
import { hoursAfter, queueInvitationsRepaint, queueRepaint } from '../frame/outbox.ts';
import { callOffMails } from '../mails/call-off.ts';
import { removeSubscriptions } from '../subscriptions/subscription.ts';

/** Whether `ERASE_DELETED_AFTER_DAYS` have passed since a deletion or an end. */
export const isDueForErasure = (act: Act, endedAt: Date): boolean =>
  hoursAfter(endedAt, act.policy.eraseDeletedAfterDays * 24) <= act.now;

/** Erases everything personal of a deleted account; a row with the id stays. The farewell mail is still sent. */
export async function eraseAccountData(act: Act, account: Account): Promise<Account> {
  const serviceId = act.service.id;
  const erased = await updateAccount(act, account, {
    email: '',
    emailCanonical: '',
    firstName: '',
    lastName: '',
    note: '',
    language: null,
    newsRefusedAt: null,
    stateReason: '',
    passwordHash: null,
    groupIdsWhenDeleted: null,
    resourceId: null,
    erasedAt: act.now,
  });
  await callOffMails(act, { accountId: account.id, exceptTemplate: 'AccountClosedDeveloper' });
  await eraseTickets(act.tx, serviceId, { accountId: account.id });
  await deleteIdentitiesOfAccount(act.tx, { serviceId, accountId: account.id });
  await eraseDriftsOfAccount(act.tx, serviceId, account.id);
  await deleteRecipientsOfAccount(act.tx, serviceId, account.id);
  await forgetAnnouncements(act.tx, serviceId, account.id);
  for (const { id, batchId } of await eraseInvitationsOfAccount(act.tx, serviceId, account.id)) {
    await queueInvitationsRepaint(act, batchId);
    await eraseInvitationData(act, id);
  }
  await removeSubscriptions(act, { accountId: account.id }, true);
  await eraseEvidence(act.tx, serviceId, account.id);
  await deleteAgreementsOf(act.tx, { serviceId, accountId: account.id });
  await deleteOrdersOfAccount(act.tx, serviceId, account.id);
  await deleteActivity(act.tx, { serviceId, accountId: account.id });
  await eraseAuditDetails(act.tx, serviceId, { kind: 'account', id: account.id });
  await eraseApprovals(act, account.id);
  await queueRepaint(act, account.id);
  return erased;
}

/** Erases what other tables hold about an invitation whose own row is erased: tickets, audit details, approvals. */
export async function eraseInvitationData(act: Act, invitationId: string): Promise<void> {
  const serviceId = act.service.id;
  await eraseTickets(act.tx, serviceId, { invitationId });
  await eraseAuditDetails(act.tx, serviceId, { kind: 'invitation', id: invitationId });
  await eraseApprovalsAbout(act, { accountId: '', invitationIds: [invitationId] });
}

/** Erases reasons and inputs of approvals. Called again after an approval that itself erased the account. */
export const eraseApprovals = (act: Act, accountId: string): Promise<void> =>
  eraseApprovalsAbout(act, { accountId, invitationIds: [] });

async function eraseApprovalsAbout(
  act: Act,
  about: { accountId: string; invitationIds: readonly string[] },
): Promise<void> {
  const serviceId = act.service.id;
  const ids = await listApprovalIdsOf(act.tx, { serviceId, ...about });
  for (const id of await eraseApprovalRows(act.tx, { serviceId, ids }))
    await eraseAuditDetails(act.tx, serviceId, { kind: 'approval', id });
}
