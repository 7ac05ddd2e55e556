import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
import { decideApproval } from '../../../src/operations/approvals/decide.ts';
import { WaitsForApproval } from '../../../src/operations/frame/approval.ts';
import { createGroup } from '../../../src/operations/groups/create.ts';
import { deleteGroup } from '../../../src/operations/groups/delete.ts';
import { claimMail } from '../../../src/operations/mails/claim.ts';
import {
  ADMIN,
  APPROVER,
  createTestContext,
  DEVELOPER,
  MEMBER,
  refusalOf,
  SYSTEM,
  type TestContext,
} from '../../support/context.ts';

const MINUTE_MS = 60_000;
const ROUNDS = 15;

let t: TestContext;
beforeAll(async () => {
  t = await createTestContext();
});
afterAll(() => t.close());

let count = 0;
const admin = () => t.as(ADMIN);
async function anAccount(how: { verifyFirst?: boolean; groupIds?: string[] } = {}) {
  const email = `dev${++count}@example.com`;
  const { account } = await addAccount(admin(), { email, firstName: 'Ann', lastName: 'Lee', ...how });
  return { email, accountId: account.id };
}
const aGroup = async () => (await createGroup(admin(), { name: `Partners ${++count}` })).groupId;
const look = async (accountId: string) => (await showAccount(admin(), { accountId })).account;
const stateOf = async (accountId: string) => (await look(accountId)).state;
const mails = async (accountId: string) =>
  (
    await t.sql`select template, state from mails where account_id = ${accountId}
    order by created_at, template`
  ).map(({ template, state }) => `${template} ${state}`);
/** As the worker does; from then on the provider may have it. */
async function sendAll(accountId: string): Promise<void> {
  for (const { id } of await t.sql`select id from mails where account_id = ${accountId} and attempts = 0`)
    await claimMail(t.as(SYSTEM), { mailId: id });
}

describe('undo of a block', () => {
  it('before its mail has left: the state is back and nobody hears of either', async () => {
    const { accountId } = await anAccount();
    await sendAll(accountId);
    const { changeId } = await blockAccount(admin(), { accountId, reason: 'the wrong Ann' });
    await undo(t.as(APPROVER), changeId);
    expect(await look(accountId)).toMatchObject({ state: 'active', stateReason: 'added by an operator' });
    expect(await mails(accountId)).toEqual([
      'NewDeveloperNotificationMessage queued',
      'AccountBlocked cancelled',
    ]);
    const [row] =
      await t.sql`select operation, actor_name, reason from audit join audit_details on audit_id = id
      where target_id = ${accountId} order by id desc limit 1`;
    expect(row).toEqual({ operation: 'accounts/activate', actor_name: 'Abe Approver', reason: 'undone' });
  });

  it('after its mail has left: one mail says that all is well', async () => {
    const { accountId } = await anAccount();
    const { changeId } = await blockAccount(admin(), { accountId });
    await sendAll(accountId);
    await undo(admin(), changeId);
    expect((await mails(accountId)).slice(1)).toEqual(['AccountBlocked queued', 'AccountActivated queued']);
  });

  it('that was silent is silent', async () => {
    const { accountId } = await anAccount();
    const { changeId } = await blockAccount(admin(), { accountId, tellDeveloper: false });
    await undo(admin(), changeId);
    expect(await mails(accountId)).toEqual(['NewDeveloperNotificationMessage queued']);
  });

  it('of somebody pending makes them pending, with a link that works', async () => {
    const { accountId, email } = await anAccount({ verifyFirst: true });
    const { changeId } = await blockAccount(admin(), { accountId });
    await undo(admin(), changeId);
    expect(await stateOf(accountId)).toBe('pending');
    await confirmEmail(t.as(DEVELOPER), { ticket: await t.ticketTo(email) });
    expect(await stateOf(accountId)).toBe('active');
  });

  it('of another end gives the former end back', async () => {
    const { accountId } = await anAccount();
    await blockAccount(admin(), { accountId, end: '7d', reason: 'first' });
    const { blockEndsAt } = await look(accountId);
    const { changeId } = await blockAccount(admin(), { accountId, end: '', reason: 'for good' });
    expect((await look(accountId)).blockEndsAt).toBe(null);
    await undo(admin(), changeId);
    expect(await look(accountId)).toMatchObject({ state: 'blocked', blockEndsAt, stateReason: 'first' });
  });
});

