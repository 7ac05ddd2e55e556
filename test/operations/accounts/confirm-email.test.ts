import { describe, expect, it } from 'vitest';
import { blockAccount } from '../../../src/operations/accounts/block.ts';
import { confirmEmail } from '../../../src/operations/accounts/confirm-email.ts';
import { deleteAccount } from '../../../src/operations/accounts/delete.ts';
import { editAccount } from '../../../src/operations/accounts/edit.ts';
import { newEmail } from '../../support/accounts.ts';
import { ADMIN, createTestContext, DEVELOPER, refusalOf } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { accountsWith, added, CONFIRM_CHANGE, reset, resetTicketOf } from '../../support/mailed-links.ts';

const t = forAllTests(createTestContext);

describe('confirming a changed email', () => {
  const ENDINGS: Record<string, (person: { email: string; accountId: string }) => Promise<unknown>> = {
    'the account was blocked': ({ accountId }) => blockAccount(t.as(ADMIN), { accountId }),
    'the account was deleted': ({ accountId }) => deleteAccount(t.as(ADMIN), { accountId }),
    'the password changed': async (person) =>
      reset(t, await resetTicketOf(t, person), 'a wholly different sentence'),
    'another email was requested': ({ accountId }) =>
      editAccount(t.as(ADMIN), { accountId, email: newEmail() }),
  };
  for (const [ending, end] of Object.entries(ENDINGS)) {
    it(`T8: is refused with a link that was mailed before ${ending}`, async () => {
      const person = await added(t);
      const wanted = newEmail();
      await editAccount(t.as(ADMIN), { accountId: person.accountId, email: wanted });
      const ticket = await t.ticketTo(wanted, CONFIRM_CHANGE);
      await end(person);
      expect(await refusalOf(confirmEmail(t.as(DEVELOPER), { ticket }))).toBe('ticket_refused');
      expect((await accountsWith(t, wanted)).length).toBe(0);
    });
  }
});
