// A change of many accounts, without Slack: what the preview says is what happens, whatever comes between.
import { describe, expect, it } from 'vitest';
import { planBatchUndo } from '../../../src/operations/account-batches/plan-undo.ts';
import { previewAccounts } from '../../../src/operations/account-batches/preview.ts';
import { undoBatch } from '../../../src/operations/account-batches/undo.ts';
import { activateAccount } from '../../../src/operations/accounts/activate.ts';
import { addAccount } from '../../../src/operations/accounts/add.ts';
import { blockAccount } from '../../../src/operations/accounts/block.ts';
import { editAccount } from '../../../src/operations/accounts/edit.ts';
import { signUp } from '../../../src/operations/accounts/sign-up.ts';
import { createApi } from '../../../src/operations/apis/create.ts';
import { decideApproval } from '../../../src/operations/approvals/decide.ts';
import { beginBatch } from '../../../src/operations/batches/begin.ts';
import { claimBatch } from '../../../src/operations/batches/claim.ts';
import { type BatchReport, runSlice } from '../../../src/operations/batches/run-slice.ts';
import { settleBatch } from '../../../src/operations/batches/settle.ts';
import { stopBatch } from '../../../src/operations/batches/stop.ts';
import { WaitsForApproval } from '../../../src/operations/frame/approval.ts';
import { createGroup } from '../../../src/operations/groups/create.ts';
import { grantRole } from '../../../src/operations/operators/grant.ts';
import { withdrawRole } from '../../../src/operations/operators/withdraw.ts';
import { createProduct } from '../../../src/operations/products/create.ts';
import { grantSubscription } from '../../../src/operations/subscriptions/grant.ts';
import { ADMIN, APPROVER, createTestContext, refusalOf, SYSTEM } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';

const t = forAllTests(() => createTestContext({ secondOperatorForMoreThan: 10 }));
const admin = () => t.as(ADMIN);
let count = 0;

async function accounts(howMany: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < howMany; n++) {
    count += 1;
    const email = `dev${count}@example.com`;
    ids.push((await addAccount(admin(), { email, firstName: 'Dev', lastName: `${count}` })).account.id);
  }
  return ids;
}

const preview = (accountIds: string[], what: object) =>
  previewAccounts(admin(), { which: { accountIds }, what: what as never });

/** Runs a begun batch to its end. */
async function finish(batchId: string): Promise<BatchReport> {
  for (;;) {
    t.advance(61_000);
    const claimed = await claimBatch(t.as(SYSTEM), { batchId });
    if (!claimed) throw new Error('another process has the batch');
    const report = await runSlice(t.as(SYSTEM), claimed);
    const { state, position } = report;
    const { leasedUntil, message } = claimed;
    await settleBatch(t.as(SYSTEM), { batchId, leasedUntil, state, position, ...message });
    if (state !== 'applying') return report;
  }
}

async function does(accountIds: string[], what: object) {
  const { batchId } = await preview(accountIds, what);
  await beginBatch(admin(), { batchId: String(batchId) });
  return { batchId: String(batchId), report: await finish(String(batchId)) };
}

const outcomes = ({ results }: BatchReport) => results.map(({ outcome }) => outcome);
const stateOf = async (id: string) => (await t.sql`select state from accounts where id = ${id}`)[0]?.state;

