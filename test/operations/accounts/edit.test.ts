import { describe, expect, it } from 'vitest';
import { blockAccount } from '../../../src/operations/accounts/block.ts';
import { confirmEmail } from '../../../src/operations/accounts/confirm-email.ts';
import { deleteAccount } from '../../../src/operations/accounts/delete.ts';
import { editAccount } from '../../../src/operations/accounts/edit.ts';
import { showAccount } from '../../../src/operations/accounts/show.ts';
import { signIn } from '../../../src/operations/sessions/sign-in.ts';
import { accountOf, anAccount, newEmail, stateOf, templatesTo } from '../../support/accounts.ts';
import { ADMIN, createTestContext, DEVELOPER, refusalOf } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { CONFIRM_CHANGE, PASSWORD, reset, resetTicketOf } from '../../support/mailed-links.ts';

const t = forAllTests(createTestContext);

const admin = () => t.as(ADMIN);
const signInWith = (email: string) =>
  refusalOf(signIn(t.as(DEVELOPER), { email, password: PASSWORD, agent: '' }));
const waitsFor = async (accountId: string) => (await showAccount(admin(), { accountId })).waitsForAddress;

describe('editing an account', () => {
  it('stores what it names, leaves the rest as it was, and mails nothing', async () => {
    const { accountId, email } = await anAccount(t);
    const mails = await templatesTo(t, email);
    await editAccount(admin(), { accountId, note: 'has a contract' });
    await editAccount(admin(), { accountId, firstName: 'Anna' });
    expect(await accountOf(t, accountId)).toMatchObject({
      firstName: 'Anna',
      lastName: 'Lee',
      note: 'has a contract',
      email,
    });
    expect(await templatesTo(t, email)).toEqual(mails);
  });

  it('keeps the present email, which is told of the new one, until the link mailed to the new one is used', async () => {
    const person = await anAccount(t);
    const { accountId, email } = person;
    await reset(t, await resetTicketOf(t, person));
    const wanted = newEmail();

    await editAccount(admin(), { accountId, email: wanted });

    expect((await accountOf(t, accountId)).email).toBe(email);
    expect(await waitsFor(accountId)).toBe(wanted);
    expect((await t.mailsTo(email)).at(-1)).toMatchObject({ template: 'EmailChangeRequested' });
    expect([await signInWith(email), await signInWith(wanted)]).toEqual(['done', 'sign_in_refused']);
    await confirmEmail(t.as(DEVELOPER), { ticket: await t.ticketTo(wanted, CONFIRM_CHANGE) });
    expect((await accountOf(t, accountId)).email).toBe(wanted);
    expect(await waitsFor(accountId)).toBeNull();
    expect([await signInWith(email), await signInWith(wanted)]).toEqual(['sign_in_refused', 'done']);
  });

  it('calls a new email off: its link dies, and a pending account gets another link for its own email', async () => {
    const { accountId, email } = await anAccount(t, { verifyFirst: true });
    const wanted = newEmail();
    await editAccount(admin(), { accountId, email: wanted });
    const ticket = await t.ticketTo(wanted, CONFIRM_CHANGE);

    await editAccount(admin(), { accountId, callOffAddress: true });

    expect(await waitsFor(accountId)).toBeNull();
    expect(await refusalOf(confirmEmail(t.as(DEVELOPER), { ticket }))).toBe('ticket_refused');
    expect(await templatesTo(t, email)).not.toContain('EmailChangeRequested');
    expect(await stateOf(t, accountId)).toBe('pending');
    await confirmEmail(t.as(DEVELOPER), { ticket: await t.ticketTo(email) });
    expect(await accountOf(t, accountId)).toMatchObject({ state: 'active', email });
  });

  it('is refused as a whole when the email, the version or the state does not allow it', async () => {
    const { accountId } = await anAccount(t);
    const other = await anAccount(t);
    const { version: expectedVersion } = await accountOf(t, accountId);
    const attempt = (input: { email?: string; expectedVersion?: number } = {}) =>
      refusalOf(editAccount(admin(), { accountId, note: 'too late', ...input }));
    expect(await attempt({ email: other.email.toUpperCase() })).toBe('email_taken');
    expect(await attempt({ email: 'ann@localhost' })).toBe('email_invalid');
    await editAccount(admin(), { accountId, note: 'in time' });
    expect(await attempt({ expectedVersion })).toBe('account_changed');
    await blockAccount(admin(), { accountId });
    expect(await attempt({ email: newEmail() })).toBe('account_state_unfitting');
    await deleteAccount(admin(), { accountId });
    expect(await attempt()).toBe('account_state_unfitting');
    expect((await accountOf(t, accountId)).note).toBe('in time');
    expect(await waitsFor(accountId)).toBeNull();
  });
});
