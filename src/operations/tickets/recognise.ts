import { z } from 'zod';
import { findAccount } from '../../db/accounts/accounts.ts';
import { findInvitation, findNewestInvitationTo } from '../../db/accounts/invitations.ts';
import { findNewestTicket, findTicket, TICKET_PURPOSES, type Ticket } from '../../db/accounts/tickets.ts';
import { ticketHash } from '../../security/ticket.ts';
import { type Act, DEVELOPERS, defineOperation } from '../frame/operation.ts';

/** `replaced`: a newer link works. `withdrawn`: it was ended before its time. */
export type LinkState = 'open' | 'used' | 'replaced' | 'withdrawn' | 'expired';

/**
 * What became of a ticket: `open` when it can be redeemed now for this purpose. It stays unused. Null for one that was
 * never mailed for it, and once its account is deleted: that is an answer and no refusal, so a client that guesses writes no
 * audit rows.
 */
export const recogniseTicket = defineOperation({
  name: 'tickets/recognise',
  allowed: DEVELOPERS,
  effect: 'read',
  input: {
    purpose: z.enum(TICKET_PURPOSES),
    ticket: z.string(),
  },
  async run(act, { purpose, ticket: secret }): Promise<LinkState | null> {
    const hash = ticketHash(secret);
    const ticket = hash ? await findTicket(act.tx, { serviceId: act.service.id, hash, purpose }) : null;
    if (!ticket) return null;
    const newest = ticket.usedAt ? ticket : await findNewest(act, ticket);
    if (newest.usedAt) return (await hasLostAccount(act, newest)) ? null : 'used';
    if (newest.voidedAt && newest.voidedAt < newest.expiresAt) return 'withdrawn';
    if (newest.voidedAt || newest.expiresAt <= act.now) return 'expired';
    return newest.id === ticket.id ? 'open' : 'replaced';
  },
});

/** The link that took the place of another one. A person who was invited anew has it in another invitation. */
async function findNewest(act: Act, ticket: Ticket): Promise<Ticket> {
  const { serviceId, purpose, accountId } = ticket;
  const invitationId = ticket.invitationId && (await findNewestInvitation(act, ticket.invitationId));
  const owner = accountId ? { accountId } : { invitationId: invitationId ?? '' };
  return (await findNewestTicket(act.tx, { serviceId, purpose, ...owner })) ?? ticket;
}

async function findNewestInvitation(act: Act, invitationId: string): Promise<string> {
  const serviceId = act.service.id;
  const invitation = await findInvitation(act.tx, serviceId, invitationId);
  const emailCanonical = invitation?.emailCanonical ?? '';
  return (await findNewestInvitationTo(act.tx, { serviceId, emailCanonical }))?.id ?? invitationId;
}

async function hasLostAccount(act: Act, { accountId, invitationId }: Ticket): Promise<boolean> {
  const serviceId = act.service.id;
  const invitation = invitationId ? await findInvitation(act.tx, serviceId, invitationId) : null;
  const id = accountId ?? invitation?.accountId;
  const account = id ? await findAccount(act.tx, serviceId, id) : null;
  return account?.state === 'deleted';
}
