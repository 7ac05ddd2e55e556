import { describe, expect, it } from 'vitest';
import type { IssuedActor } from '../../../src/operations/frame/context.ts';
import { anAccount, stateOf } from '../../support/accounts.ts';
import { decide, requestDeletion } from '../../support/approvals.ts';
import { ADMIN, APPROVER, createTestContext, ISSUER, issued, refusalOf } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';

const t = forAllTests(() =>
  createTestContext({ secondOperatorFor: ['accounts/delete'], tokenIssuer: ISSUER }),
);

async function requested(by: Partial<IssuedActor>) {
  const { accountId } = await anAccount(t);
  return { accountId, approvalId: await requestDeletion(t, accountId, issued(by)) };
}

describe('deciding a request that came with a token of the issuer', () => {
  it.each([
    ['email', { person: 'u0approver@work.example.com' }],
    ['Slack user id', { person: 'u0approver' }],
  ])(
    'is refused to the person that the token names by %s, and another operator can do it',
    async (_by, who) => {
      const { accountId, approvalId } = await requested(who);
      expect(await refusalOf(decide(t, APPROVER, approvalId))).toBe('approval_own');
      expect(await stateOf(t, accountId)).toBe('active');
      expect(await decide(t, ADMIN, approvalId)).toMatchObject({ state: 'approved' });
      expect(await stateOf(t, accountId)).toBe('deleted');
    },
  );

  it('can only be a decline while Slack hides the operator’s email, because the operator may be the person of the token', async () => {
    const { accountId, approvalId } = await requested({ person: 'somebody@work.example.com' });
    const unknown = { ...APPROVER, email: null };
    expect(await refusalOf(decide(t, unknown, approvalId))).toBe('standing_unknown');
    expect(await decide(t, unknown, approvalId, 'decline')).toMatchObject({ state: 'declined' });
    expect(await stateOf(t, accountId)).toBe('active');
  });

  it('is open to every operator when the token names no person', async () => {
    const { accountId, approvalId } = await requested({ person: null });
    expect(await decide(t, { ...APPROVER, email: null }, approvalId)).toMatchObject({ state: 'approved' });
    expect(await stateOf(t, accountId)).toBe('deleted');
  });

  it('ends the request as outdated once the service trusts another issuer', async () => {
    const { accountId, approvalId } = await requested({});
    t.policy.tokenIssuer = 'https://login.example.com/another';
    try {
      expect(await decide(t, APPROVER, approvalId)).toMatchObject({
        state: 'outdated',
        code: 'not_permitted',
      });
    } finally {
      t.policy.tokenIssuer = ISSUER;
    }
    expect(await stateOf(t, accountId)).toBe('active');
  });

  it('is open to the Slack user whose id is the token’s subject', async () => {
    const { approvalId } = await requested({ subject: `${APPROVER.teamId}/${APPROVER.userId}` });
    expect(await decide(t, APPROVER, approvalId)).toMatchObject({ state: 'approved' });
  });
});
