// Makes the account of a person who accepts an invitation: by its link, or by a provider that vouches for its email.
import { type Account, insertAccount, replaceGroupsOfAccount } from '../../db/accounts/accounts.ts';
import { type Invitation, listGroupIdsOfInvitation } from '../../db/accounts/invitations.ts';
import { newId } from '../../db/ids.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { parseEmailAddress } from '../../domain/email-address.ts';
import type { Act } from '../frame/context.ts';
import { giveByRule } from '../rules/rule.ts';
import { changeInvitation } from './invitation.ts';

export type Person = {
  passwordHash: string | null;
  firstName: string;
  lastName: string;
  language: string | null;
};

/**
 * Makes an `active` account with the email and groups of a locked, open invitation, and what the rule for the email gives.
 * No rule refuses a person that an operator invites. The email is held.
 * Errors: `ticket_refused` when another account has the email by now. The page doesn't tell the holder of the link.
 */
export async function admitInvited(act: Act, invitation: Invitation, person: Person): Promise<Account> {
  const serviceId = act.service.id;
  const { spelling: email, canonical: emailCanonical } = parseEmailAddress(invitation.email);
  const account = await insertAccount(act.tx, {
    serviceId,
    id: newId(act.now, act.random),
    email,
    emailCanonical,
    ...person,
    state: 'active',
    stateReason: `invited by ${invitation.invitedByName}`,
    stateChangedAt: act.now,
    stateChangedBy: act.actorName,
    emailConfirmedAt: act.now,
    registeredAt: act.now,
    updatedAt: act.now,
  });
  if (!account) throw new DomainError('ticket_refused');
  const groupIds = await listGroupIdsOfInvitation(act.tx, serviceId, invitation.id);
  await replaceGroupsOfAccount(act.tx, serviceId, account.id, groupIds);
  const given = await giveByRule(act, account);
  await changeInvitation(act, invitation, { state: 'accepted', endedAt: act.now, accountId: account.id });
  act.record({
    target: { kind: 'account', id: account.id },
    after: { state: 'active', invitationId: invitation.id, ...given },
  });
  return account;
}
