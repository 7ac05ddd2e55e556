import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { activateAccount } from '../../src/operations/accounts/activate.ts';
import { addAccount } from '../../src/operations/accounts/add.ts';
import { blockAccount } from '../../src/operations/accounts/block.ts';
import { deleteAccount } from '../../src/operations/accounts/delete.ts';
import { editAccount } from '../../src/operations/accounts/edit.ts';
import { showAccount } from '../../src/operations/accounts/show.ts';
import { decideApproval } from '../../src/operations/approvals/decide.ts';
import { listOwnApprovals } from '../../src/operations/approvals/list-own.ts';
import { listWaitingApprovals } from '../../src/operations/approvals/list-waiting.ts';
import { sweepApprovals } from '../../src/operations/approvals/sweep.ts';
import { withdrawApproval } from '../../src/operations/approvals/withdraw.ts';
import { WaitsForApproval } from '../../src/operations/frame/approval.ts';
import type { Actor } from '../../src/operations/frame/context.ts';
import { requestInvitation } from '../../src/operations/invitations/request.ts';
import { grantRole } from '../../src/operations/operators/grant.ts';
import { withdrawRole } from '../../src/operations/operators/withdraw.ts';
import { bindWorkspace } from '../../src/operations/workspaces/bind.ts';
import { revokeWorkspace } from '../../src/operations/workspaces/revoke.ts';
import {
  ADMIN,
  APPROVER,
  createTestContext,
  MEMBER,
  refusalOf,
  SYSTEM,
  slackActor,
  type TestContext,
} from '../support/context.ts';

const HOUR_MS = 3_600_000;
const SECOND_ADMIN = slackActor('U0SECOND', 'Bo Second');
const THIRD = slackActor('U0THIRD', 'Cy Third');
const { email: ADMIN_EMAIL } = slackActor('U0ADMIN', 'Ada Admin');

let t: TestContext;
let people = 0;
beforeAll(async () => {
  t = await createTestContext({ secondOperatorFor: ['accounts/delete', 'accounts/activate'] });
  await grantRole(t.as(ADMIN), { teamId: 'T0TEST', userId: 'U0SECOND', role: 'admin' });
  await grantRole(t.as(ADMIN), { teamId: 'T0TEST', userId: 'U0THIRD', role: 'approver' });
});
beforeEach(() => t.memberships.clear());
afterAll(() => t.close());

async function anAccount(email = `dev${++people}@example.com`): Promise<string> {
  const { account } = await addAccount(t.as(ADMIN), { email, firstName: 'Ann', lastName: 'Lee' });
  return account.id;
}

/** Asks, and gives the id of what waits. */
async function asked(attempt: Promise<unknown>): Promise<string> {
  const thrown = await attempt.then(
    () => new Error('it did not wait'),
    (error: unknown) => error,
  );
  if (!(thrown instanceof WaitsForApproval)) throw thrown;
  return thrown.approvalId;
}
const askToDelete = async (accountId: string, actor: Actor = ADMIN, reason = 'left the company') =>
  asked(deleteAccount(t.as(actor), { accountId, reason }));
const stateOf = async (accountId: string) => (await showAccount(t.as(ADMIN), { accountId })).account.state;
const approvalRow = async (id: string) => {
  const [row] = await t.sql`select state, code, decided_by_name, why from approvals where id = ${id}`;
  return row;
};
const decide = (actor: Actor, approvalId: string, decision: 'approve' | 'decline' = 'approve', reason = '') =>
  decideApproval(t.as(actor), { approvalId, decision, reason });

