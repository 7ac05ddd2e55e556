import { listGroupIdsOfAccounts, replaceGroupsOfAccount, updateAccount } from '../../db/accounts/accounts.ts';
import { findGroups } from '../../db/accounts/groups.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { ADMINS_AND_PROGRAMS, defineOperation, input } from '../frame/operation.ts';
import { queueRepaint } from '../frame/outbox.ts';
import { currentState, demandCustomGroups, holdAccount, viewAccount } from './account.ts';

/**
 * Puts an account into exactly these custom groups, or with `join` and `leave` into and out of some. Every account is in
 * Developers anyway.
 * Errors: `account_not_found`, `account_erased`, `account_changed`, `account_state_unfitting` when deleted,
 * `group_not_found`, `group_built_in`, `limit_reached` above 50 groups.
 */
export const setGroupsOfAccount = defineOperation({
  name: 'accounts/set-groups',
  allowed: ADMINS_AND_PROGRAMS,
  effect: 'change',
  input: {
    accountId: input.accountId,
    expectedVersion: input.expectedVersion,
    undoes: input.rowId.optional(),
    groupIds: input.groupIds.optional(),
    join: input.groupIds.default([]),
    leave: input.groupIds.default([]),
  },
  subjectOf: ({ accountId }) => ({ kind: 'account', id: accountId }),
  async run(act, { accountId, expectedVersion, undoes, groupIds, join, leave }) {
    const account = await holdAccount(act, accountId, expectedVersion);
    if (account.state === 'deleted')
      throw new DomainError('account_state_unfitting', { id: account.id, current: currentState(account) });
    const serviceId = act.service.id;
    const formerIds = (await listGroupIdsOfAccounts(act.tx, serviceId, [accountId])).get(accountId) ?? [];
    const former = await findGroups(act.tx, serviceId, formerIds);
    const remaining = (groupIds ?? formerIds).filter((id) => !leave.includes(id));
    await demandCustomGroups(act, leave);
    const groups = await demandCustomGroups(act, [...remaining, ...join]);
    if (groups.length > input.MAX_GROUPS_OF_ACCOUNT)
      throw new DomainError('limit_reached', { limit: `${input.MAX_GROUPS_OF_ACCOUNT} groups` });
    await replaceGroupsOfAccount(
      act.tx,
      serviceId,
      accountId,
      groups.map((group) => group.id),
    );
    const changed = await updateAccount(act, account, {});
    await queueRepaint(act, accountId);
    const changeId = act.record({
      target: { kind: 'account', id: accountId },
      before: {
        groups: former.map((group) => group.name),
        undo: { version: changed.version, groupIds: former.map((group) => group.id) },
      },
      after: { groups: groups.map((group) => group.name), ...(undoes ? { undoes } : {}) },
    });
    return { account: await viewAccount(act, changed), changeId };
  },
});
