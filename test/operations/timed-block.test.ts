import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listEndedBlocks } from '../../src/db/accounts/accounts.ts';
import { activateAccount } from '../../src/operations/accounts/activate.ts';
import { addAccount } from '../../src/operations/accounts/add.ts';
import { blockAccount } from '../../src/operations/accounts/block.ts';
import { confirmEmail } from '../../src/operations/accounts/confirm-email.ts';
import { deleteAccount } from '../../src/operations/accounts/delete.ts';
import { endBlock } from '../../src/operations/accounts/end-block.ts';
import { restoreAccount } from '../../src/operations/accounts/restore.ts';
import { showAccount } from '../../src/operations/accounts/show.ts';
import {
  ADMIN,
  createTestContext,
  DEVELOPER,
  refusalOf,
  SYSTEM,
  type TestContext,
} from '../support/context.ts';

const HOUR_MS = 3_600_000;
const ROUNDS = 15;

let t: TestContext;
beforeAll(async () => {
  t = await createTestContext();
});
afterAll(() => t.close());

let count = 0;
async function anAccount(how: { verifyFirst?: boolean } = {}) {
  const email = `dev${++count}@example.com`;
  const { account } = await addAccount(t.as(ADMIN), { email, firstName: 'Ann', lastName: 'Lee', ...how });
  return { email, accountId: account.id };
}
const look = async (accountId: string) => (await showAccount(t.as(ADMIN), { accountId })).account;
/** What the minute does: looks what is due, and ends each. */
async function sweep(): Promise<string[]> {
  const due = await listEndedBlocks(t.db, 'ours', t.clock(), 100);
  for (const { id } of due) await endBlock(t.as(SYSTEM), { accountId: id });
  return due.map(({ id }) => id);
}
const templatesTo = async (email: string) => (await t.mailsTo(email)).map((mail) => mail.template);
const auditOf = (accountId: string) =>
  t.sql`select actor_kind, reason, before->>'state' as was, after->>'state' as is from audit
    join audit_details on audit_id = id and audit_details.service_id = audit.service_id
    where operation = 'accounts/end-block' and target_id = ${accountId}`;

