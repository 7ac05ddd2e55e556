import { describe, expect, it } from 'vitest';
import { activateAccount } from '../../../src/operations/accounts/activate.ts';
import { addAccount } from '../../../src/operations/accounts/add.ts';
import { blockAccount } from '../../../src/operations/accounts/block.ts';
import { confirmEmail } from '../../../src/operations/accounts/confirm-email.ts';
import { deleteAccount } from '../../../src/operations/accounts/delete.ts';
import { editAccount } from '../../../src/operations/accounts/edit.ts';
import { eraseAccount } from '../../../src/operations/accounts/erase.ts';
import { setGroupsOfAccount } from '../../../src/operations/accounts/set-groups.ts';
import { showAccount } from '../../../src/operations/accounts/show.ts';
import { undo } from '../../../src/operations/accounts/undo.ts';
import { createGroup } from '../../../src/operations/groups/create.ts';
import { deleteGroup } from '../../../src/operations/groups/delete.ts';
import { claimMail } from '../../../src/operations/mails/claim.ts';
import { accountOf, anAccount, stateOf } from '../../support/accounts.ts';
import { approvalIdOf, decide } from '../../support/approvals.ts';
import {
  ADMIN,
  APPROVER,
  createTestContext,
  DEVELOPER,
  MEMBER,
  refusalOf,
  SYSTEM,
} from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';

const MINUTE_MS = 60_000;
const ROUNDS = 15;

const t = forAllTests(createTestContext);

let count = 0;
const admin = () => t.as(ADMIN);
const aGroup = async () => (await createGroup(admin(), { name: `Partners ${++count}` })).groupId;
const mails = async (accountId: string) =>
  (
    await t.sql`select template, state from mails where account_id = ${accountId}
    order by created_at, template`
  ).map(({ template, state }) => `${template} ${state}`);
/** Claims the account's unsent mails, as the worker does; from then on the mail service may have them. */
async function sendAll(accountId: string): Promise<void> {
  for (const { id } of await t.sql`select id from mails where account_id = ${accountId} and attempts = 0`)
    await claimMail(t.as(SYSTEM), { mailId: id });
}

describe('undoing a block', () => {
  it('before its mail has left restores the state and mails the developer about neither', async () => {
    const { accountId } = await anAccount(t);
    await sendAll(accountId);
    const { changeId } = await blockAccount(admin(), { accountId, reason: 'the wrong Ann' });
    await undo(t.as(APPROVER), changeId);
    expect(await accountOf(t, accountId)).toMatchObject({
      state: 'active',
      stateReason: 'added by an operator',
    });
    expect(await mails(accountId)).toEqual([
      'NewDeveloperNotificationMessage queued',
      'AccountBlocked cancelled',
    ]);
    const [row] =
      await t.sql`select operation, actor_name, reason from audit join audit_details on audit_id = id
      where target_id = ${accountId} order by id desc limit 1`;
    expect(row).toEqual({ operation: 'accounts/activate', actor_name: 'Abe Approver', reason: 'undone' });
  });

  it('after its mail has left sends one mail that the account is active', async () => {
    const { accountId } = await anAccount(t);
    const { changeId } = await blockAccount(admin(), { accountId });
    await sendAll(accountId);
    await undo(admin(), changeId);
    expect((await mails(accountId)).slice(1)).toEqual(['AccountBlocked queued', 'AccountActivated queued']);
  });

  it('sends no mail when the block sent none', async () => {
    const { accountId } = await anAccount(t);
    const { changeId } = await blockAccount(admin(), { accountId, tellDeveloper: false });
    await undo(admin(), changeId);
    expect(await mails(accountId)).toEqual(['NewDeveloperNotificationMessage queued']);
  });

  it('makes a pending account pending again, with a confirmation link that works', async () => {
    const { accountId, email } = await anAccount(t, { verifyFirst: true });
    const { changeId } = await blockAccount(admin(), { accountId });
    await undo(admin(), changeId);
    expect(await stateOf(t, accountId)).toBe('pending');
    await confirmEmail(t.as(DEVELOPER), { ticket: await t.ticketTo(email) });
    expect(await stateOf(t, accountId)).toBe('active');
  });

  it('restores the earlier end when the block had changed it', async () => {
    const { accountId } = await anAccount(t);
    await blockAccount(admin(), { accountId, end: '7d', reason: 'first' });
    const { blockEndsAt } = await accountOf(t, accountId);
    const { changeId } = await blockAccount(admin(), { accountId, end: '', reason: 'for good' });
    expect((await accountOf(t, accountId)).blockEndsAt).toBe(null);
    await undo(admin(), changeId);
    expect(await accountOf(t, accountId)).toMatchObject({
      state: 'blocked',
      blockEndsAt,
      stateReason: 'first',
    });
  });
});