describe('the preview', () => {
  it('says what a block cuts off, and leaves out what is blocked already', async () => {
    const [one = '', two = '', three = ''] = await accounts(3);
    const { api } = await createApi(admin(), { id: 'orders', name: 'Orders', path: 'orders' });
    await createProduct(admin(), { id: 'starter', name: 'Starter', apiIds: [api.id], isPublished: true });
    await grantSubscription(admin(), { id: 'sub-one', accountId: one, productId: 'starter' });
    await t.sql`insert into subscription_calls values ('ours', 'sub-one', 'day', now() - interval '3 days', 'orders', 'passed', 12)`;
    await t.signedIn(one);
    await blockAccount(admin(), { accountId: three });
    const shown = await preview([one, two, three, 'nobody'], { action: 'block' });
    expect(shown.rows.map(({ leftOut, outcome }) => leftOut ?? outcome)).toEqual([
      'blocked',
      'blocked',
      'already blocked',
    ]);
    expect(shown).toMatchObject({
      toDo: 2,
      cutsOff: { subscriptions: 1, live: 1, keys: 2, sessions: 1, calls: 12, accounts: 1 },
    });
    expect(await preview([one], { action: 'delete' })).toMatchObject({
      batchId: null,
      rows: [{ leftOut: 'with subscriptions' }],
    });
    expect(await refusalOf(preview([one], { action: 'block', end: 'whenever' }))).toBe('invalid_input');
    expect(await refusalOf(preview([one], { action: 'join', groupIds: ['none'] }))).toBe('group_not_found');
  });

  it('T127: is what happens: an account that changed since is refused, and the others are done', async () => {
    const ids = await accounts(4);
    const { batchId } = await preview(ids, { action: 'block', reason: 'unused' });
    await editAccount(admin(), { accountId: String(ids[0]), note: 'they called us' });
    await blockAccount(admin(), { accountId: String(ids[1]) });
    await activateAccount(admin(), { accountId: String(ids[1]) });
    await beginBatch(admin(), { batchId: String(batchId) });
    const report = await finish(String(batchId));
    expect(outcomes(report)).toEqual([
      'refused: account_changed',
      'refused: account_changed',
      'blocked',
      'blocked',
    ]);
    expect(await refusalOf(beginBatch(admin(), { batchId: String(batchId) }))).toBe('batch_begun');
    t.advance(0);
  });

  it('has ended an hour later', async () => {
    const { batchId } = await preview(await accounts(1), { action: 'block' });
    t.advance(3_600_000);
    expect(await refusalOf(beginBatch(admin(), { batchId: String(batchId) }))).toBe('batch_not_found');
  });
});

describe('every action', () => {
  it('is the ordinary operation on each account, and is taken back by its opposite', async () => {
    const ids = await accounts(3);
    const { groupId } = await createGroup(admin(), { name: 'Partners' });
    const groupsOf = async () => (await t.sql`select from account_groups where group_id = ${groupId}`).length;
    const joined = await does(ids, { action: 'join', groupIds: [groupId] });
    expect(outcomes(joined.report)).toEqual(ids.map(() => 'added to the group'));
    expect(await groupsOf()).toBe(3);
    const undoing = await undoBatch(admin(), joined.batchId);
    expect(outcomes(await finish(undoing.batchId))).toEqual(ids.map(() => 'back as before'));
    expect(await groupsOf()).toBe(0);

    const deleted = await does(ids, { action: 'delete', tellDeveloper: false });
    expect(outcomes(deleted.report)).toEqual(ids.map(() => 'deleted'));
    const restoring = await undoBatch(admin(), deleted.batchId);
    expect(outcomes(await finish(restoring.batchId))).toEqual(ids.map(() => 'restored, blocked'));
    expect(await Promise.all(ids.map(stateOf))).toEqual(ids.map(() => 'blocked'));

    const activated = await does(ids, { action: 'activate' });
    expect(outcomes(activated.report)).toEqual(ids.map(() => 'activated'));
    t.advance(11 * 60_000);
    expect(await refusalOf(planBatchUndo(admin(), { batchId: activated.batchId }))).toBe('undo_too_late');
  });

  it('mails a link again to those who wait for one', async () => {
    await signUp(t.as({ kind: 'developer' }), {
      email: 'new@example.com',
      firstName: 'Nia',
      lastName: 'New',
    } as never).catch(() => null);
    const [active = '', pending = ''] = await accounts(2);
    await t.sql`update accounts set state = 'pending', email_confirmed_at = null where id = ${pending}`;
    const { report } = await does([active, pending], { action: 'resend' });
    expect(outcomes(report)).toEqual(['waiting for no link', 'mailed again']);
    expect(
      await t.sql`select from mails where account_id = ${pending} and template = 'ConfirmSignUpIdentityDefault'`,
    ).toHaveLength(1);
  });
});

