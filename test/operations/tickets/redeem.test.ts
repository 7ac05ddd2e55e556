import { describe, expect, it } from 'vitest';
import { addAccount } from '../../../src/operations/accounts/add.ts';
import { confirmEmail } from '../../../src/operations/accounts/confirm-email.ts';
import { editAccount } from '../../../src/operations/accounts/edit.ts';
import { makeSignInLink } from '../../../src/operations/accounts/make-sign-in-link.ts';
import { redeemSignInLink } from '../../../src/operations/sessions/redeem-link.ts';
import { accountOf, anAccount, newEmail } from '../../support/accounts.ts';
import { ADMIN, createTestContext, DEVELOPER, programOf } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import {
  accept,
  CONFIRM_CHANGE,
  INVITATION,
  invited,
  reset,
  resetTicketOf,
} from '../../support/mailed-links.ts';

const t = forAllTests(createTestContext);

const person = { firstName: 'Ann', lastName: 'Lee' };
const isConfirmed = async (accountId: string) => (await accountOf(t, accountId)).emailConfirmedAt !== null;

describe('a mailed link, once it is used, confirms the email', () => {
  const LINKS: Record<string, () => Promise<string>> = {
    'an invitation': async () => (await accept(t, (await invited(t)).ticket)).accountId,
    'the invitation of a program’s account': async () => {
      const email = newEmail();
      const { account } = await addAccount(t.as(await programOf(t, 'admin')), {
        email,
        ...person,
        isInvited: true,
      });
      await accept(t, await t.ticketTo(email, INVITATION));
      return account.id;
    },
    'the link to choose a first password': async () => {
      const added = await anAccount(t);
      await reset(t, await t.ticketTo(added.email, 'NewDeveloperNotificationMessage'));
      return added.accountId;
    },
    'a reset link': async () => {
      const added = await anAccount(t, { password: 'four quiet garden chairs' });
      await reset(t, await resetTicketOf(t, added));
      return added.accountId;
    },
    'a confirmation link': async () => {
      const added = await anAccount(t, { verifyFirst: true });
      const ticket = await t.ticketTo(added.email, 'ConfirmSignUpIdentityDefault');
      await confirmEmail(t.as(DEVELOPER), { ticket });
      return added.accountId;
    },
    'the link to a new email': async () => {
      const { accountId } = await anAccount(t);
      const email = newEmail();
      await editAccount(t.as(ADMIN), { accountId, email });
      await confirmEmail(t.as(DEVELOPER), { ticket: await t.ticketTo(email, CONFIRM_CHANGE) });
      return accountId;
    },
  };
  for (const [link, use] of Object.entries(LINKS))
    it(link, async () => {
      expect(await isConfirmed(await use())).toBe(true);
    });
});

describe('the email stays unconfirmed', () => {
  it('when the link was a sign-in link, which a program gets and no mailbox', async () => {
    const { accountId } = await anAccount(t);
    const program = await programOf(t, 'admin', { grants: ['sso'] });
    const { url } = await makeSignInLink(t.as(program), { accountId });
    const ticket = new URL(url).searchParams.get('ticket') ?? '';
    await redeemSignInLink(t.as(DEVELOPER), { ticket, agent: '' });
    expect(await isConfirmed(accountId)).toBe(false);
  });
});
