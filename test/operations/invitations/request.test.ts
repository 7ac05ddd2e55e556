import { describe, expect, it } from 'vitest';
import { requestInvitation } from '../../../src/operations/invitations/request.ts';
import { anAccount, newEmail, stateOf } from '../../support/accounts.ts';
import { createApprovalContext, decide } from '../../support/approvals.ts';
import { APPROVER, MEMBER, refusalOf, slackActor } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';

const t = forAllTests(createApprovalContext);

const wanted = () => ({ email: newEmail(), firstName: 'Will', lastName: 'Do', why: 'new partner' });

describe('requesting an invitation', () => {
  it('makes an invitation in the names of the member and the operator who approves it', async () => {
    const { email, ...rest } = wanted();
    const { approvalId } = await requestInvitation(t.as(MEMBER), { email, ...rest });
    expect(await refusalOf(decide(t, MEMBER, approvalId))).toBe('not_permitted');
    expect(await decide(t, APPROVER, approvalId)).toMatchObject({ state: 'approved' });
    const [invitation] =
      await t.sql`select state, invited_by, invited_by_name from invitations where email = ${email}`;
    expect(invitation).toEqual({
      state: 'open',
      invited_by: 'T0TEST/U0MEMBER',
      invited_by_name: 'Name of U0MEMBER (approved by Abe Approver)',
    });
    expect(await t.mailsTo(email)).toHaveLength(1);
  });

  it('does not reveal that the email has an account: only the decision finds it out', async () => {
    const email = newEmail();
    const { accountId } = await anAccount(t, { email });
    const { approvalId } = await requestInvitation(t.as(MEMBER), { ...wanted(), email });
    expect(await decide(t, APPROVER, approvalId)).toMatchObject({ state: 'outdated', code: 'email_taken' });
    expect(await stateOf(t, accountId)).toBe('active');
  });

  it('is refused to guests, and to every member while requests are off', async () => {
    expect(await refusalOf(requestInvitation(t.as(slackActor('U0GUEST', 'Gus', 'guest')), wanted()))).toBe(
      'not_permitted',
    );
    t.policy.hasRequests = false;
    expect(await refusalOf(requestInvitation(t.as(MEMBER), wanted()))).toBe('requests_off');
    t.policy.hasRequests = true;
  });
});
