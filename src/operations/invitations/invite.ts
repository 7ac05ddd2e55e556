import { findAccountByEmail, findDeletedAccountByEmail } from '../../db/accounts/accounts.ts';
import { holdEmail } from '../../db/accounts/email-lock.ts';
import { insertInvitation, lockOpenInvitationTo } from '../../db/accounts/invitations.ts';
import { newId } from '../../db/ids.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { parseEmailAddress } from '../../domain/email-address.ts';
import { changedBy, currentState, demandCustomGroups } from '../accounts/account.ts';
import { actorId } from '../frame/actor.ts';
import { ADMINS, defineOperation, input } from '../frame/operation.ts';
import { hoursAfter } from '../frame/outbox.ts';
import { endOpenInvitationTo } from './invitation.ts';
import { queueInvitationMail } from './invitation-mail.ts';

/**
 * Invites a person by mail. Until they accept there is no account.
 * Errors: `email_invalid`; `email_taken` with the account's id and state; `email_invited` with the open invitation's
 * id; `group_not_found`, `group_built_in`.
 * Source: Azure API Management, "Invite"; the link lives `INVITATION_LIFETIME_HOURS` (48).
 */
export const invite = defineOperation({
  name: 'invitations/invite',
  allowed: ADMINS,
  effect: 'change',
  input: input.withNames({
    email: input.email,
    groupIds: input.groupIds.default([]),
    personalLine: input.personalLine.default(''),
    /** Invitations that are sent together have one id. */
    batchId: input.rowId.optional(),
  }),
  subjectOf: ({ email }) => ({ kind: 'email', id: parseEmailAddress(email).canonical }),
  async run(act, wanted) {
    const email = parseEmailAddress(wanted.email);
    const serviceId = act.service.id;
    await holdEmail(act.tx, serviceId, email.canonical);
    const account = await findAccountByEmail(act.tx, serviceId, email.canonical);
    if (account) throw new DomainError('email_taken', { id: account.id, current: currentState(account) });
    const open = await lockOpenInvitationTo(act.tx, serviceId, email.canonical);
    if (open && open.expiresAt > act.now) {
      throw new DomainError('email_invited', {
        id: open.id,
        current: { by: open.invitedByName, at: open.createdAt, version: open.version },
      });
    }
    if (open) await endOpenInvitationTo(act, email.canonical);
    const groups = await demandCustomGroups(act, wanted.groupIds);
    const id = newId(act.now, act.random);
    const invitation = {
      serviceId,
      id,
      batchId: wanted.batchId ?? id,
      email: email.spelling,
      emailCanonical: email.canonical,
      firstName: wanted.firstName,
      lastName: wanted.lastName,
      personalLine: wanted.personalLine,
      state: 'open' as const,
      invitedBy: actorId(act.actor),
      invitedByName: changedBy(act),
      approvedBy: act.approval?.decidedBy ?? '',
      createdAt: act.now,
      expiresAt: hoursAfter(act.now, act.policy.invitationLifetimeHours),
    };
    const isNew = await insertInvitation(
      act.tx,
      invitation,
      groups.map((group) => group.id),
    );
    if (!isNew) throw new DomainError('email_invited');
    await queueInvitationMail(act, invitation);
    act.record({
      target: { kind: 'invitation', id: invitation.id },
      after: {
        email: email.spelling,
        groups: groups.map((group) => group.name),
        expiresAt: invitation.expiresAt,
      },
    });
    const deleted = await findDeletedAccountByEmail(act.tx, serviceId, email.canonical);
    return {
      invitationId: invitation.id,
      email: email.spelling,
      expiresAt: invitation.expiresAt,
      /** A deleted account with this email that can still be restored. */
      deletedAccountId: deleted?.id ?? null,
    };
  },
});
