import { describe, expect, it } from 'vitest';
import { deleteAccount } from '../../../src/operations/accounts/delete.ts';
import { createGroup } from '../../../src/operations/groups/create.ts';
import { invite } from '../../../src/operations/invitations/invite.ts';
import { openInvitation } from '../../../src/operations/invitations/open.ts';
import { showInvitation } from '../../../src/operations/invitations/show.ts';
import { accountOf, anAccount, newEmail } from '../../support/accounts.ts';
import { ADMIN, createTestContext, DEVELOPER, refusalOf } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { accept, accountsWith, INVITATION, invited } from '../../support/mailed-links.ts';

const HOUR_MS = 3_600_000;

const t = forAllTests(createTestContext);

const admin = () => t.as(ADMIN);

describe('inviting a person', () => {
  it('mails one link with the personal line, and makes the account, in its groups, only on acceptance', async () => {
    const email = newEmail();
    const { groupId } = await createGroup(admin(), { name: 'Partners' });
    const person = { email, firstName: 'Bea', lastName: 'Low', personalLine: 'See you on Monday.' };

    const { invitationId } = await invite(admin(), { ...person, groupIds: [groupId] });

    const shown = await showInvitation(admin(), { invitationId });
    expect(shown).toMatchObject({ ...person, state: 'open', invitedByName: 'Ada Admin' });
    expect(shown.expiresAt.getTime() - shown.createdAt.getTime()).toBe(48 * HOUR_MS);
    expect(await accountsWith(t, email)).toEqual([]);
    const [mail, ...more] = await t.mailsTo(email);
    expect(more).toEqual([]);
    expect(mail).toMatchObject({ template: INVITATION, variables: { PersonalLine: 'See you on Monday.' } });
    const ticket = await t.ticketTo(email);
    expect(await openInvitation(t.as(DEVELOPER), { ticket })).toMatchObject({ email, firstName: 'Bea' });
    const { accountId } = await accept(t, ticket);
    const account = await accountOf(t, accountId);
    expect(account.groups).toEqual([{ id: groupId, name: 'Partners' }]);
    expect(account.stateReason).toBe('invited by Ada Admin');
  });

  it('is refused, with the account or invitation that has the email, and mails nothing more', async () => {
    const { accountId, email: taken } = await anAccount(t);
    const { invitationId, email: asked } = await invited(t);
    const mails = [await t.mailsTo(taken), await t.mailsTo(asked)];
    await expect(invite(admin(), { email: taken.toUpperCase() })).rejects.toMatchObject({
      code: 'email_taken',
      detail: { id: accountId, current: { state: 'active' } },
    });
    await expect(invite(admin(), { email: asked.toUpperCase() })).rejects.toMatchObject({
      code: 'email_invited',
      detail: { id: invitationId, current: { by: 'Ada Admin' } },
    });
    expect([await t.mailsTo(taken), await t.mailsTo(asked)]).toEqual(mails);
  });

  it('is refused, and keeps no invitation, for an email that is not valid or a group that is built in or unknown', async () => {
    const email = newEmail();
    expect(await refusalOf(invite(admin(), { email: 'ann@localhost' }))).toBe('email_invalid');
    expect(await refusalOf(invite(admin(), { email, groupIds: ['developers'] }))).toBe('group_built_in');
    expect(await refusalOf(invite(admin(), { email, groupIds: ['no-such-group'] }))).toBe('group_not_found');
    expect(await t.mailsTo(email)).toEqual([]);
    expect(await refusalOf(invite(admin(), { email }))).toBe('done');
  });

  it('works again once the former invitation is past its end or the former account is deleted', async () => {
    const { email, invitationId: former, ticket } = await invited(t);
    t.advance(48 * HOUR_MS);
    expect(await invite(admin(), { email })).toMatchObject({ deletedAccountId: null });
    expect((await showInvitation(admin(), { invitationId: former })).state).toBe('expired');
    expect(await refusalOf(accept(t, ticket))).toBe('ticket_refused');
    const { accountId } = await accept(t, await t.ticketTo(email, INVITATION));
    await deleteAccount(admin(), { accountId });
    expect(await invite(admin(), { email })).toMatchObject({ deletedAccountId: accountId });
  });
});
