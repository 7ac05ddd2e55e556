import { describe, expect, it } from 'vitest';
import { blockAccount } from '../../../src/operations/accounts/block.ts';
import { confirmEmail } from '../../../src/operations/accounts/confirm-email.ts';
import { deleteAccount } from '../../../src/operations/accounts/delete.ts';
import { editAccount } from '../../../src/operations/accounts/edit.ts';
import { openPasswordReset } from '../../../src/operations/passwords/open-reset.ts';
import { resetPassword } from '../../../src/operations/passwords/reset.ts';
import { sendPasswordReset } from '../../../src/operations/passwords/send-reset.ts';
import { newTicket } from '../../../src/security/ticket.ts';
import { newEmail } from '../../support/accounts.ts';
import { ADMIN, createTestContext, DEVELOPER, refusalOf } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import {
  AROUND_THE_END,
  accountsWith,
  added,
  auditOf,
  CONFIRM_CHANGE,
  developerAt,
  PASSWORD,
  reset,
  resetTicketOf,
} from '../../support/mailed-links.ts';
import { ACME } from '../../support/memory-provider.ts';

/** As `PASSWORD_SIGN_IN=off`. */
const NO_PASSWORDS = { hasPasswords: false, providers: [ACME] };
const TRIES = 100;

const t = forAllTests(createTestContext);

describe('resetting a password', () => {
  it(`T2: sets exactly one password when ${TRIES} resets with one link run at once`, async () => {
    const person = await added(t);
    const ticket = await resetTicketOf(t, person);
    const candidates = Array.from({ length: TRIES }, (_, i) => `another four quiet chairs ${i}`);
    const outcomes = await Promise.all(candidates.map((password) => refusalOf(reset(t, ticket, password))));
    expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'ticket_refused')).toHaveLength(TRIES - 1);
    const [account] = await accountsWith(t, person.email);
    const isKept = await Promise.all(
      candidates.map(
        async (password) => (await t.passwords.verify(password, account?.passwordHash ?? null)).isCorrect,
      ),
    );
    expect(isKept).toEqual(outcomes.map((outcome) => outcome === 'done'));
    expect((await t.passwords.verify(PASSWORD, account?.passwordHash ?? null)).isCorrect).toBe(false);
    expect(await auditOf(t, 'passwords/reset', person.accountId)).toHaveLength(1);
    const told = (await t.mailsTo(person.email)).filter((mail) => mail.template === 'PasswordChanged');
    expect(told).toHaveLength(1);
  });

  it('is no choice of a password where passwords are off: the mail says so', async () => {
    const person = await added(t);
    const { signIn } = t.policy;
    t.policy.signIn = NO_PASSWORDS;
    try {
      const mailed = await sendPasswordReset(t.as(ADMIN), { accountId: person.accountId });
      const [mail] = (await t.mailsTo(person.email)).filter(({ id }) => id === mailed.mailId);
      expect(mail?.template).toBe('SignInChoice');
    } finally {
      t.policy.signIn = signIn;
    }
  });

  it('T7: works with the newest of three mailed links only', async () => {
    const person = await added(t);
    const first = await resetTicketOf(t, person);
    const second = await resetTicketOf(t, person);
    const third = await resetTicketOf(t, person);
    const random = newTicket((size) => crypto.getRandomValues(new Uint8Array(size))).secret;
    for (const dead of [first, second, random]) {
      expect(await refusalOf(openPasswordReset(t.as(DEVELOPER), { ticket: dead }))).toBe('ticket_refused');
      expect(await refusalOf(reset(t, dead))).toBe('ticket_refused');
    }
    expect(await refusalOf(reset(t, third, 'a wholly different sentence'))).toBe('done');
  });

  it.each(AROUND_THE_END)('T3: %i ms after the link’s end, ends as %s', async (offsetMs, outcome) => {
    const ticket = await resetTicketOf(t, await added(t));
    const context = await developerAt(t, ticket, offsetMs);
    expect(await refusalOf(openPasswordReset(context, { ticket }))).toBe(outcome);
    const password = 'a wholly different sentence';
    expect(await refusalOf(resetPassword(context, { ticket, password }))).toBe(outcome);
  });

  const ENDINGS: Record<string, (person: { email: string; accountId: string }) => Promise<unknown>> = {
    'the account was blocked': ({ accountId }) => blockAccount(t.as(ADMIN), { accountId }),
    'the account was deleted': ({ accountId }) => deleteAccount(t.as(ADMIN), { accountId }),
    'the email changed': async ({ accountId }) => {
      const email = newEmail();
      await editAccount(t.as(ADMIN), { accountId, email });
      await confirmEmail(t.as(DEVELOPER), { ticket: await t.ticketTo(email, CONFIRM_CHANGE) });
    },
  };
  for (const [ending, end] of Object.entries(ENDINGS)) {
    it(`T8: is refused with a link that was mailed before ${ending}`, async () => {
      const person = await added(t);
      const ticket = await resetTicketOf(t, person);
      expect(await refusalOf(openPasswordReset(t.as(DEVELOPER), { ticket }))).toBe('done');
      await end(person);
      expect(await refusalOf(openPasswordReset(t.as(DEVELOPER), { ticket }))).toBe('ticket_refused');
      expect(await refusalOf(reset(t, ticket, 'a wholly different sentence'))).toBe('ticket_refused');
      const open = await t.sql`
        select 1 from tickets where account_id = ${person.accountId} and used_at is null and voided_at is null`;
      expect(open).toHaveLength(0);
    });
  }
});
