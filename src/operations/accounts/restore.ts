import { findAccountByEmail, replaceGroupsOfAccount, updateAccount } from '../../db/accounts/accounts.ts';
import { holdEmail } from '../../db/accounts/email-lock.ts';
import { findGroups } from '../../db/accounts/groups.ts';
import { DomainError } from '../../domain/domain-error.ts';
import * as input from '../frame/input.ts';
import { ADMINS, defineOperation } from '../frame/operation.ts';
import { queueRepaint } from '../frame/outbox.ts';
import { endOpenInvitationTo } from '../invitations/end-open-invitation.ts';
import {
  changedBy,
  currentState,
  demandAccount,
  demandNextState,
  holdAccount,
  viewAccount,
} from './account.ts';

/**
 * Brings a deleted account back as `blocked`, with those of its groups that still exist. Possible until it is erased.
 * Errors: `account_not_found`, `account_erased`, `account_changed`, `account_state_unfitting` when it isn't deleted,
 * `email_taken` when another account has the email by now. An open invitation to the email ends.
 */
export const restoreAccount = defineOperation({
  name: 'accounts/restore',
  allowed: ADMINS,
  effect: 'change',
  input: {
    accountId: input.accountId,
    expectedVersion: input.expectedVersion,
    reason: input.reason.default(''),
  },
  subjectOf: ({ accountId }) => ({ kind: 'account', id: accountId }),
  async run(act, { accountId, expectedVersion, reason }) {
    const serviceId = act.service.id;
    const { emailCanonical } = await demandAccount(act, accountId);
    await holdEmail(act.tx, serviceId, emailCanonical);
    const account = await holdAccount(act, accountId, expectedVersion);
    const state = demandNextState(account, 'restore');
    const other = await findAccountByEmail(act.tx, serviceId, account.emailCanonical);
    if (other) throw new DomainError('email_taken', { id: other.id, current: currentState(other) });
    await endOpenInvitationTo(act, account.emailCanonical);
    const restored = await updateAccount(act, account, {
      state,
      stateReason: reason || 'restored',
      stateChangedAt: act.now,
      stateChangedBy: changedBy(act),
      deletedAt: null,
      groupIdsWhenDeleted: null,
    });
    const groups = await findGroups(act.tx, serviceId, account.groupIdsWhenDeleted ?? []);
    await replaceGroupsOfAccount(
      act.tx,
      serviceId,
      accountId,
      groups.map((group) => group.id),
    );
    await queueRepaint(act, accountId);
    act.record({
      target: { kind: 'account', id: accountId },
      reason,
      before: { state: account.state },
      after: { state, groups: groups.map((group) => group.name) },
    });
    return { account: await viewAccount(act, restored) };
  },
});
