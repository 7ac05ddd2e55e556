import {
  type Account,
  findAccountByEmail,
  findAccountByResourceId,
  replaceGroupsOfAccount,
  updateAccount,
} from '../../db/accounts/accounts.ts';
import { holdEmail } from '../../db/accounts/email-lock.ts';
import { findGroups } from '../../db/accounts/groups.ts';
import { newId } from '../../db/ids.ts';
import { holdId } from '../../db/rows.ts';
import { forgetOwnerAsWritten } from '../../db/subscriptions/subscriptions.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { type Act, ADMINS, defineOperation, input } from '../frame/operation.ts';
import { queueRepaint } from '../frame/outbox.ts';
import { endOpenInvitationTo } from '../invitations/invitation.ts';
import {
  changedBy,
  currentState,
  demandAccount,
  demandNextState,
  holdAccount,
  viewAccount,
} from './account.ts';

/**
 * Brings a deleted account back as `blocked`, with those of its groups that still exist: one that was made since, with the
 * id of a former one, is another group. Possible until it is erased.
 * If another account has its id for programs by now, it gets a new one: `newResourceId`, else null.
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
    const newResourceId = await newResourceIdOf(act, account);
    const restored = await updateAccount(act, account, {
      ...(newResourceId === null ? {} : { resourceId: newResourceId }),
      state,
      stateReason: reason || 'restored',
      stateChangedAt: act.now,
      stateChangedBy: changedBy(act),
      deletedAt: null,
      groupIdsWhenDeleted: null,
    });
    const found = await findGroups(act.tx, serviceId, account.groupIdsWhenDeleted ?? []);
    const groups = found.filter(({ createdAt }) => account.deletedAt && createdAt <= account.deletedAt);
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
      after: {
        state,
        groups: groups.map((group) => group.name),
        ...(newResourceId === null ? {} : { resourceId: newResourceId }),
      },
    });
    return { account: await viewAccount(act, restored), newResourceId };
  },
});

async function newResourceIdOf(act: Act, account: Account): Promise<string | null> {
  const { serviceId, resourceId, id } = account;
  const former = resourceId ?? id;
  await holdId(act.tx, 'account', { serviceId, id: former });
  if (!(await findAccountByResourceId(act.tx, serviceId, former))) return null;
  // Their owner as it was written means the other account now.
  await forgetOwnerAsWritten(act.tx, serviceId, id);
  return newId(act.now, act.random);
}
