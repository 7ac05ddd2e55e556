import { describe, expect, it } from 'vitest';
import { addAccount } from '../../src/operations/accounts/add.ts';
import { deleteAccount } from '../../src/operations/accounts/delete.ts';
import { editAccount } from '../../src/operations/accounts/edit.ts';
import { eraseAccount } from '../../src/operations/accounts/erase.ts';
import { signUp } from '../../src/operations/accounts/sign-up.ts';
import { acceptInvitation } from '../../src/operations/invitations/accept.ts';
import { invite } from '../../src/operations/invitations/invite.ts';
import { requestInvitationAgain } from '../../src/operations/invitations/request-again.ts';
import { claimMail } from '../../src/operations/mails/claim.ts';
import { settleMail } from '../../src/operations/mails/settle.ts';
import { requestPasswordReset } from '../../src/operations/passwords/request-reset.ts';
import { resetPassword } from '../../src/operations/passwords/reset.ts';
import { sendPasswordReset } from '../../src/operations/passwords/send-reset.ts';
import { ticketHash } from '../../src/security/ticket.ts';
import { ADMIN, createTestContext, DEVELOPER, refusalOf, SYSTEM } from '../support/context.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const PASSWORD = 'three quiet garden chairs';
const OTHER_PASSWORD = 'another four quiet chairs';

const t = forAllTests(createTestContext);

/** Every row of every table, the job queue's too, as text. */
async function dump(): Promise<string> {
  const tables = await t.sql<{ schema: string; name: string }[]>`
    select table_schema as schema, table_name as name from information_schema.tables
    where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`;
  expect(tables.map((table) => table.name)).toEqual(
    expect.arrayContaining(['accounts', 'tickets', 'mails', 'audit', 'audit_details', '_private_jobs']),
  );
  const parts: string[] = [];
  for (const { schema, name } of tables) {
    const rows = await t.sql`
      select to_jsonb(one)::text as text from ${t.sql(schema)}.${t.sql(name)} one`;
    parts.push(...rows.map((row) => `${name} ${row.text}`));
  }
  return parts.join('\n');
}
const times = (text: string, part: string): number => text.split(part).length - 1;

describe('the database', () => {
  it('T6: holds no ticket and no password, and the SHA-256 of a ticket once', async () => {
    const email = 'ann@example.com';
    await invite(t.as(ADMIN), { email });
    const invitation = await t.ticketTo(email);
    expect(times(await dump(), invitation)).toBe(0);
    const { accountId } = await acceptInvitation(t.as(DEVELOPER), {
      ticket: invitation,
      firstName: 'Ann',
      lastName: 'Lee',
      password: PASSWORD,
    });
    await sendPasswordReset(t.as(ADMIN), { accountId });
    const reset = await t.ticketTo(email, 'PasswordResetIdentityDefault');
    expect(await refusalOf(resetPassword(t.as(DEVELOPER), { ticket: reset, password: 'short' }))).toBe(
      'password_unacceptable',
    );
    await resetPassword(t.as(DEVELOPER), { ticket: reset, password: OTHER_PASSWORD });
    await editAccount(t.as(ADMIN), { accountId, email: 'ann.lee@example.com' });
    const confirmation = await t.ticketTo('ann.lee@example.com');
    await addAccount(t.as(ADMIN), {
      email: 'bob@example.com',
      firstName: 'Bob',
      lastName: 'Oak',
      password: 'five silent wooden bridges',
    });

    const text = await dump();
    for (const ticket of [invitation, reset, confirmation]) {
      expect(times(text, ticket)).toBe(0);
      expect(times(text, Buffer.from(ticket).toString('base64url'))).toBe(0);
      expect(times(text, ticketHash(ticket) ?? '')).toBe(1);
    }
    for (const password of [PASSWORD, OTHER_PASSWORD, 'five silent wooden bridges'])
      expect(times(text, password)).toBe(0);
    expect(text).not.toMatch(/ticket=|\/invitations\/accept\?|\/password\/reset\?|\/email\/confirm\?/);
  });

  it('T6: does not hold the email that a stranger typed into a public form', async () => {
    await requestPasswordReset(t.as(DEVELOPER), { email: 'Curious@somewhere.example' });
    await requestInvitationAgain(t.as(DEVELOPER), { email: 'Curious@somewhere.example' });
    await signUp(t.as(DEVELOPER), {
      email: 'Curious@somewhere.example',
      firstName: 'Curious',
      lastName: 'Cat',
    });
    expect((await dump()).toLowerCase()).not.toContain('curious@somewhere.example');
  });

  it('T66: holds no sealed text of a mail whose outcome is known', async () => {
    const accepted = { kind: 'accepted' as const, providerId: 'provider-1' };
    const rejected = { kind: 'rejected' as const, code: 'validation_error' };
    for (const [outcome, state] of [
      [accepted, 'accepted'],
      [rejected, 'failed'],
    ] as const) {
      const email = `${state}@example.com`;
      await invite(t.as(ADMIN), { email });
      const mailId = (await t.mailsTo(email))[0]?.id ?? '';
      const claimed = await claimMail(t.as(SYSTEM), { mailId });
      expect(claimed?.message.to).toBe(email);
      const [during] = await t.sql`select * from mails where id = ${mailId}`;
      expect(during?.sealed_message).not.toBeNull();
      await settleMail(t.as(SYSTEM), { mailId, attempt: claimed?.attempt ?? 0, outcome });
      const [after] = await t.sql`select * from mails where id = ${mailId}`;
      expect(after).toMatchObject({ state, sealed_order: null, sealed_message: null });
    }
  });

  it('T66: holds no sealed text of a mail that was cancelled', async () => {
    await invite(t.as(ADMIN), { email: 'late@example.com' });
    const mailId = (await t.mailsTo('late@example.com'))[0]?.id ?? '';
    t.advance(t.policy.invitationLifetimeHours * 3_600_000);
    expect(await claimMail(t.as(SYSTEM), { mailId })).toBeNull();
    const [mail] = await t.sql`select * from mails where id = ${mailId}`;
    expect(mail).toMatchObject({ state: 'cancelled', sealed_order: null, sealed_message: null });
  });
});

it('an erased account leaves no name, email, note or reason in any table', async () => {
  const email = 'zebediah@vanishing.example';
  await invite(t.as(ADMIN), { email, firstName: 'Zebediah', personalLine: 'Welcome, Zebediah' });
  const { accountId } = await acceptInvitation(t.as(DEVELOPER), {
    ticket: await t.ticketTo(email),
    firstName: 'Zebediah',
    lastName: 'Quillfeather',
    password: PASSWORD,
  });
  await editAccount(t.as(ADMIN), {
    accountId,
    note: 'met Quillfeather at a fair',
    email: 'zq@vanishing.example',
  });
  await deleteAccount(t.as(ADMIN), { accountId, reason: 'Quillfeather asked for it', tellDeveloper: false });
  expect(await dump()).toContain('Quillfeather');
  t.advance(t.policy.eraseDeletedAfterDays * 86_400_000);
  await eraseAccount(t.as(SYSTEM), { accountId });
  const left = (await dump()).split('\n').filter((row) => /zebediah|quillfeather|vanishing/i.test(row));
  expect(left).toEqual([]);
});
