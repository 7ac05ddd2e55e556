import { blockAccount } from '../../../src/operations/accounts/block.ts';
import { restoreAccount } from '../../../src/operations/accounts/restore.ts';
import { setGroupsOfAccount } from '../../../src/operations/accounts/set-groups.ts';
import { decideApproval } from '../../../src/operations/approvals/decide.ts';
import { createGroup } from '../../../src/operations/groups/create.ts';
import { acceptInvitation } from '../../../src/operations/invitations/accept.ts';
import { requestInvitation } from '../../../src/operations/invitations/request.ts';
import { resendInvitation } from '../../../src/operations/invitations/resend.ts';
import { requestDeletion } from '../../support/approvals.ts';
import { ADMIN, APPROVER, createTestContext, DEVELOPER, MEMBER, refusalOf } from '../../support/context.ts';

const EMAIL = 'came-in@example.com';

/** A member’s request, an invitation, an account, and what operators did to it until it was deleted and restored. */
export async function createAccountWithHistory() {
  const t = await createTestContext({ secondOperatorFor: ['accounts/delete'] });
  const { approvalId } = await requestInvitation(t.as(MEMBER), { email: EMAIL, why: 'a new partner' });
  await decideApproval(t.as(APPROVER), { approvalId, decision: 'approve', reason: 'fine' });
  const [invitation] = await t.sql`select id from invitations where email = ${EMAIL}`;
  await resendInvitation(t.as(ADMIN), { invitationId: invitation?.id });
  const ticket = await t.ticketTo(EMAIL);
  const { accountId } = await acceptInvitation(t.as(DEVELOPER), {
    ticket,
    firstName: 'Cam',
    lastName: 'In',
    password: 'three quiet garden chairs',
  });
  const { groupId } = await createGroup(t.as(ADMIN), { name: 'Partners' });
  await setGroupsOfAccount(t.as(ADMIN), { accountId, groupIds: [groupId] });
  await refusalOf(blockAccount(t.as(ADMIN), { accountId, expectedVersion: 77 }));
  const deletion = await requestDeletion(t, accountId, ADMIN, 'contract ended');
  await decideApproval(t.as(APPROVER), { approvalId: deletion, decision: 'approve' });
  await restoreAccount(t.as(ADMIN), { accountId, reason: 'a mistake' });
  return { t, accountId };
}
