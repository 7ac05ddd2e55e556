import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deleteAccount } from '../../../src/operations/accounts/delete.ts';
import { restoreAccount } from '../../../src/operations/accounts/restore.ts';
import { ADMIN, createTestContext, refusalOf, type TestContext } from '../../support/context.ts';
import { accept, added, invited } from '../../support/mailed-links.ts';

let t: TestContext;
beforeAll(async () => {
  t = await createTestContext();
});
afterAll(() => t.close());

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
