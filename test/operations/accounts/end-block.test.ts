import { describe, expect, it } from 'vitest';
import { activateAccount } from '../../../src/operations/accounts/activate.ts';
import { blockAccount } from '../../../src/operations/accounts/block.ts';
import { confirmEmail } from '../../../src/operations/accounts/confirm-email.ts';
import { deleteAccount } from '../../../src/operations/accounts/delete.ts';
import { endBlock } from '../../../src/operations/accounts/end-block.ts';
import { restoreAccount } from '../../../src/operations/accounts/restore.ts';
import { accountOf, anAccount, templatesTo } from '../../support/accounts.ts';
import { ADMIN, createTestContext, DEVELOPER, refusalOf, SYSTEM } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { endDueBlocks } from './end-due-blocks.ts';

const HOUR_MS = 3_600_000;
const ROUNDS = 15;

const t = forAllTests(createTestContext);

const auditOf = (accountId: string) =>
  t.sql`select actor_kind, reason, before->>'state' as was, after->>'state' as is from audit
    join audit_details on audit_id = id and audit_details.service_id = audit.service_id
    where operation = 'accounts/end-block' and target_id = ${accountId}`;

describe('a block with an end', () => {
  it('ends without an operator, tells the developer, and leaves an audit row of the system', async () => {
    const { accountId, email } = await anAccount(t);
    await blockAccount(t.as(ADMIN), { accountId, end: 'for 2h', reason: 'too many calls' });
    expect(await accountOf(t, accountId)).toMatchObject({ state: 'blocked', stateBeforeBlock: 'active' });
    t.advance(HOUR_MS);
    expect(await endDueBlocks(t)).not.toContain(accountId);
    t.advance(HOUR_MS);
    expect(await endDueBlocks(t)).toContain(accountId);
    expect(await accountOf(t, accountId)).toMatchObject({
      state: 'active',
      stateReason: 'the block ended',
      blockEndsAt: null,
      stateBeforeBlock: null,
    });
    expect((await templatesTo(t, email)).slice(-2)).toEqual(['AccountBlocked', 'AccountActivated']);
    expect(await auditOf(accountId)).toEqual([
      { actor_kind: 'system', reason: 'the block ended', was: 'blocked', is: 'active' },
    ]);
  });

  it('ends without a mail when it began without one', async () => {
    const { accountId, email } = await anAccount(t);
    const before = await templatesTo(t, email);
    await blockAccount(t.as(ADMIN), { accountId, end: '1h', tellDeveloper: false });
    t.advance(HOUR_MS);
    await endDueBlocks(t);
    expect((await accountOf(t, accountId)).state).toBe('active');
    expect(await templatesTo(t, email)).toEqual(before);
  });

  it('leaves a pending account pending, with a new link in place of the dead one', async () => {
    const { accountId, email } = await anAccount(t, { verifyFirst: true });
    const dead = await t.ticketTo(email);
    await blockAccount(t.as(ADMIN), { accountId, end: '1h' });
    t.advance(HOUR_MS);
    await endDueBlocks(t);
    expect((await accountOf(t, accountId)).state).toBe('pending');
    expect(await templatesTo(t, email)).not.toContain('AccountActivated');
    expect(await refusalOf(confirmEmail(t.as(DEVELOPER), { ticket: dead }))).toBe('ticket_refused');
    await confirmEmail(t.as(DEVELOPER), { ticket: await t.ticketTo(email) });
    expect((await accountOf(t, accountId)).state).toBe('active');
  });

  it.each([
    ['activated', activateAccount, 'active'],
    ['deleted', deleteAccount, 'deleted'],
  ] as const)('has no effect at its end when the account was %s meanwhile', async (_how, change, state) => {
    const { accountId } = await anAccount(t);
    await blockAccount(t.as(ADMIN), { accountId, end: '1h' });
    await change(t.as(ADMIN), { accountId });
    t.advance(HOUR_MS);
    expect(await endDueBlocks(t)).not.toContain(accountId);
    await endBlock(t.as(SYSTEM), { accountId });
    expect((await accountOf(t, accountId)).state).toBe(state);
    expect(await auditOf(accountId)).toEqual([]);
  });

  it('has no effect at its end when the account was deleted and restored meanwhile: it stays blocked', async () => {
    const { accountId } = await anAccount(t);
    await blockAccount(t.as(ADMIN), { accountId, end: '1h' });
    await deleteAccount(t.as(ADMIN), { accountId });
    await restoreAccount(t.as(ADMIN), { accountId });
    t.advance(HOUR_MS);
    await endDueBlocks(t);
    expect((await accountOf(t, accountId)).state).toBe('blocked');
  });

  it('ends once when two processes end it at once, and keeps what an operator does at that moment', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { accountId, email } = await anAccount(t);
      await blockAccount(t.as(ADMIN), { accountId, end: '1h' });
      t.advance(HOUR_MS);
      const change = [activateAccount, deleteAccount, null][round % 3];
      const byPerson = change ? refusalOf(change(t.as(ADMIN), { accountId })) : Promise.resolve('none');
      await Promise.all([
        endBlock(t.as(SYSTEM), { accountId }),
        endBlock(t.as(SYSTEM), { accountId }),
        byPerson,
      ]);
      const told = (await templatesTo(t, email)).filter((template) => template === 'AccountActivated');
      const ends = (await auditOf(accountId)).length;
      const { state } = await accountOf(t, accountId);
      if (change === deleteAccount) expect(state).toBe('deleted');
      else {
        expect(state).toBe('active');
        expect(told).toHaveLength(1);
        expect(ends).toBe((await byPerson) === 'done' ? 0 : 1);
      }
      expect(ends).toBeLessThanOrEqual(1);
    }
  });
});
