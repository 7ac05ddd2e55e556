// Finds or locks an account, and shows it without its secrets.
import { type Account, findAccount, lockAccount } from '../../db/accounts/accounts.ts';
import { type Activity, listActivity } from '../../db/accounts/activity.ts';
import { type Group, holdGroups, listGroupsOfAccounts } from '../../db/accounts/groups.ts';
import { listIdentities } from '../../db/accounts/identities.ts';
import type { Db } from '../../db/connection/connect.ts';
import { type AccountVerb, nextState } from '../../domain/account-state.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { Act, Context } from '../frame/context.ts';
import { hoursAfter } from '../frame/outbox.ts';
import { ACCOUNTS, demandPermission } from '../frame/permission.ts';
import { labelOf } from '../identities/attempt.ts';

/** An account as operators see it. */
export type AccountView = Omit<
  Account,
  'serviceId' | 'resourceId' | 'emailCanonical' | 'passwordHash' | 'searchText' | 'groupIdsWhenDeleted'
> &
  Activity & {
    /** Its id for programs. Slack, the audit and the console name it by `id`, which no other account ever gets. */
    resourceId: string;
    hasPassword: boolean;
    /** The providers that sign in to it, the first one connected first. */
    signIns: { label: string; kind: string; subject: string; shownName: string }[];
    /** Null: the service's own, which operators needn't be told of. */
    language: string | null;
    groups: { id: string; name: string }[];
    /** When the data of a deleted account is erased. Null for one that isn't deleted, and after that. */
    restorableUntil: Date | null;
  };

/**
 * Locks the account for a change.
 * Errors: `account_not_found`; `account_erased`; `account_changed` when it isn't the version that the person saw;
 * `not_permitted` for a developer whose session ended meanwhile.
 */
export async function holdAccount(act: Act, id: string, expectedVersion?: number): Promise<Account> {
  const account = await lockAccount(act.tx, act.service.id, id);
  if (!account) throw new DomainError('account_not_found');
  // What held the lock may have ended their session.
  if (act.actor.kind === 'account') await demandPermission(act, act.tx, ACCOUNTS);
  if (account.erasedAt) throw new DomainError('account_erased');
  if (expectedVersion !== undefined && expectedVersion !== account.version) {
    throw new DomainError('account_changed', { current: currentState(account), id });
  }
  return account;
}

/** Finds the account without a lock, for reading. Errors: `account_not_found`. */
export async function demandAccount(act: Act, id: string): Promise<Account> {
  const account = await findAccount(act.tx, act.service.id, id);
  if (!account) throw new DomainError('account_not_found');
  return account;
}

/** The person who changes a state, with the operator who approved that: "Ada Admin (approved by Amir Approver)". */
export const changedBy = ({ actorName, approval }: Act): string =>
  approval?.decidedByName ? `${actorName} (approved by ${approval.decidedByName})` : actorName;

/** Errors: `account_state_unfitting` with the present state and who made it so. */
export function demandNextState(account: Account, verb: AccountVerb): Account['state'] {
  const next = nextState(account.state, verb);
  if (!next)
    throw new DomainError('account_state_unfitting', { current: currentState(account), id: account.id });
  return next;
}

/** Errors: `account_state_unfitting`. */
export function demandActive(account: Account): void {
  if (account.state === 'active') return;
  throw new DomainError('account_state_unfitting', {
    accountId: account.id,
    current: currentState(account),
  });
}

export function currentState(account: Account) {
  return {
    state: account.state,
    version: account.version,
    by: account.stateChangedBy,
    at: account.stateChangedAt,
  };
}

/** Errors: `group_not_found`; `group_built_in` when an account can't be put into one of them. */
export async function demandCustomGroups(act: Act, ids: readonly string[]): Promise<Group[]> {
  const wanted = [...new Set(ids)];
  const found = await holdGroups(act.tx, act.service.id, wanted);
  if (found.length < wanted.length) throw new DomainError('group_not_found');
  if (found.some((group) => group.type === 'system')) throw new DomainError('group_built_in');
  return found;
}

export async function viewAccounts(
  context: Pick<Context, 'service' | 'policy'>,
  db: Db,
  accounts: Account[],
): Promise<AccountView[]> {
  const serviceId = context.service.id;
  const ids = accounts.map((account) => account.id);
  const [groups, identities, activityOf] = await Promise.all([
    listGroupsOfAccounts(db, serviceId, ids),
    listIdentities(db, { serviceId, accountId: ids }),
    listActivity(db, serviceId, ids),
  ]);
  return accounts.map((account) => {
    const {
      serviceId: _s,
      emailCanonical: _e,
      passwordHash,
      searchText: _t,
      groupIdsWhenDeleted: _g,
      ...rest
    } = account;
    return {
      ...rest,
      ...activityOf(account.id),
      resourceId: account.resourceId ?? account.id,
      hasPassword: passwordHash !== null,
      signIns: identities
        .filter(({ accountId }) => accountId === account.id)
        .map(({ provider, issuer, kind, subject, shownName }) => ({
          label: labelOf(context, { provider, issuer }),
          kind,
          subject,
          shownName,
        })),
      language: account.language === context.policy.language ? null : account.language,
      groups: groups.get(account.id) ?? [],
      restorableUntil:
        account.deletedAt && !account.erasedAt
          ? hoursAfter(account.deletedAt, context.policy.eraseDeletedAfterDays * 24)
          : null,
    };
  });
}

export async function viewAccount(act: Act, account: Account): Promise<AccountView> {
  const [view] = await viewAccounts(act, act.tx, [account]);
  if (!view) throw new Error('an account has no view');
  return view;
}
