// A mail that can't be delivered ends and says why, and its inviter is told.
import { expect, test } from 'vitest';
import { invite } from '../../src/operations/invitations/invite.ts';
import { claimMail } from '../../src/operations/mails/claim.ts';
import { createKeyring } from '../../src/security/keyring.ts';
import { startTestApp } from '../support/app.ts';
import { ADMIN, createTestContext, SYSTEM } from '../support/context.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const t = forAllTests(createTestContext);
const app = forAllTests(startTestApp);

async function queuedInvitation(email: string): Promise<string> {
  await invite(t.as(ADMIN), { email });
  return (await t.mailsTo(email))[0]?.id ?? '';
}
const mailRow = async (id: string) =>
  (await t.sql`select state, last_code, sealed_order, sealed_message from mails where id = ${id}`)[0];
const newsOf = async (email: string) =>
  t.sql`select j.payload->>'news' as news from graphile_worker._private_jobs j
    join graphile_worker._private_tasks k on k.id = j.task_id
    join invitations i on i.id::text = j.payload->>'invitationId'
    where k.identifier = 'tell-operator' and i.email = ${email}`;

test('a mail that was queued under another PUBLIC_URL fails and says why, and its inviter is told', async () => {
  const id = await queuedInvitation('moved@example.com');
  const policy = { ...t.policy, publicUrl: 'https://new.example.com' };
  expect(await claimMail({ ...t.as(SYSTEM), policy }, { mailId: id })).toBeNull();
  expect(await mailRow(id)).toEqual({
    state: 'failed',
    last_code: 'link_of_another_site',
    sealed_order: null,
    sealed_message: null,
  });
  expect(await newsOf('moved@example.com')).toMatchObject([{ news: 'invitation-unsent' }]);
});

test('a mail that was sealed with a key that is gone fails, and its inviter is told', async () => {
  const id = await queuedInvitation('rekeyed@example.com');
  const keyring = createKeyring(Buffer.alloc(32, 8).toString('base64'));
  expect(await claimMail({ ...t.as(SYSTEM), keyring }, { mailId: id })).toBeNull();
  expect(await mailRow(id)).toMatchObject({ state: 'failed', last_code: 'sealed_unknown_key' });
  expect(await newsOf('rekeyed@example.com')).toHaveLength(1);
});

test('an invitation without an answer from the provider for 23 hours becomes unknown, and its inviter is told', async () => {
  const id = await queuedInvitation('silent@example.com');
  expect(await claimMail(t.as(SYSTEM), { mailId: id })).toMatchObject({ attempt: 1 });
  t.advance(24 * 3_600_000);
  expect(await claimMail(t.as(SYSTEM), { mailId: id })).toBeNull();
  expect(await mailRow(id)).toMatchObject({ state: 'unknown', sealed_message: null });
  expect(await newsOf('silent@example.com')).toMatchObject([{ news: 'invitation-unsent' }]);
});

test('an inviter reads in Slack that the provider refused the invitation', async () => {
  app.mailFails({ kind: 'error', code: 'validation_error' });
  await app.as('admin').types('/apim-user invite refused@example.com');
  await app.as('admin').sees(/invitation to .*refused@example\.com.* may not have arrived/);
});

test('a mail to a developer that the provider refuses is failed, with the provider’s code', async () => {
  app.mailFails({ kind: 'error', code: 'validation_error' });
  await app.as('admin').types('/apim-user add unlucky@example.com Ann Lee');
  await eventually('the mail to fail', async () => {
    const rows = await app.sql`select m.state, m.last_code from mails m join accounts a on a.id = m.account_id
      where a.email = 'unlucky@example.com'`;
    return rows[0]?.state === 'failed' && rows[0]?.last_code === 'validation_error';
  });
});
