// What a token of the issuer asked for and a second operator decides: who may, and what still has to be so by then.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addAccount } from '../../src/operations/accounts/add.ts';
import { deleteAccount } from '../../src/operations/accounts/delete.ts';
import { decideApproval } from '../../src/operations/approvals/decide.ts';
import { WaitsForApproval } from '../../src/operations/frame/approval.ts';
import type { IssuedActor, SlackActor } from '../../src/operations/frame/context.ts';
import {
  ADMIN,
  APPROVER,
  createTestContext,
  ISSUER,
  issued,
  refusalOf,
  type TestContext,
} from '../support/context.ts';

let t: TestContext;
beforeAll(async () => {
  t = await createTestContext({ secondOperatorFor: ['accounts/delete'], tokenIssuer: ISSUER });
});
afterAll(() => t?.close());

let count = 0;
async function asked(by: Partial<IssuedActor>) {
  count += 1;
  const email = `ann${count}@example.com`;
  const { account } = await addAccount(t.as(ADMIN), { email, firstName: 'Ann', lastName: 'Lee' });
  const { id: accountId } = account;
  const waiting = await deleteAccount(t.as(issued(by)), { accountId }).catch((error: unknown) => error);
  if (!(waiting instanceof WaitsForApproval)) throw waiting;
  return { accountId, approvalId: waiting.approvalId };
}
const decide = (actor: SlackActor, approvalId: string, decision: 'approve' | 'decline' = 'approve') =>
  decideApproval(t.as(actor), { approvalId, decision });
const stateOf = async (id: string) => (await t.sql`select state from accounts where id = ${id}`)[0]?.state;

it.each([
  ['their address in Slack', { person: 'u0approver@work.example.com' }],
  ['their user id in Slack', { person: 'u0approver' }],
])('a person whom the token names by %s does not decide it, and others do', async (_by, who) => {
  const { accountId, approvalId } = await asked(who);
  expect(await refusalOf(decide(APPROVER, approvalId))).toBe('approval_own');
  expect(await stateOf(accountId)).toBe('active');
  expect(await decide(ADMIN, approvalId)).toMatchObject({ state: 'approved' });
  expect(await stateOf(accountId)).toBe('deleted');
});

it('while Slack keeps somebody’s address to itself they can’t be told from the person of the token: they only decline', async () => {
  const { accountId, approvalId } = await asked({ person: 'somebody@work.example.com' });
  const unknown = { ...APPROVER, email: null };
  expect(await refusalOf(decide(unknown, approvalId))).toBe('standing_unknown');
  expect(await decide(unknown, approvalId, 'decline')).toMatchObject({ state: 'declined' });
  expect(await stateOf(accountId)).toBe('active');
});

it('what a program without a person asks any operator decides', async () => {
  const { accountId, approvalId } = await asked({ person: null });
  expect(await decide({ ...APPROVER, email: null }, approvalId)).toMatchObject({ state: 'approved' });
  expect(await stateOf(accountId)).toBe('deleted');
});

it('an issuer that is no longer believed has asked for nothing', async () => {
  const { accountId, approvalId } = await asked({});
  t.policy.tokenIssuer = 'https://login.example.com/another';
  try {
    expect(await decide(APPROVER, approvalId)).toMatchObject({ state: 'outdated', code: 'not_permitted' });
  } finally {
    t.policy.tokenIssuer = ISSUER;
  }
  expect(await stateOf(accountId)).toBe('active');
});

it('a subject that spells a Slack user is not that user', async () => {
  const { approvalId } = await asked({ subject: `${APPROVER.teamId}/${APPROVER.userId}` });
  expect(await decide(APPROVER, approvalId)).toMatchObject({ state: 'approved' });
});
