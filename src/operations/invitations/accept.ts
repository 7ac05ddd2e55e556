import { z } from 'zod';
import { type Account, updateAccount } from '../../db/accounts/accounts.ts';
import { holdEmail } from '../../db/accounts/email-lock.ts';
import { lockInvitation } from '../../db/accounts/invitations.ts';
import { type Ticket, voidTickets } from '../../db/accounts/tickets.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { parseEmailAddress } from '../../domain/email-address.ts';
import { holdAccount } from '../accounts/account.ts';
import { queueWelcomeMail } from '../accounts/mails.ts';
import { type Act, DEVELOPERS, defineOperation, fieldsOf, input } from '../frame/operation.ts';
import { queueRepaint } from '../frame/outbox.ts';
import { connectIdentity, sessionBy, takeProof } from '../identities/proof.ts';
import { hashNewPassword, passwordFaults } from '../passwords/new-password.ts';
import { browser, startSession } from '../sessions/session.ts';
import { demandOpenTicket } from '../tickets/open-ticket.ts';
import { redeemTicket } from '../tickets/redeem.ts';
import { admitInvited, type Person } from './admit.ts';

const NAMES = input.withNeededNames({});

/**
 * Accepts an invitation: makes an `active` account for the invited email, or activates the `pending` one that a program
 * made. Of several requests at once, one succeeds. With `session` the developer, who proved mailbox and password (or, with
 * `browserSecret`, who they are at a provider), is signed
 * in as well: only the result holds the `secret`.
 * Errors: `ticket_refused`, whatever the cause; `password_unacceptable`; `invalid_input` for names, together with what is
 * wrong with the password, so that the form can be corrected in one go.
 * Source: OWASP Forgot Password cheat sheet (single use); safety T1, T3, T4, T14.
 */
export const acceptInvitation = defineOperation({
  name: 'invitations/accept',
  allowed: DEVELOPERS,
  effect: 'change',
  input: {
    ticket: input.ticket,
    firstName: z.string(),
    lastName: z.string(),
    password: input.password.optional(),
    /** A provider instead of a password. */
    browserSecret: input.sessionSecret.optional(),
    /** Of the page. Kept unless the account has one. */
    language: input.language.optional(),
    session: browser.optional(),
  },
  async prepare(context, { ticket, password = '', browserSecret, language, session: _, ...typed }) {
    const open = await demandOpenTicket(context, context.db, 'invitation', ticket);
    const names = NAMES.safeParse(typed);
    const words = [open.email, ...(names.success ? [names.data.firstName, names.data.lastName] : [])];
    const isByPassword = browserSecret === undefined;
    if (isByPassword && !context.policy.signIn.hasPasswords) throw new DomainError('password_sign_in_off');
    if (!names.success) {
      const errors = isByPassword ? passwordFaults(context, password, words) : {};
      throw new DomainError('invalid_input', { fields: { ...fieldsOf(names.error), ...errors } });
    }
    const passwordHash = isByPassword ? await hashNewPassword(context, password, words) : null;
    return { open, person: { passwordHash, language: language ?? null, ...names.data } };
  },
  async run(act, { session, browserSecret }, { open, person }) {
    const serviceId = act.service.id;
    await holdEmail(act.tx, serviceId, parseEmailAddress(open.email).canonical);
    const how = { session, browserSecret };
    if (open.accountId) return acceptForAccount(act, open, open.accountId, { person, how });
    const invitation = open.invitationId ? await lockInvitation(act.tx, serviceId, open.invitationId) : null;
    if (invitation?.state !== 'open') throw new DomainError('ticket_refused');
    await redeemTicket(act, open);
    const account = await admitInvited(act, invitation, person);
    return welcome(act, account, how);
  },
});

type How = { session: z.output<typeof browser> | undefined; browserSecret: string | undefined };

async function acceptForAccount(
  act: Act,
  open: Ticket,
  accountId: string,
  { person, how }: { person: Person; how: How },
) {
  const serviceId = act.service.id;
  const account = await holdAccount(act, accountId);
  if (account.state !== 'pending') throw new DomainError('ticket_refused');
  await redeemTicket(act, open);
  await voidTickets(act.tx, { serviceId, accountId, now: act.now });
  const active = await updateAccount(act, account, {
    ...person,
    language: account.language ?? person.language,
    passwordMustChange: false,
    state: 'active',
    stateReason: 'accepted the invitation',
    stateChangedAt: act.now,
    stateChangedBy: act.actorName,
  });
  act.record({
    target: { kind: 'account', id: accountId },
    before: { state: account.state },
    after: { state: active.state },
  });
  return welcome(act, active, how);
}

async function welcome(act: Act, account: Account, { session, browserSecret }: How) {
  const proof = browserSecret === undefined ? undefined : await takeProof(act, browserSecret);
  if (proof) await connectIdentity(act, account, proof.identity, { isNew: true });
  await queueWelcomeMail(act, account, false);
  await queueRepaint(act, account.id);
  const secret = session
    ? await startSession(act, account.id, session, proof ? sessionBy(proof, true) : { isProved: true })
    : null;
  return { accountId: account.id, email: account.email, secret };
}
