import { describe, expect, it } from 'vitest';
import { confirmEmail } from '../../../src/operations/accounts/confirm-email.ts';
import { editAccount } from '../../../src/operations/accounts/edit.ts';
import { openInvitation } from '../../../src/operations/invitations/open.ts';
import { openPasswordReset } from '../../../src/operations/passwords/open-reset.ts';
import { newEmail } from '../../support/accounts.ts';
import { ADMIN, createTestContext, DEVELOPER, refusalOf } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import {
  accept,
  accountsWith,
  added,
  CONFIRM_CHANGE,
  invited,
  PASSWORD,
  reset,
  resetTicketOf,
} from '../../support/mailed-links.ts';

const t = forAllTests(createTestContext);

describe('a ticket', () => {
  it('T9: opens only what it was made for, and a wrong use does not use it up', async () => {
    const { ticket: invitation, email } = await invited(t);
    const person = await added(t);
    const resetTicket = await resetTicketOf(t, person);
    const wanted = newEmail();
    await editAccount(t.as(ADMIN), { accountId: person.accountId, email: wanted });
    const confirmation = await t.ticketTo(wanted, CONFIRM_CHANGE);

    for (const wrong of [resetTicket, confirmation]) {
      expect(await refusalOf(accept(t, wrong))).toBe('ticket_refused');
      expect(await refusalOf(openInvitation(t.as(DEVELOPER), { ticket: wrong }))).toBe('ticket_refused');
    }
    for (const wrong of [invitation, confirmation]) {
      expect(await refusalOf(reset(t, wrong))).toBe('ticket_refused');
      expect(await refusalOf(openPasswordReset(t.as(DEVELOPER), { ticket: wrong }))).toBe('ticket_refused');
    }
    for (const wrong of [invitation, resetTicket])
      expect(await refusalOf(confirmEmail(t.as(DEVELOPER), { ticket: wrong }))).toBe('ticket_refused');
    // None of these attempts used up a ticket.
    expect(await refusalOf(accept(t, invitation))).toBe('done');
    expect(await accountsWith(t, email)).toHaveLength(1);
    expect(await refusalOf(confirmEmail(t.as(DEVELOPER), { ticket: confirmation }))).toBe('done');
  });

  it('T9: opens nothing in another service', async () => {
    const { ticket: invitation } = await invited(t);
    const person = await added(t);
    const resetTicket = await resetTicketOf(t, person);
    expect(await refusalOf(accept(t, invitation, 'theirs'))).toBe('ticket_refused');
    expect(await refusalOf(reset(t, resetTicket, PASSWORD, 'theirs'))).toBe('ticket_refused');
    expect(await t.sql`select 1 from accounts where service_id = 'theirs'`).toHaveLength(0);
    expect(await refusalOf(accept(t, invitation))).toBe('done');
    expect(await refusalOf(reset(t, resetTicket, 'another four quiet chairs'))).toBe('done');
  });
});