describe('more accounts than one operator may change alone', () => {
  it('T126: wait for a second operator, who lets exactly the preview happen', async () => {
    const ids = await accounts(11);
    const { batchId } = await preview(ids, { action: 'block', reason: 'unused' });
    const asked = await beginBatch(admin(), { batchId: String(batchId) }).catch((error: unknown) => error);
    expect(asked).toBeInstanceOf(WaitsForApproval);
    expect(await stateOf(String(ids[0]))).toBe('active');
    // The preview outlives its hour while the request is open.
    t.advance(2 * 3_600_000);
    const { approvalId } = asked as WaitsForApproval;
    expect(await refusalOf(decideApproval(admin(), { approvalId, decision: 'approve' }))).toBe(
      'approval_own',
    );
    const decided = await decideApproval(t.as(APPROVER), { approvalId, decision: 'approve' });
    expect(decided).toMatchObject({ state: 'approved' });
    expect(outcomes(await finish(String(batchId)))).toEqual(ids.map(() => 'blocked'));
    const rows = await t.sql`select distinct approval_id::text as id from audit
      where operation = 'accounts/block' and request_id like ${`${batchId}:%`}`;
    expect(rows.map(({ id }) => id)).toEqual([approvalId]);
    // Whoever blocked eleven by mistake takes it back at once.
    const back = await undoBatch(admin(), String(batchId));
    expect(outcomes(await finish(back.batchId))).toEqual(ids.map(() => 'back as before'));
  });

  it('T126: a lone operator does it alone, and the channel hears of it', async () => {
    const alone = await createTestContext({ secondOperatorForMoreThan: 1 });
    try {
      await alone.sql`update operators set role = null where slack_user_id <> 'U0ADMIN'`;
      const ids: string[] = [];
      for (const n of [1, 2]) {
        const person = { email: `a${n}@example.com`, firstName: 'A', lastName: 'B' };
        ids.push((await addAccount(alone.as(ADMIN), person)).account.id);
      }
      const { batchId } = await previewAccounts(alone.as(ADMIN), {
        which: { accountIds: ids },
        what: { action: 'block' },
      });
      await beginBatch(alone.as(ADMIN), { batchId: String(batchId) });
      const jobs = await alone.sql`select from graphile_worker.jobs where task_identifier = 'post-notice'`;
      expect(jobs).toHaveLength(1);
    } finally {
      await alone.close();
    }
  });
});

describe('while it runs', () => {
  it('T127: stops for another admin, and for an admin who lost the role', async () => {
    const ids = await accounts(2);
    const first = await preview(ids, { action: 'block' });
    await beginBatch(admin(), { batchId: String(first.batchId) });
    await stopBatch(admin(), { batchId: String(first.batchId) });
    expect(await finish(String(first.batchId))).toMatchObject({
      state: 'stopped',
      stoppedBy: { by: 'Ada Admin' },
    });
    expect(await refusalOf(stopBatch(admin(), { batchId: String(first.batchId) }))).toBe('batch_ended');

    const other = { teamId: 'T0TEST', userId: 'U0OTHER' };
    await grantRole(admin(), { ...other, role: 'admin' });
    const second = await preview(ids, { action: 'block' });
    await beginBatch(admin(), { batchId: String(second.batchId) });
    await t.sql`update batches set slack_user_id = 'U0OTHER' where id = ${String(second.batchId)}`;
    await withdrawRole(admin(), other);
    expect(await finish(String(second.batchId))).toMatchObject({
      state: 'stopped',
      stoppedBy: 'not_permitted',
      results: [{ outcome: 'not done' }, { outcome: 'not done' }],
    });
  });

  it('T128: two batches over the same accounts and single presses at once do each account once', async () => {
    const ids = await accounts(10);
    const first = await preview(ids, { action: 'block' });
    const second = await preview([...ids].reverse(), { action: 'block' });
    for (const { batchId } of [first, second]) await beginBatch(admin(), { batchId: String(batchId) });
    const [one, two] = await Promise.all([
      finish(String(first.batchId)),
      finish(String(second.batchId)),
      ...ids.map((accountId) => refusalOf(blockAccount(admin(), { accountId }))),
    ]);
    expect(new Set(await Promise.all(ids.map(stateOf)))).toEqual(new Set(['blocked']));
    const done =
      await t.sql`select target_id from audit where operation = 'accounts/block' and outcome = 'done'
      and target_id in ${t.sql(ids)}`;
    expect(new Set(done.map((row) => row.target_id)).size).toBe(ids.length);
    expect(done).toHaveLength(ids.length);
    expect(
      [...outcomes(one as BatchReport), ...outcomes(two as BatchReport)].filter((o) =>
        o.includes('overtaken'),
      ),
    ).toEqual([]);
  });
});