describe('an operation that needs a second operator', () => {
  it('changes nothing until somebody else agrees, and is then done for whoever asked', async () => {
    const accountId = await anAccount();
    const approvalId = await askToDelete(accountId);
    expect(await stateOf(accountId)).toBe('active');
    expect(await decide(APPROVER, approvalId)).toMatchObject({ state: 'approved' });
    expect(await stateOf(accountId)).toBe('deleted');
    const rows = await t.sql`select operation, outcome, actor_name from audit
      where approval_id = ${approvalId} or target_id = ${approvalId} order by id`;
    expect(rows).toEqual([
      { operation: 'accounts/delete', outcome: 'asked', actor_name: 'Ada Admin' },
      { operation: 'accounts/delete', outcome: 'done', actor_name: 'Name of U0ADMIN' },
      { operation: 'approvals/decide', outcome: 'done', actor_name: 'Abe Approver' },
    ]);
  });

  it('is declined with a reason, and can be asked for again', async () => {
    const accountId = await anAccount();
    const first = await askToDelete(accountId);
    expect(await decide(APPROVER, first, 'decline', 'still under contract')).toMatchObject({
      state: 'declined',
    });
    expect(await stateOf(accountId)).toBe('active');
    expect(await refusalOf(decide(SECOND_ADMIN, first))).toBe('approval_ended');
    expect(await askToDelete(accountId)).not.toBe(first);
  });

  it('joins what is open for the same thing, whoever asked', async () => {
    const accountId = await anAccount();
    const first = await askToDelete(accountId);
    expect(await askToDelete(accountId)).toBe(first);
    expect(await askToDelete(accountId, SECOND_ADMIN)).toBe(first);
    expect(await t.sql`select id from approvals where account_id = ${accountId}`).toHaveLength(1);
  });

  it('is refused at once where it could not be done anyway, and nothing waits', async () => {
    const accountId = await anAccount();
    expect(await refusalOf(activateAccount(t.as(ADMIN), { accountId }))).toBe('account_state_unfitting');
    expect(await refusalOf(deleteAccount(t.as(ADMIN), { accountId: 'nobody' }))).toBe('account_not_found');
    expect(await refusalOf(deleteAccount(t.as(APPROVER), { accountId }))).toBe('not_permitted');
    expect(await t.sql`select id from approvals where account_id = ${accountId}`).toHaveLength(0);
    const jobs =
      await t.sql`select 1 from mails where account_id = ${accountId} and template = 'AccountClosedDeveloper'`;
    expect(jobs).toHaveLength(0);
  });

  it('is refused at once when nobody else could decide', async () => {
    const accountId = (
      await addAccount(t.as(ADMIN, 'theirs'), { email: 'alone@example.com', firstName: 'A', lastName: 'B' })
    ).account.id;
    await withdrawRole(t.as(ADMIN, 'theirs'), { teamId: 'T0TEST', userId: 'U0APPROVER' });
    expect(await refusalOf(deleteAccount(t.as(ADMIN, 'theirs'), { accountId }))).toBe('no_second_operator');
    expect(await t.sql`select id from approvals where service_id = 'theirs'`).toHaveLength(0);
  });

  it('ends after 24 hours, after two reminders, and then nobody can agree', async () => {
    const accountId = await anAccount();
    const approvalId = await askToDelete(accountId);
    const reminders = async () => {
      await sweepApprovals(t.as(SYSTEM), {});
      const [row] = await t.sql`select reminders from approvals where id = ${approvalId}`;
      return row?.reminders;
    };
    t.advance(3.9 * HOUR_MS);
    expect(await reminders()).toBe(0);
    t.advance(0.2 * HOUR_MS);
    expect(await reminders()).toBe(1);
    expect(await reminders()).toBe(1);
    t.advance(18 * HOUR_MS);
    expect(await reminders()).toBe(2);
    t.advance(2 * HOUR_MS);
    expect(await refusalOf(decide(APPROVER, approvalId))).toBe('approval_ended');
    await sweepApprovals(t.as(SYSTEM), {});
    expect(await approvalRow(approvalId)).toMatchObject({ state: 'expired' });
    expect(await stateOf(accountId)).toBe('active');
  });

  it('is taken back by whoever asked, and by nobody else', async () => {
    const accountId = await anAccount();
    const approvalId = await askToDelete(accountId);
    expect(await refusalOf(withdrawApproval(t.as(APPROVER), { approvalId }))).toBe('approval_not_found');
    await withdrawApproval(t.as(ADMIN), { approvalId });
    expect(await refusalOf(decide(APPROVER, approvalId))).toBe('approval_ended');
    expect(await stateOf(accountId)).toBe('active');
  });

  it('waits for those who may decide, and whoever asked sees what became of it', async () => {
    const accountId = await anAccount();
    const approvalId = await askToDelete(accountId);
    const waiting = async (actor: Actor) =>
      (await listWaitingApprovals(t.as(actor), {})).map((one) => one.id);
    expect(await waiting(APPROVER)).toContain(approvalId);
    expect(await waiting(ADMIN)).not.toContain(approvalId);
    await decide(APPROVER, approvalId, 'decline', 'no');
    const [own] = await listOwnApprovals(t.as(ADMIN), {});
    expect(own).toMatchObject({
      id: approvalId,
      state: 'declined',
      decidedByName: 'Abe Approver',
      decisionReason: 'no',
    });
  });
});