describe('undoing an activation', () => {
  it('blocks the account with its earlier reason and end, and cancels the unsent mail', async () => {
    const { accountId } = await anAccount(t);
    await blockAccount(admin(), { accountId, end: '7d', reason: 'leaked a key' });
    await sendAll(accountId);
    const before = await accountOf(t, accountId);
    const { changeId } = await activateAccount(admin(), { accountId });
    await undo(admin(), changeId);
    const { state, stateReason, blockEndsAt, stateBeforeBlock, toldOfBlock } = before;
    expect(await accountOf(t, accountId)).toMatchObject({
      state,
      stateReason,
      blockEndsAt,
      stateBeforeBlock,
      toldOfBlock,
    });
    expect((await mails(accountId)).slice(-2)).toEqual([
      'AccountBlocked queued',
      'AccountActivated cancelled',
    ]);
  });

  it('mails the developer about the block when the activation was already mailed', async () => {
    const { accountId } = await anAccount(t);
    await blockAccount(admin(), { accountId });
    const { changeId } = await activateAccount(admin(), { accountId });
    await sendAll(accountId);
    await undo(admin(), changeId);
    expect((await mails(accountId)).slice(-1)).toEqual(['AccountBlocked queued']);
    expect(await stateOf(t, accountId)).toBe('blocked');
  });

  it('makes a pending account pending again, and its confirmation link still works', async () => {
    const { accountId, email } = await anAccount(t, { verifyFirst: true });
    const ticket = await t.ticketTo(email);
    const { changeId } = await activateAccount(admin(), { accountId });
    await undo(admin(), changeId);
    expect(await stateOf(t, accountId)).toBe('pending');
    await confirmEmail(t.as(DEVELOPER), { ticket });
    expect(await stateOf(t, accountId)).toBe('active');
  });
});

describe('undoing a change of groups or data', () => {
  it('puts the account back into its earlier groups', async () => {
    const [first, second] = [await aGroup(), await aGroup()];
    const { accountId } = await anAccount(t, { groupIds: [first] });
    const { changeId } = await setGroupsOfAccount(admin(), { accountId, groupIds: [second] });
    await undo(admin(), changeId);
    expect((await accountOf(t, accountId)).groups.map(({ id }) => id)).toEqual([first]);
  });

  it('is refused, and changes nothing, when an earlier group was deleted meanwhile', async () => {
    const [first, second] = [await aGroup(), await aGroup()];
    const { accountId } = await anAccount(t, { groupIds: [first] });
    const { changeId } = await setGroupsOfAccount(admin(), { accountId, groupIds: [second] });
    await deleteGroup(admin(), { groupId: first });
    expect(await refusalOf(undo(admin(), changeId))).toBe('group_not_found');
    expect((await accountOf(t, accountId)).groups.map(({ id }) => id)).toEqual([second]);
  });

  it('restores names and note, and cancels the requested change of email', async () => {
    const { accountId, email } = await anAccount(t);
    const { changeId } = await editAccount(admin(), {
      accountId,
      firstName: 'Anna',
      note: 'a note',
      email: 'typo@exmaple.com',
    });
    const ticket = await t.ticketTo('typo@exmaple.com');
    await undo(admin(), changeId);
    expect(await accountOf(t, accountId)).toMatchObject({
      firstName: 'Ann',
      lastName: 'Lee',
      note: '',
      email,
    });
    expect((await showAccount(admin(), { accountId })).waitsForAddress).toBe(null);
    expect(await refusalOf(confirmEmail(t.as(DEVELOPER), { ticket }))).toBe('ticket_refused');
    await sendAll(accountId);
    expect(await mails(accountId)).toEqual([
      'NewDeveloperNotificationMessage queued',
      'EmailChangeIdentityDefault cancelled',
      'EmailChangeRequested cancelled',
    ]);
  });

  it('is refused once the developer has confirmed the new email', async () => {
    const { accountId } = await anAccount(t);
    const email = `new${accountId}@example.com`;
    const { changeId } = await editAccount(admin(), { accountId, email });
    await confirmEmail(t.as(DEVELOPER), { ticket: await t.ticketTo(email) });
    expect(await refusalOf(undo(admin(), changeId))).toBe('account_changed');
    expect((await accountOf(t, accountId)).email).toBe(email);
  });
});