describe('a block with an end', () => {
  it('ends by itself, tells the developer, and leaves an audit row of the system', async () => {
    const { accountId, email } = await anAccount();
    await blockAccount(t.as(ADMIN), { accountId, end: 'for 2h', reason: 'too many calls' });
    expect(await look(accountId)).toMatchObject({ state: 'blocked', stateBeforeBlock: 'active' });
    t.advance(HOUR_MS);
    expect(await sweep()).not.toContain(accountId);
    t.advance(HOUR_MS);
    expect(await sweep()).toContain(accountId);
    expect(await look(accountId)).toMatchObject({
      state: 'active',
      stateReason: 'the block ended',
      blockEndsAt: null,
      stateBeforeBlock: null,
    });
    expect((await templatesTo(email)).slice(-2)).toEqual(['AccountBlocked', 'AccountActivated']);
    expect(await auditOf(accountId)).toEqual([
      { actor_kind: 'system', reason: 'the block ended', was: 'blocked', is: 'active' },
    ]);
  });

  it('that was silent ends silently', async () => {
    const { accountId, email } = await anAccount();
    const before = await templatesTo(email);
    await blockAccount(t.as(ADMIN), { accountId, end: '1h', tellDeveloper: false });
    t.advance(HOUR_MS);
    await sweep();
    expect((await look(accountId)).state).toBe('active');
    expect(await templatesTo(email)).toEqual(before);
  });

  it('gives back a pending account as pending, with a link that works in place of the dead one', async () => {
    const { accountId, email } = await anAccount({ verifyFirst: true });
    const dead = await t.ticketTo(email);
    await blockAccount(t.as(ADMIN), { accountId, end: '1h' });
    t.advance(HOUR_MS);
    await sweep();
    expect((await look(accountId)).state).toBe('pending');
    expect(await templatesTo(email)).not.toContain('AccountActivated');
    expect(await refusalOf(confirmEmail(t.as(DEVELOPER), { ticket: dead }))).toBe('ticket_refused');
    await confirmEmail(t.as(DEVELOPER), { ticket: await t.ticketTo(email) });
    expect((await look(accountId)).state).toBe('active');
  });

  it.each([
    ['activated', activateAccount, 'active'],
    ['deleted', deleteAccount, 'deleted'],
  ] as const)('is forgotten when the account is %s meanwhile', async (_words, deed, state) => {
    const { accountId } = await anAccount();
    await blockAccount(t.as(ADMIN), { accountId, end: '1h' });
    await deed(t.as(ADMIN), { accountId });
    t.advance(HOUR_MS);
    expect(await sweep()).not.toContain(accountId);
    await endBlock(t.as(SYSTEM), { accountId });
    expect((await look(accountId)).state).toBe(state);
    expect(await auditOf(accountId)).toEqual([]);
  });

  it('is forgotten by a deletion for good: who is restored stays blocked', async () => {
    const { accountId } = await anAccount();
    await blockAccount(t.as(ADMIN), { accountId, end: '1h' });
    await deleteAccount(t.as(ADMIN), { accountId });
    await restoreAccount(t.as(ADMIN), { accountId });
    t.advance(HOUR_MS);
    await sweep();
    expect((await look(accountId)).state).toBe('blocked');
  });

  it('takes another end, or none, by blocking again, of which nobody is mailed', async () => {
    const { accountId, email } = await anAccount();
    await blockAccount(t.as(ADMIN), { accountId, end: '1h', reason: 'too many calls' });
    const mails = await templatesTo(email);
    await blockAccount(t.as(ADMIN), { accountId, end: '3h' });
    t.advance(HOUR_MS);
    expect(await sweep()).not.toContain(accountId);
    expect(await look(accountId)).toMatchObject({ state: 'blocked', stateReason: 'too many calls' });
    await blockAccount(t.as(ADMIN), { accountId });
    t.advance(3 * HOUR_MS);
    expect(await sweep()).not.toContain(accountId);
    expect(await refusalOf(blockAccount(t.as(ADMIN), { accountId }))).toBe('account_state_unfitting');
    expect(await templatesTo(email)).toEqual(mails);
  });

  it('is refused in words, and nothing done, when the end makes no sense', async () => {
    const { accountId } = await anAccount();
    for (const end of ['7m', '30d 2h', '2020-01-01', '0h'])
      expect(await refusalOf(blockAccount(t.as(ADMIN), { accountId, end }))).toBe('invalid_input');
    expect((await look(accountId)).state).toBe('active');
  });

  it('ends once when two processes see to it at once, and never undoes what a person did at that moment', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { accountId, email } = await anAccount();
      await blockAccount(t.as(ADMIN), { accountId, end: '1h' });
      t.advance(HOUR_MS);
      const deed = [activateAccount, deleteAccount, null][round % 3];
      const byPerson = deed ? refusalOf(deed(t.as(ADMIN), { accountId })) : Promise.resolve('none');
      await Promise.all([
        endBlock(t.as(SYSTEM), { accountId }),
        endBlock(t.as(SYSTEM), { accountId }),
        byPerson,
      ]);
      const told = (await templatesTo(email)).filter((template) => template === 'AccountActivated');
      const ends = (await auditOf(accountId)).length;
      const { state } = await look(accountId);
      if (deed === deleteAccount) expect(state).toBe('deleted');
      else {
        expect(state).toBe('active');
        expect(told).toHaveLength(1);
        expect(ends).toBe((await byPerson) === 'done' ? 0 : 1);
      }
      expect(ends).toBeLessThanOrEqual(1);
    }
  });

  it('never is a state that the database would not take: an end belongs to a blocked account', async () => {
    const { accountId } = await anAccount();
    await expect(
      t.sql`update accounts set block_ends_at = now() where id = ${accountId}`,
    ).rejects.toMatchObject({
      code: '23514',
    });
  });
});
