import { listInvitationIdsOfAccount } from '../../db/accounts/invitations.ts';
import { listAuditOfTargets } from '../../db/audit/rows.ts';
import { listApprovalIdsOf } from '../../db/operators/approvals.ts';
import { listSubscriptionIdsOfAccount } from '../../db/subscriptions/subscriptions.ts';
import { demandAccount, viewAccount } from '../accounts/account.ts';
import * as lists from '../frame/lists.ts';
import { defineOperation, input, OPERATORS } from '../frame/operation.ts';
import { viewAuditRows } from './entry.ts';

export const ENTRIES_A_PAGE = 10;
/** Older subscriptions than these are left out. */
const MAX_SUBSCRIPTIONS = 200;

/**
 * What happened to an account, oldest first: how the person came in (request, approval, invitation, or added by
 * an operator), then every change of it and of its subscriptions. Deleted and erased accounts have one too.
 * Errors: `account_not_found`.
 */
export const showHistory = defineOperation({
  name: 'audit/history',
  allowed: OPERATORS,
  effect: 'read',
  input: { accountId: input.accountId, ...lists.pageInput(ENTRIES_A_PAGE, input.rowId) },
  async run(act, { accountId, ...wanted }) {
    const serviceId = act.service.id;
    const account = await viewAccount(act, await demandAccount(act, accountId));
    const invitationIds = await listInvitationIdsOfAccount(act.tx, serviceId, accountId);
    const approvalIds = await listApprovalIdsOf(act.tx, { serviceId, accountId, invitationIds });
    const subscriptionIds = await listSubscriptionIdsOfAccount(
      act.tx,
      serviceId,
      accountId,
      MAX_SUBSCRIPTIONS,
    );
    const about = {
      serviceId,
      targets: [
        { kind: 'account', ids: [accountId] },
        { kind: 'invitation', ids: invitationIds },
        { kind: 'approval', ids: approvalIds },
        { kind: 'subscription', ids: subscriptionIds },
      ],
    };
    const { page, ...more } = await lists.readPage(wanted, listAuditOfTargets(act.tx, about));
    return {
      account: {
        id: account.id,
        version: account.version,
        state: account.state,
        restorableUntil: account.restorableUntil,
        email: account.email,
        firstName: account.firstName,
        lastName: account.lastName,
      },
      entries: await viewAuditRows(act, page),
      ...more,
    };
  },
});
