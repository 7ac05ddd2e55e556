import { describe, expect, it } from 'vitest';
import { blockAccount } from '../../../src/operations/accounts/block.ts';
import { listSessions } from '../../../src/operations/sessions/list.ts';
import { resumeSession } from '../../../src/operations/sessions/resume.ts';
import { signIn } from '../../../src/operations/sessions/sign-in.ts';
import { accountOf, anAccount, newEmail, templatesTo } from '../../support/accounts.ts';
import { ADMIN, createTestContext, DEVELOPER, refusalOf } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { added, PASSWORD, reset, resetTicketOf } from '../../support/mailed-links.ts';

const OWN_PASSWORD = 'a wholly different sentence';

const t = forAllTests(createTestContext);

type Typed = { password?: string; newPassword?: string; agent?: string; formerSecret?: string };
const enter = (email: string, typed: Typed = {}) =>
  signIn(t.as(DEVELOPER), { email, password: PASSWORD, agent: '', ...typed });
const resumed = (secret: string) => resumeSession(t.as(DEVELOPER), { secret });
const sessionsOf = (accountId: string) => t.sql`select 1 from sessions where account_id = ${accountId}`;

/** An account whose developer chose `PASSWORD`. */
async function aDeveloper() {
  const person = await anAccount(t);
  await reset(t, await resetTicketOf(t, person));
  return person;
}

describe('signing in', () => {
  it('starts a session for the browser in place of its former one, and leaves those of other browsers', async () => {
    const { accountId, email } = await aDeveloper();
    const { secret: elsewhere } = await enter(email.toUpperCase(), { agent: 'A telephone' });
    const { secret: formerSecret } = await enter(email, { agent: 'A laptop' });
    const { secret } = await enter(email, { agent: 'The same laptop', formerSecret });
    expect(await resumed(formerSecret)).toBeNull();
    expect(await resumed(elsewhere)).toMatchObject({ accountId, email });
    const now = await resumed(secret);
    expect(now).toMatchObject({ accountId, email });
    const own = t.as({ kind: 'account', accountId, sessionId: now?.sessionId ?? '' });
    const agents = (await listSessions(own, {})).map(({ agent, isThisOne }) => [agent, isThisOne]);
    expect(agents.sort()).toEqual([
      ['A telephone', false],
      ['The same laptop', true],
    ]);
  });

  it('answers a wrong password the same for every email, and tells the state only with the right one', async () => {
    const active = await aDeveloper();
    const blocked = await aDeveloper();
    await blockAccount(t.as(ADMIN), { accountId: blocked.accountId });
    const pending = await anAccount(t, { verifyFirst: true, password: PASSWORD });
    const emails = [active.email, blocked.email, pending.email, newEmail()];
    for (const email of emails)
      expect(await refusalOf(enter(email, { password: OWN_PASSWORD }))).toBe('sign_in_refused');
    expect(await refusalOf(enter('no email at all'))).toBe('email_invalid');
    await expect(enter(pending.email)).rejects.toMatchObject({
      code: 'account_state_unfitting',
      detail: { current: { state: 'pending' } },
    });
    for (const { accountId } of [active, blocked, pending]) expect(await sessionsOf(accountId)).toEqual([]);
  });

  it('with a password that an operator typed is refused until the developer chooses an acceptable one', async () => {
    const { accountId, email } = await added(t);
    const mails = await templatesTo(t, email);
    expect(await refusalOf(enter(email))).toBe('password_must_change');
    for (const newPassword of [PASSWORD, 'short', email])
      expect(await refusalOf(enter(email, { newPassword }))).toBe('password_unacceptable');
    expect(await sessionsOf(accountId)).toEqual([]);
    expect(await templatesTo(t, email)).toEqual(mails);
  });

  it('replaces the password that an operator typed, ends the open link to reset it, and mails the change', async () => {
    const person = await added(t);
    const { accountId, email } = person;
    const ticket = await resetTicketOf(t, person);

    const { secret } = await enter(email, { newPassword: OWN_PASSWORD });

    expect(await resumed(secret)).toMatchObject({ accountId });
    expect((await accountOf(t, accountId)).passwordMustChange).toBe(false);
    expect((await templatesTo(t, email)).at(-1)).toBe('PasswordChanged');
    expect(await refusalOf(reset(t, ticket))).toBe('ticket_refused');
    expect(await refusalOf(enter(email))).toBe('sign_in_refused');
    expect(await refusalOf(enter(email, { password: OWN_PASSWORD }))).toBe('done');
  });
});