describe('T45: nobody decides who must not', () => {
  it('not whoever asked, not the person concerned, not a demoted, deactivated or guest approver', async () => {
    const accountId = await anAccount('u0second@work.example.com');
    const approvalId = await askToDelete(accountId);
    expect(await refusalOf(decide(ADMIN, approvalId))).toBe('approval_own');
    // A second user of the same person: Slack tells the same address of both.
    const again = { ...slackActor('U0SECOND', 'Ada Again'), email: String(ADMIN_EMAIL).toUpperCase() };
    expect(await refusalOf(decide(again, approvalId))).toBe('approval_own');
    expect(await refusalOf(decide(SECOND_ADMIN, approvalId))).toBe('approval_about_oneself');
    expect(await refusalOf(decide(MEMBER, approvalId))).toBe('not_permitted');
    for (const membership of ['deactivated', 'guest'] as const) {
      expect(await refusalOf(decide(slackActor('U0APPROVER', 'Abe Approver', membership), approvalId))).toBe(
        'not_permitted',
      );
    }
    await withdrawRole(t.as(ADMIN), { teamId: 'T0TEST', userId: 'U0APPROVER' });
    expect(await refusalOf(decide(APPROVER, approvalId))).toBe('not_permitted');
    expect(await approvalRow(approvalId)).toMatchObject({ state: 'open' });
    expect(await stateOf(accountId)).toBe('active');
    await grantRole(t.as(ADMIN), { teamId: 'T0TEST', userId: 'U0APPROVER', role: 'approver' });
    expect(await decide(APPROVER, approvalId)).toMatchObject({ state: 'approved' });
  });

  it('what was asked by somebody who can no longer act is not done', async () => {
    for (const membership of ['guest', 'deactivated', 'stranger'] as const) {
      const accountId = await anAccount();
      const approvalId = await askToDelete(accountId, SECOND_ADMIN);
      t.memberships.set('U0SECOND', membership);
      expect(await decide(APPROVER, approvalId)).toEqual({
        operation: 'accounts/delete',
        state: 'outdated',
        code: 'not_permitted',
      });
      expect(await stateOf(accountId)).toBe('active');
      t.memberships.clear();
    }
  });

  it('while Slack cannot say whether whoever asked can still act, it waits', async () => {
    const accountId = await anAccount();
    const approvalId = await askToDelete(accountId, SECOND_ADMIN);
    t.memberships.set('U0SECOND', 'silent');
    expect(await refusalOf(decide(APPROVER, approvalId))).toBe('standing_unknown');
    expect(await approvalRow(approvalId)).toMatchObject({ state: 'open' });
    t.memberships.clear();
    expect(await decide(APPROVER, approvalId)).toMatchObject({ state: 'approved' });
  });

  it('a role that is withdrawn closes what its holder asked for', async () => {
    const accountId = await anAccount();
    const approvalId = await askToDelete(accountId, SECOND_ADMIN);
    await withdrawRole(t.as(ADMIN), { teamId: 'T0TEST', userId: 'U0SECOND' });
    expect(await approvalRow(approvalId)).toMatchObject({ state: 'outdated', code: 'not_permitted' });
    await grantRole(t.as(ADMIN), { teamId: 'T0TEST', userId: 'U0SECOND', role: 'admin' });
    expect(await refusalOf(decide(APPROVER, approvalId))).toBe('approval_ended');
  });
});

describe('T46: of any number of decisions one is made', () => {
  it('100 concurrent approvals by three who may have one effect and one decision', async () => {
    const accountId = await anAccount();
    const approvalId = await askToDelete(accountId);
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        refusalOf(decide([APPROVER, SECOND_ADMIN, THIRD][n % 3] ?? THIRD, approvalId)),
      ),
    );
    expect(outcomes.filter((code) => code === 'done')).toHaveLength(1);
    expect(outcomes.filter((code) => code === 'approval_ended')).toHaveLength(99);
    const rows = await t.sql`select operation from audit where outcome = 'done'
      and (approval_id = ${approvalId} or target_id = ${approvalId}) order by operation`;
    expect(rows.map((row) => row.operation)).toEqual(['accounts/delete', 'approvals/decide']);
    expect(await stateOf(accountId)).toBe('deleted');
  });

  it('approving races declining 50 times: exactly one wins, and the account shows which', async () => {
    for (let n = 0; n < 50; n++) {
      const accountId = await anAccount();
      const approvalId = await askToDelete(accountId);
      const outcomes = await Promise.all([
        refusalOf(decide(APPROVER, approvalId, 'approve')),
        refusalOf(decide(SECOND_ADMIN, approvalId, 'decline')),
      ]);
      expect(outcomes.toSorted()).toEqual(['approval_ended', 'done']);
      const isApproved = outcomes[0] === 'done';
      expect(await approvalRow(approvalId)).toMatchObject({ state: isApproved ? 'approved' : 'declined' });
      expect(await stateOf(accountId)).toBe(isApproved ? 'deleted' : 'active');
    }
  });
});

