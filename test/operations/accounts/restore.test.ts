import { describe, expect, it } from 'vitest';
import { deleteAccount } from '../../../src/operations/accounts/delete.ts';
import { eraseAccount } from '../../../src/operations/accounts/erase.ts';
import { listAccounts } from '../../../src/operations/accounts/list.ts';
import { restoreAccount } from '../../../src/operations/accounts/restore.ts';
import { ADMIN, createTestContext, refusalOf, SYSTEM } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { accept, added, invited } from '../../support/mailed-links.ts';

const t = forAllTests(createTestContext);

describe('restoring an account', () => {
  it('ends the invitation that was sent to its email meanwhile', async () => {
    const { accountId, email } = await added(t);
    await deleteAccount(t.as(ADMIN), { accountId });
    const { ticket } = await invited(t, email);
    await restoreAccount(t.as(ADMIN), { accountId });
    const open = await t.sql`select 1 from invitations where email_canonical = ${email} and state = 'open'`;
    expect(open).toHaveLength(0);
    expect(await refusalOf(accept(t, ticket))).toBe('ticket_refused');
  });
});

describe('the list of deleted accounts', () => {
  it('has those that can still be restored, the latest deletion first, with the end of that time', async () => {
    const made = [await added(t), await added(t), await added(t), await added(t)];
    const ids = made.map(({ accountId }) => accountId);
    const [first = '', second = '', third = '', erased = ''] = ids;
    // Deleted in another order than they were registered.
    for (const accountId of [erased, third, first, second]) await deleteAccount(t.as(ADMIN), { accountId });
    await t.sql`update accounts set deleted_at = deleted_at - interval '40 days' where id = ${erased}`;
    await eraseAccount(t.as(SYSTEM), { accountId: erased });

    const seen: string[] = [];
    let after: Awaited<ReturnType<typeof listAccounts>>['next'] | undefined;
    do {
      const page = await listAccounts(t.as(ADMIN), {
        state: 'deleted',
        limit: 1,
        ...(after ? { after } : {}),
      });
      for (const { id, deletedAt, restorableUntil } of page.accounts) {
        seen.push(id);
        expect(Number(restorableUntil) - Number(deletedAt)).toBe(30 * 86_400_000);
      }
      after = page.next;
    } while (after);
    expect(seen.filter((id) => ids.includes(id))).toEqual([second, first, third]);

    await restoreAccount(t.as(ADMIN), { accountId: first });
    const left = await listAccounts(t.as(ADMIN), {
      state: 'deleted',
      text: made[0]?.email,
      isCounted: true,
    });
    expect(left).toMatchObject({ accounts: [], count: 0 });
  });
});
