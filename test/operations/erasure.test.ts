// Which data of people who never got an account stays, and until when.
import { expect, it } from 'vitest';
import { addAccount } from '../../src/operations/accounts/add.ts';
import { deleteAccount } from '../../src/operations/accounts/delete.ts';
import { eraseAccount } from '../../src/operations/accounts/erase.ts';
import { decideApproval } from '../../src/operations/approvals/decide.ts';
import { eraseApproval } from '../../src/operations/approvals/erase.ts';
import { showHistory } from '../../src/operations/audit/history.ts';
import { connectProvider } from '../../src/operations/identities/connect.ts';
import { acceptInvitation } from '../../src/operations/invitations/accept.ts';
import { eraseInvitation } from '../../src/operations/invitations/erase.ts';
import { invite } from '../../src/operations/invitations/invite.ts';
import { listInvitations } from '../../src/operations/invitations/list.ts';
import { requestInvitation } from '../../src/operations/invitations/request.ts';
import { resendInvitation } from '../../src/operations/invitations/resend.ts';
import { revokeInvitation } from '../../src/operations/invitations/revoke.ts';
import {
  ADMIN,
  APPROVER,
  createTestContext,
  DEVELOPER,
  MEMBER,
  refusalOf,
  SYSTEM,
} from '../support/context.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { proved } from '../support/memory-provider.ts';

const DAY_MS = 86_400_000;
const KEPT_DAYS = 30;

const t = forAllTests(createTestContext);

let count = 0;
/** A word that is in the email, names and reasons of one person only. */
const newWord = () => {
  count += 1;
  return `zanzibar${count}x`;
};
const wish = (word: string) => ({ email: `${word}@example.com`, firstName: word, lastName: word });

/** The tables in which a word can still be read, without the outbox of mails, which empties itself. */
async function placesOf(word: string): Promise<string[]> {
  const found: string[] = [];
  for (const table of ['invitations', 'tickets', 'approvals', 'audit', 'audit_details', 'accounts']) {
    const rows = await t.sql.unsafe(
      `select 1 from ${table} one where to_jsonb(one)::text like '%${word}%' limit 1`,
    );
    if (rows.length > 0) found.push(table);
  }
  return found;
}
const sealedOf = async (approvalId: string) =>
  (await t.sql`select sealed_input from approvals where id = ${approvalId}`)[0]?.sealed_input;
it('erasing an account leaves nothing of how its developer signed in', async () => {
  const word = newWord();
  const { account } = await addAccount(t.as(ADMIN), { ...wish(word), password: 'three quiet garden chairs' });
  await connectProvider(t.as(await t.signedIn(account.id)), {
    browserSecret: await provedBy(account.id, word),
  });
  const identities = () => t.sql`select 1 from account_identities where subject = ${word}`;
  expect(await identities()).toHaveLength(1);
  await deleteAccount(t.as(ADMIN), { accountId: account.id });
  // Until then it can be restored, and signs in as before.
  expect(await identities()).toHaveLength(1);
  t.advance((KEPT_DAYS + 1) * DAY_MS);
  await eraseAccount(t.as(SYSTEM), { accountId: account.id });
  expect(await identities()).toEqual([]);
});

const provedBy = async (accountId: string, subject: string) => {
  await t.sql`update accounts set password_must_change = false where id = ${accountId}`;
  const begin = { purpose: 'connect', currentPassword: 'three quiet garden chairs' } as const;
  return proved(t, subject, { as: t.as(await t.signedIn(accountId)), ...begin });
};

const erase = (invitationId: string) => eraseInvitation(t.as(SYSTEM), { invitationId });

it('erasing a revoked or expired invitation leaves nothing of the person, and it can no longer be resent', async () => {
  const word = newWord();
  const { invitationId } = await invite(t.as(ADMIN), { ...wish(word), personalLine: `for ${word}` });
  const { invitationId: expired } = await invite(t.as(ADMIN), wish(`${word}2`));
  await revokeInvitation(t.as(ADMIN), { invitationId });
  await t.sql`update invitations set state = 'expired', ended_at = ${t.clock().toISOString()} where id = ${expired}`;
  t.advance((KEPT_DAYS - 1) * DAY_MS);
  await erase(invitationId);
  expect(await placesOf(word)).toContain('invitations');
  t.advance(DAY_MS);
  await erase(invitationId);
  await erase(expired);
  expect(await placesOf(word)).toEqual([]);
  expect(await refusalOf(resendInvitation(t.as(ADMIN), { invitationId: expired }))).toBe(
    'invitation_not_open',
  );
  const { invitations } = await listInvitations(t.as(ADMIN), { all: true });
  expect(invitations.map(({ id }) => id)).not.toContain(invitationId);
});

it('an invitation that was resent is open again and is not erased', async () => {
  const word = newWord();
  const { invitationId } = await invite(t.as(ADMIN), wish(word));
  await t.sql`update invitations set state = 'expired', ended_at = ${t.clock().toISOString()}
    where id = ${invitationId}`;
  t.advance(KEPT_DAYS * DAY_MS);
  await resendInvitation(t.as(ADMIN), { invitationId });
  await erase(invitationId);
  expect(await placesOf(word)).toContain('invitations');
});

it('erasing a declined request leaves nothing of the person, not even in the sealed input', async () => {
  const word = newWord();
  const { approvalId } = await requestInvitation(t.as(MEMBER), { ...wish(word), why: `${word} asked me` });
  await decideApproval(t.as(APPROVER), { approvalId, decision: 'decline', reason: `not ${word}` });
  await eraseApproval(t.as(SYSTEM), { approvalId });
  expect(await sealedOf(approvalId)).toBeTruthy();
  t.advance(KEPT_DAYS * DAY_MS);
  await eraseApproval(t.as(SYSTEM), { approvalId });
  expect(await sealedOf(approvalId)).toBeNull();
  expect(await placesOf(word)).toEqual([]);
});

it('the reason of an approved request stays until its invitation or account is erased', async () => {
  const [never, came] = [newWord(), newWord()];
  const ids: string[] = [];
  for (const word of [never, came]) {
    const { approvalId } = await requestInvitation(t.as(MEMBER), { ...wish(word), why: `${word} asked me` });
    await decideApproval(t.as(APPROVER), { approvalId, decision: 'approve', reason: `fine, ${word}` });
    ids.push(approvalId);
  }
  const ticket = await t.ticketTo(`${came}@example.com`);
  const person = { firstName: 'Ann', lastName: 'Lee', password: 'three quiet garden chairs' };
  const { accountId } = await acceptInvitation(t.as(DEVELOPER), { ticket, ...person });
  const [open] = await t.sql`select id from invitations where email = ${`${never}@example.com`}`;
  await revokeInvitation(t.as(ADMIN), { invitationId: String(open?.id) });
  t.advance(KEPT_DAYS * DAY_MS);
  for (const approvalId of ids) await eraseApproval(t.as(SYSTEM), { approvalId });
  expect(await Promise.all(ids.map(sealedOf))).toEqual([null, null]);
  expect(JSON.stringify(await showHistory(t.as(ADMIN), { accountId }))).toContain(`${came} asked me`);

  await erase(String(open?.id));
  expect(await placesOf(never)).toEqual([]);
  await deleteAccount(t.as(ADMIN), { accountId });
  t.advance(KEPT_DAYS * DAY_MS);
  await eraseAccount(t.as(SYSTEM), { accountId });
  expect(await placesOf(came)).toEqual([]);
});