describe('T47: what was seen is what is agreed to', () => {
  it('a changed account ends the approval as outdated', async () => {
    const accountId = await anAccount();
    const approvalId = await askToDelete(accountId);
    await editAccount(t.as(SECOND_ADMIN), { accountId, note: 'keep: has a contract' });
    expect(await decide(APPROVER, approvalId)).toMatchObject({ state: 'outdated', code: 'account_changed' });
    expect(await stateOf(accountId)).toBe('active');
    const refused =
      await t.sql`select code from audit where approval_id = ${approvalId} and outcome = 'refused'`;
    expect(refused).toEqual([{ code: 'account_changed' }]);
  });

  it('the kept input of one approval is of no use to another', async () => {
    const [one, other] = [await anAccount(), await anAccount()];
    const [first, second] = [await askToDelete(one), await askToDelete(other)];
    await t.sql`update approvals set sealed_input =
      (select sealed_input from approvals where id = ${second}) where id = ${first}`;
    await expect(decide(APPROVER, first)).rejects.toThrow('the input of another');
    expect([await stateOf(one), await stateOf(other)]).toEqual(['active', 'active']);
  });

  it('no reason and no address is left in it once its account is erased', async () => {
    const accountId = await anAccount('erase-me@example.com');
    const approvalId = await askToDelete(accountId, ADMIN, 'erase-me@example.com asked for it');
    t.policy.eraseDeletedAfterDays = 0;
    await decide(APPROVER, approvalId, 'approve', 'as erase-me@example.com wishes').finally(() => {
      t.policy.eraseDeletedAfterDays = 30;
    });
    const [kept] = await t.sql`select to_jsonb(a) as row, to_jsonb(d) as details from approvals a
      left join audit on audit.approval_id = a.id or audit.target_id = a.id::text
      left join audit_details d on d.audit_id = audit.id where a.id = ${approvalId}`;
    expect(JSON.stringify(kept)).not.toContain('erase-me');
  });
});

it('T54: what a workspace asked for is closed when Slack takes the app away, and a new token revives nothing', async () => {
  const accountId = await anAccount();
  const approvalId = await askToDelete(accountId);
  const token = { teamId: 'T0TEST', tokenHash: 'a'.repeat(64) };
  await bindWorkspace(t.as(SYSTEM), token);
  await revokeWorkspace(t.as(SYSTEM), { teamId: 'T0TEST', why: 'app_uninstalled' });
  expect(await approvalRow(approvalId)).toMatchObject({ state: 'outdated', code: 'workspace_not_bound' });
  await bindWorkspace(t.as(SYSTEM), { ...token, tokenHash: 'b'.repeat(64) });
  expect(await refusalOf(decide(APPROVER, approvalId))).toBe('approval_ended');
  expect(await stateOf(accountId)).toBe('active');
});

describe('a request by somebody without a role', () => {
  const wish = () => ({
    email: `wanted${++people}@example.com`,
    firstName: 'Will',
    lastName: 'Do',
    why: 'new partner',
  });

  it('becomes an invitation in the name of both once an operator agrees', async () => {
    const { email, ...rest } = wish();
    const { approvalId } = await requestInvitation(t.as(MEMBER), { email, ...rest });
    expect(await refusalOf(decide(MEMBER, approvalId))).toBe('not_permitted');
    expect(await decide(APPROVER, approvalId)).toMatchObject({ state: 'approved' });
    const [invitation] =
      await t.sql`select state, invited_by, invited_by_name from invitations where email = ${email}`;
    expect(invitation).toEqual({
      state: 'open',
      invited_by: 'T0TEST/U0MEMBER',
      invited_by_name: 'Name of U0MEMBER, approved by Abe Approver',
    });
    expect(await t.mailsTo(email)).toHaveLength(1);
  });

  it('does not tell whether the address has an account; the decision finds out', async () => {
    const email = `known${++people}@example.com`;
    const accountId = await anAccount(email);
    const { approvalId } = await requestInvitation(t.as(MEMBER), { ...wish(), email });
    expect(await decide(APPROVER, approvalId)).toMatchObject({ state: 'outdated', code: 'email_taken' });
    expect(await stateOf(accountId)).toBe('active');
  });

  it('is not for guests, and can be turned off', async () => {
    expect(await refusalOf(requestInvitation(t.as(slackActor('U0GUEST', 'Gus', 'guest')), wish()))).toBe(
      'not_permitted',
    );
    t.policy.hasRequests = false;
    expect(await refusalOf(requestInvitation(t.as(MEMBER), wish()))).toBe('requests_off');
    t.policy.hasRequests = true;
  });
});

it('a system or a mailed link never waits for a second operator', async () => {
  const accountId = await anAccount();
  await blockAccount(t.as(ADMIN), { accountId, reason: 'by one alone' });
  expect(await stateOf(accountId)).toBe('blocked');
});
