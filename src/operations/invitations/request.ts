import { DomainError } from '../../domain/domain-error.ts';
import { parseEmailAddress } from '../../domain/email-address.ts';
import { demandCustomGroups } from '../accounts/account.ts';
import { requestApproval } from '../frame/approval.ts';
import { defineOperation, input, MEMBERS } from '../frame/operation.ts';

/**
 * A member of the workspace requests an invitation for a person; an operator decides. Whether the email has an account is
 * checked only then, because members must not learn it.
 * Errors: `requests_off`; `email_invalid`; `group_not_found`, `group_built_in`; `no_second_operator`.
 */
export const requestInvitation = defineOperation({
  name: 'invitations/request',
  allowed: MEMBERS,
  effect: 'change',
  input: input.withNames({
    email: input.email,
    groupIds: input.groupIds.default([]),
    why: input.reason,
  }),
  async run(act, { why, ...wanted }) {
    if (!act.policy.hasRequests) throw new DomainError('requests_off');
    const email = parseEmailAddress(wanted.email);
    await demandCustomGroups(act, wanted.groupIds);
    const waiting = await requestApproval(act, act.tx, {
      operation: 'invitations/invite',
      origin: 'request',
      subject: { kind: 'email', id: email.canonical },
      input: wanted,
      why,
    });
    act.record({ target: { kind: 'approval', id: waiting.approvalId }, reason: why });
    return { approvalId: waiting.approvalId, expiresAt: waiting.expiresAt, askedBefore: waiting.askedBefore };
  },
});