describe('undo of an activation', () => {
  it('blocks again, with reason and end as they were, and calls the good news off', async () => {
    const { accountId } = await anAccount();
    await blockAccount(admin(), { accountId, end: '7d', reason: 'leaked a key' });
    await sendAll(accountId);
    const before = await look(accountId);
    const { changeId } = await activateAccount(admin(), { accountId });
    await undo(admin(), changeId);
    const { state, stateReason, blockEndsAt, stateBeforeBlock, toldOfBlock } = before;
    expect(await look(accountId)).toMatchObject({
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

  it('tells whoever has read the good news that it is off', async () => {
    const { accountId } = await anAccount();
    await blockAccount(admin(), { accountId });
    const { changeId } = await activateAccount(admin(), { accountId });
    await sendAll(accountId);
    await undo(admin(), changeId);
    expect((await mails(accountId)).slice(-1)).toEqual(['AccountBlocked queued']);
    expect(await stateOf(accountId)).toBe('blocked');
  });

  it('of somebody pending makes them pending, and their link still works', async () => {
    const { accountId, email } = await anAccount({ verifyFirst: true });
    const ticket = await t.ticketTo(email);
    const { changeId } = await activateAccount(admin(), { accountId });
    await undo(admin(), changeId);
    expect(await stateOf(accountId)).toBe('pending');
    await confirmEmail(t.as(DEVELOPER), { ticket });
    expect(await stateOf(accountId)).toBe('active');
  });
});

describe('undo of groups and data', () => {
  it('puts the account into the groups it was in', async () => {
    const [first, second] = [await aGroup(), await aGroup()];
    const { accountId } = await anAccount({ groupIds: [first] });
    const { changeId } = await setGroupsOfAccount(admin(), { accountId, groupIds: [second] });
    await undo(admin(), changeId);
    expect((await look(accountId)).groups.map(({ id }) => id)).toEqual([first]);
  });

  it('is refused when a group is gone meanwhile, and changes nothing', async () => {
    const [first, second] = [await aGroup(), await aGroup()];
    const { accountId } = await anAccount({ groupIds: [first] });
    const { changeId } = await setGroupsOfAccount(admin(), { accountId, groupIds: [second] });
    await deleteGroup(admin(), { groupId: first });
    expect(await refusalOf(undo(admin(), changeId))).toBe('group_not_found');
    expect((await look(accountId)).groups.map(({ id }) => id)).toEqual([second]);
  });

  it('gives names and note back, and calls off a new address that was asked for', async () => {
    const { accountId, email } = await anAccount();
    const { changeId } = await editAccount(admin(), {
      accountId,
      firstName: 'Anna',
      note: 'a note',
      email: 'typo@exmaple.com',
    });
    const ticket = await t.ticketTo('typo@exmaple.com');
    await undo(admin(), changeId);
    expect(await look(accountId)).toMatchObject({ firstName: 'Ann', lastName: 'Lee', note: '', email });
    expect((await showAccount(admin(), { accountId })).waitsForAddress).toBe(null);
    expect(await refusalOf(confirmEmail(t.as(DEVELOPER), { ticket }))).toBe('ticket_refused');
    await sendAll(accountId);
    expect(await mails(accountId)).toEqual([
      'NewDeveloperNotificationMessage queued',
      'EmailChangeIdentityDefault cancelled',
      'EmailChangeRequested cancelled',
    ]);
  });

  it('of an address that was confirmed meanwhile is refused', async () => {
    const { accountId } = await anAccount();
    const email = `new${accountId}@example.com`;
    const { changeId } = await editAccount(admin(), { accountId, email });
    await confirmEmail(t.as(DEVELOPER), { ticket: await t.ticketTo(email) });
    expect(await refusalOf(undo(admin(), changeId))).toBe('account_changed');
    expect((await look(accountId)).email).toBe(email);
  });
});

describe('undo is refused', () => {
  it('once ten minutes have gone', async () => {
    const { accountId } = await anAccount();
    const { changeId } = await blockAccount(admin(), { accountId });
    t.advance(10 * MINUTE_MS);
    expect(await refusalOf(undo(admin(), changeId))).toBe('undo_too_late');
    expect(await stateOf(accountId)).toBe('blocked');
  });

  it('once anything else happened to the account, a second undo included', async () => {
    const { accountId } = await anAccount();
    const { changeId } = await blockAccount(admin(), { accountId });
    await editAccount(admin(), { accountId, note: 'a note' });
    expect(await refusalOf(undo(admin(), changeId))).toBe('account_changed');
    const other = await anAccount();
    const change = await blockAccount(admin(), { accountId: other.accountId });
    await undo(admin(), change.changeId);
    expect(await refusalOf(undo(admin(), change.changeId))).toBe('account_changed');
  });

  it('T44, T52: to whoever may not do the opposite, in another service, and of what is no such change', async () => {
    const { accountId } = await anAccount();
    const { changeId } = await editAccount(admin(), { accountId, note: 'a note' });
    expect(await refusalOf(undo(t.as(MEMBER), changeId))).toBe('not_permitted');
    // An approver may block and activate, and may not edit.
    expect(await refusalOf(undo(t.as(APPROVER), changeId))).toBe('not_permitted');
    expect(await refusalOf(undo(t.as(ADMIN, 'theirs'), changeId))).toBe('undo_too_late');
    const [added] = await t.sql`select id from audit where operation = 'accounts/add' limit 1`;
    expect(await refusalOf(undo(admin(), added?.id))).toBe('undo_too_late');
    expect(await refusalOf(undo(admin(), 'nonsense'))).toBe('invalid_input');
    expect((await look(accountId)).note).toBe('a note');
  });

  it('when one account’s change is used on another', async () => {
    const [one, other] = [await anAccount(), await anAccount()];
    const { changeId } = await blockAccount(admin(), { accountId: one.accountId });
    await blockAccount(admin(), { accountId: other.accountId });
    const wrong = activateAccount(admin(), { accountId: other.accountId, undoes: changeId });
    expect(await refusalOf(wrong)).toBe('account_changed');
    expect(await stateOf(other.accountId)).toBe('blocked');
  });

  it('once the account’s data was erased', async () => {
    const { accountId } = await anAccount();
    const { changeId } = await blockAccount(admin(), { accountId });
    await deleteAccount(admin(), { accountId });
    await t.sql`update accounts set deleted_at = deleted_at - interval '1 year' where id = ${accountId}`;
    await eraseAccount(t.as(SYSTEM), { accountId });
    expect(await refusalOf(undo(admin(), changeId))).toBe('undo_too_late');
  });

  it('or done, of two at once, one time', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { accountId } = await anAccount();
      const { changeId } = await blockAccount(admin(), { accountId });
      const outcomes = await Promise.all([
        refusalOf(undo(admin(), changeId)),
        refusalOf(undo(t.as(APPROVER), changeId)),
      ]);
      expect(outcomes.sort()).toEqual(['account_changed', 'done']);
      expect(await stateOf(accountId)).toBe('active');
    }
  });
});

it('T45: an opposite that needs a second operator waits for one, and is done as an undo', async () => {
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
    const waiting = await undo(as, changeId).catch((error: unknown) => error);
    if (!(waiting instanceof WaitsForApproval)) throw waiting;
    strict.advance(30 * MINUTE_MS);
    const decided = await decideApproval(strict.as(APPROVER), {
      approvalId: waiting.approvalId,
      decision: 'approve',
    });
    expect(decided).toMatchObject({ state: 'approved' });
    expect((await showAccount(as, { accountId: account.id })).account.state).toBe('pending');
  } finally {
    await strict.close();
  }
});