describe('undoing a change is refused', () => {
  it('ten minutes after the change', async () => {
    const { accountId } = await anAccount(t);
    const { changeId } = await blockAccount(admin(), { accountId });
    t.advance(10 * MINUTE_MS);
    expect(await refusalOf(undo(admin(), changeId))).toBe('undo_too_late');
    expect(await stateOf(t, accountId)).toBe('blocked');
  });

  it('once the account has changed again, and does nothing once it is undone', async () => {
    const { accountId } = await anAccount(t);
    const { changeId } = await blockAccount(admin(), { accountId });
    await editAccount(admin(), { accountId, note: 'a note' });
    expect(await refusalOf(undo(admin(), changeId))).toBe('account_changed');
    const other = await anAccount(t);
    const change = await blockAccount(admin(), { accountId: other.accountId });
    await undo(admin(), change.changeId);
    const undone = await accountOf(t, other.accountId);
    expect(await refusalOf(undo(admin(), change.changeId))).toBe('done');
    expect(await accountOf(t, other.accountId)).toEqual(undone);
  });

  it('T44, T52: to an operator who may not make the opposite change, in another service, and for an audit row that is no such change', async () => {
    const { accountId } = await anAccount(t);
    const { changeId } = await editAccount(admin(), { accountId, note: 'a note' });
    expect(await refusalOf(undo(t.as(MEMBER), changeId))).toBe('not_permitted');
    // An approver may block and activate, and may not edit.
    expect(await refusalOf(undo(t.as(APPROVER), changeId))).toBe('not_permitted');
    expect(await refusalOf(undo(t.as(ADMIN, 'theirs'), changeId))).toBe('undo_too_late');
    const [added] = await t.sql`select id from audit where operation = 'accounts/add' limit 1`;
    expect(await refusalOf(undo(admin(), added?.id))).toBe('undo_too_late');
    expect(await refusalOf(undo(admin(), 'nonsense'))).toBe('invalid_input');
    expect((await accountOf(t, accountId)).note).toBe('a note');
  });

  it('when it names a change of another account', async () => {
    const [one, other] = [await anAccount(t), await anAccount(t)];
    const { changeId } = await blockAccount(admin(), { accountId: one.accountId });
    await blockAccount(admin(), { accountId: other.accountId });
    const wrong = activateAccount(admin(), { accountId: other.accountId, undoes: changeId });
    expect(await refusalOf(wrong)).toBe('account_changed');
    expect(await stateOf(t, other.accountId)).toBe('blocked');
  });

  it('once the account was erased', async () => {
    const { accountId } = await anAccount(t);
    const { changeId } = await blockAccount(admin(), { accountId });
    await deleteAccount(admin(), { accountId });
    await t.sql`update accounts set deleted_at = deleted_at - interval '1 year' where id = ${accountId}`;
    await eraseAccount(t.as(SYSTEM), { accountId });
    expect(await refusalOf(undo(admin(), changeId))).toBe('undo_too_late');
  });

  it('to neither of two operators who undo it at once, and is done once', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { accountId } = await anAccount(t);
      const { changeId } = await blockAccount(admin(), { accountId });
      const outcomes = await Promise.all([
        refusalOf(undo(admin(), changeId)),
        refusalOf(undo(t.as(APPROVER), changeId)),
      ]);
      expect(outcomes).toEqual(['done', 'done']);
      const done = await t.sql`select 1 from audit
        where operation = 'accounts/activate' and target_id = ${accountId} and outcome = 'done'`;
      expect(done).toHaveLength(1);
      expect(await stateOf(t, accountId)).toBe('active');
    }
  });
});

it('T45: undoing a change waits for a second operator when the opposite change needs one', async () => {
  const strict = await createTestContext({ secondOperatorFor: ['accounts/activate'] });
  try {
    const as = strict.as(ADMIN);
    const { account } = await addAccount(as, {
      email: 'ann@example.com',
      firstName: 'Ann',
      lastName: 'Lee',
      verifyFirst: true,
    });
    const { changeId } = await blockAccount(as, { accountId: account.id });
    const approvalId = await approvalIdOf(undo(as, changeId));
    strict.advance(30 * MINUTE_MS);
    expect(await decide(strict, APPROVER, approvalId)).toMatchObject({ state: 'approved' });
    expect((await showAccount(as, { accountId: account.id })).account.state).toBe('pending');
  } finally {
    await strict.close();
  }
});
