import { z } from 'zod';
import { insertAccount, replaceGroupsOfAccount } from '../../db/accounts.ts';
import { holdAddress } from '../../db/addresses.ts';
import { newId } from '../../db/ids.ts';
import { listGroupIdsOfInvitation, lockInvitation, updateInvitation } from '../../db/invitations.ts';
import { redeemTicket } from '../../db/tickets.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { parseEmailAddress } from '../../domain/email-address.ts';
import * as input from '../input.ts';
import { hashNewPassword, passwordFaults } from '../new-password.ts';
import { demandOpenTicket } from '../open-ticket.ts';
import { DEVELOPERS, defineOperation, fieldsOf } from '../operation.ts';
import { queueRepaint } from '../outbox.ts';
import { queueWelcome } from '../welcome.ts';

const NAMES = z.object({ firstName: input.personName, lastName: input.personName });

/**
 * Accepts an invitation: the account exists from now on, `active`, for the invited address and no other. Of any number
 * of tries at once, one succeeds.
 * Errors: `ticket_refused`, whatever the cause; `password_unacceptable`; `invalid_input` for a name, and then with what
 * is wrong with the password as well: a form is put right in one go.
 * Source: OWASP Forgot Password cheat sheet (single use, no sign-in by link); safety T1, T3, T4, T14.
 */
export const acceptInvitation = defineOperation({
  name: 'invitations/accept',
  allowed: DEVELOPERS,
  effect: 'change',
  input: z.strictObject({
    ticket: input.ticket,
    firstName: z.string(),
    lastName: z.string(),
    password: input.password,
  }),
  async prepare(context, { ticket, password, ...typed }) {
    const open = await demandOpenTicket(context, context.db, 'invitation', ticket);
    if (!open.invitationId) throw new DomainError('ticket_refused');
    const names = NAMES.safeParse(typed);
    const words = [open.email, ...(names.success ? [names.data.firstName, names.data.lastName] : [])];
    if (!names.success) {
      const faults = passwordFaults(context, password, words);
      throw new DomainError('invalid_input', { fields: { ...fieldsOf(names.error), ...faults } });
    }
    const passwordHash = await hashNewPassword(context, password, words);
    const { hash, invitationId, email } = open;
    return { hash, invitationId, email, passwordHash, ...names.data };
  },
  async run(act, _input, { firstName, lastName, ...ticket }) {
    const serviceId = act.service.id;
    const email = parseEmailAddress(ticket.email);
    await holdAddress(act.tx, serviceId, email.canonical);
    const invitation = await lockInvitation(act.tx, serviceId, ticket.invitationId);
    const key = { serviceId, hash: ticket.hash, purpose: 'invitation' as const, now: act.now };
    if (invitation?.state !== 'open' || !(await redeemTicket(act.tx, key)))
      throw new DomainError('ticket_refused');
    const account = await insertAccount(act.tx, {
      serviceId,
      id: newId(act.now, act.random),
      email: email.spelling,
      emailCanonical: email.canonical,
      firstName,
      lastName,
      state: 'active',
      stateReason: `invited by ${invitation.invitedByName}`,
      stateChangedAt: act.now,
      stateChangedBy: act.actorName,
      emailConfirmedAt: act.now,
      passwordHash: ticket.passwordHash,
      registeredAt: act.now,
      updatedAt: act.now,
    });
    // The address found an account meanwhile; the page says nothing of it to whoever holds the link.
    if (!account) throw new DomainError('ticket_refused');
    const groupIds = await listGroupIdsOfInvitation(act.tx, serviceId, invitation.id);
    await replaceGroupsOfAccount(act.tx, serviceId, account.id, groupIds);
    await updateInvitation(act.tx, invitation, {
      state: 'accepted',
      endedAt: act.now,
      accountId: account.id,
    });
    await queueWelcome(act, account, false);
    await queueRepaint(act, account.id);
    act.record({
      target: { kind: 'account', id: account.id },
      after: { state: 'active', invitationId: invitation.id },
    });
    return { accountId: account.id, email: account.email };
  },
});
