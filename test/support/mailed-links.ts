// Accounts and invitations, and operations with the one-time links that are mailed for them.
import type { Context } from '../../src/operations/frame/context.ts';
import { acceptInvitation } from '../../src/operations/invitations/accept.ts';
import { invite } from '../../src/operations/invitations/invite.ts';
import { resetPassword } from '../../src/operations/passwords/reset.ts';
import { sendPasswordReset } from '../../src/operations/passwords/send-reset.ts';
import { ticketHash } from '../../src/security/ticket.ts';
import { anAccount, newEmail } from './accounts.ts';
import { ADMIN, DEVELOPER, refusalOf, type ServiceId, type TestContext } from './context.ts';

export const PASSWORD = 'three quiet garden chairs';
export const INVITATION = 'InviteUserNotificationMessage';
export const CONFIRM_CHANGE = 'EmailChangeIdentityDefault';
const RESET = 'PasswordResetIdentityDefault';
/** Milliseconds after the end of a link, and how an operation with it ends then. */
export const AROUND_THE_END: [number, string][] = [
  [-1, 'done'],
  [0, 'ticket_refused'],
  [1, 'ticket_refused'],
];

type Person = { email: string; accountId: string };

export async function invited(t: TestContext, email = newEmail()) {
  const { invitationId } = await invite(t.as(ADMIN), { email });
  return { email, invitationId, ticket: await t.ticketTo(email, INVITATION) };
}

export const added = (t: TestContext, email = newEmail()): Promise<Person> =>
  anAccount(t, { email, password: PASSWORD });

export const accept = (t: TestContext, ticket: string, service: ServiceId = 'ours') =>
  acceptInvitation(t.as(DEVELOPER, service), {
    ticket,
    firstName: 'Ann',
    lastName: 'Lee',
    password: PASSWORD,
  });

export const reset = (t: TestContext, ticket: string, password = PASSWORD, service: ServiceId = 'ours') =>
  resetPassword(t.as(DEVELOPER, service), { ticket, password });

export async function resetTicketOf(t: TestContext, person: Person): Promise<string> {
  await sendPasswordReset(t.as(ADMIN), { accountId: person.accountId });
  return t.ticketTo(person.email, RESET);
}

/** A developer whose clock stands still at `offsetMs` after the end of the link. */
export async function developerAt(t: TestContext, ticket: string, offsetMs: number): Promise<Context> {
  const [row] = await t.sql<{ endsAt: string }[]>`
    select expires_at as "endsAt" from tickets where hash = ${ticketHash(ticket)}`;
  if (!row) throw new Error('there is no such ticket');
  return { ...t.as(DEVELOPER), clock: () => new Date(new Date(row.endsAt).getTime() + offsetMs) };
}

export async function accountsWith(t: TestContext, email: string) {
  return t.sql<{ id: string; state: string; email: string; passwordHash: string }[]>`
    select id, state, email, password_hash as "passwordHash" from accounts where email_canonical = ${email.toLowerCase()}`;
}

/** The audit rows of an operation that was done. */
export const auditOf = (t: TestContext, operation: string, targetId: string) =>
  t.sql`select 1 from audit where operation = ${operation} and outcome = 'done' and target_id = ${targetId}`;

/** How many attempts had each outcome: `{ done: 1, ticket_refused: 99 }`. */
export async function tally(attempts: Promise<unknown>[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const outcome of await Promise.all(attempts.map(refusalOf)))
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}
