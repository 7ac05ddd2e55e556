// Locks a subscription for a change, shows it, and deletes all subscriptions of a product, an API or an account.
import { findAccount, lockAccount } from '../../db/accounts/accounts.ts';
import { eraseAuditDetailsOfSubscriptions } from '../../db/audit/rows.ts';
import { type ListedKey, type ListedSubscription, listSubscriptions } from '../../db/subscriptions/lists.ts';
import {
  countLiveSubscriptions,
  countSubscriptions,
  deleteSubscriptions,
  findSubscription,
  lockSubscription,
  type Subscription,
} from '../../db/subscriptions/subscriptions.ts';
import { type Limits, limitsOf, quotaPeriodAt } from '../../domain/call-limits.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { FORMER_SLOTS, KEY_SLOTS, type KeySlot } from '../../domain/key-life.ts';
import {
  nextSubscriptionState,
  type SubscriptionState,
  type SubscriptionVerb,
  subscriptionStateAt,
} from '../../domain/subscription-state.ts';
import type { Act, Context } from '../frame/context.ts';
import { hoursAfter, queueRepaint, queueSubscriptionRepaint } from '../frame/outbox.ts';
import { closeLeakCards } from '../leaked-keys/close-cards.ts';

/** What a subscription is for. */
type Scope = { kind: 'product' | 'api'; id: string; name: string } | { kind: 'all' };

/** A subscription as people and programs see it, without its keys. */
export type SubscriptionView = Omit<
  ListedSubscription,
  'serviceId' | 'accountId' | 'productId' | 'apiId' | 'scopeName' | 'quotaUse' | 'keys'
> & {
  scope: Scope;
  /** What holds: its own, or its product's. `rate` and `quota` are its own. */
  limits: Limits;
  /** Calls in the present period of its quota; null without a quota. */
  quotaUse: { calls: number; startsAt: Date; endsAt: Date } | null;
  /** The primary key first. */
  keys: KeyView[];
};

/** `former` goes on until its end; null when none does. */
export type KeyView = Omit<ListedKey, 'slot'> & { slot: KeySlot; former: ListedKey | null };

/**
 * Locks the subscription for a change, and its account before it: every caller locks in that order. A developer finds only
 * their own.
 * Errors: `subscription_not_found`; `subscription_changed` when it isn't the version that the person saw.
 */
export async function holdSubscription(
  act: Act,
  id: string,
  expectedVersion?: number,
): Promise<Subscription> {
  const serviceId = act.service.id;
  const found = await findSubscription(act.tx, serviceId, id);
  const account = found?.accountId ? await lockAccount(act.tx, serviceId, found.accountId) : null;
  const subscription = found ? await lockSubscription(act.tx, serviceId, id) : null;
  const isMoved = subscription?.accountId !== found?.accountId;
  if (!subscription || isMoved || account?.state === 'deleted' || !isOwn(act, subscription))
    throw new DomainError('subscription_not_found');
  if (expectedVersion !== undefined && expectedVersion !== subscription.version)
    throw new DomainError('subscription_changed', presentState(act, subscription));
  return subscription;
}

function isOwn({ actor }: Pick<Context, 'actor'>, subscription: Subscription): boolean {
  return actor.kind !== 'account' || subscription.accountId === actor.accountId;
}

/** Errors: `subscription_state_unfitting` with the present state and who made it so. */
export function demandNextSubscriptionState(
  act: Act,
  subscription: Subscription,
  verb: SubscriptionVerb,
): SubscriptionState {
  const next = nextSubscriptionState(subscriptionStateAt(subscription, act.now), verb);
  if (!next) throw new DomainError('subscription_state_unfitting', presentState(act, subscription));
  return next;
}

function presentState(act: Act, subscription: Subscription) {
  const { id, version, stateChangedBy: by, stateChangedAt: at } = subscription;
  return { id, current: { state: subscriptionStateAt(subscription, act.now), version, by, at } };
}

export function viewSubscription(row: ListedSubscription, now: Date): SubscriptionView {
  const { serviceId: _s, accountId: _a, productId, apiId, scopeName, quotaUse, keys: held, ...rest } = row;
  const limits = limitsOf(row, row.productLimits);
  const name = scopeName ?? '';
  const scope: Scope = productId
    ? { kind: 'product', id: productId, name }
    : apiId
      ? { kind: 'api', id: apiId, name }
      : { kind: 'all' };
  const state = subscriptionStateAt(row, now);
  const keys = viewKeys(held, now);
  return { ...rest, state, scope, limits, quotaUse: presentUse(limits, quotaUse, now), keys };
}

function viewKeys(held: readonly ListedKey[], now: Date): KeyView[] {
  return KEY_SLOTS.flatMap((slot) => {
    const key = held.find((one) => one.slot === slot);
    const former = held.find((one) => one.slot === FORMER_SLOTS[slot] && one.endsAt && one.endsAt > now);
    return key ? [{ ...key, slot, former: former ?? null }] : [];
  });
}

/** A row of a former period, or of a quota with other periods, counts for nothing. */
function presentUse(
  { quota }: Limits,
  use: ListedSubscription['quotaUse'],
  now: Date,
): SubscriptionView['quotaUse'] {
  if (!quota) return null;
  const { startsAt, endsAt } = quotaPeriodAt(quota.period, now.getTime());
  const calls = use?.startsAt.getTime() === startsAt ? use.calls : 0;
  return { calls, startsAt: new Date(startsAt), endsAt: new Date(endsAt) };
}

/** Errors: `subscription_not_found`. */
export async function viewOneSubscription(
  act: Pick<Act, 'tx' | 'service' | 'clock'>,
  id: string,
): Promise<SubscriptionView> {
  const [row] = await listSubscriptions(act.tx, act.service.id, { id }, { limit: 1 });
  if (!row) throw new DomainError('subscription_not_found');
  return viewSubscription(row, act.clock());
}

/**
 * How many an account has, how many of them let calls pass, and how many of those were used within a day; at least so many
 * when not `isExact`, because a process hasn't written its last calls.
 */
export type SubscriptionCounts = { all: number; live: number; used: number; isExact: boolean };

const RECENT_HOURS = 24;

/** How much a block or a deletion of the account would cut off, with the calls of this second. */
export async function countCutOff(act: Act, accountId: string | null): Promise<SubscriptionCounts> {
  const isExact = accountId === null || ((await act.writeUsage?.()) ?? false);
  return { ...(await countSubscriptionsOf(act, accountId)), isExact };
}

/** The same without the calls of the last seconds. */
export async function countSubscriptionsOf(act: Act, accountId: string | null) {
  if (accountId === null) return { all: 0, live: 0, used: 0 };
  const query = { serviceId: act.service.id, accountId };
  const usedSince = hoursAfter(act.now, -RECENT_HOURS);
  return countLiveSubscriptions(act.tx, { ...query, usedSince });
}

/** Repaints the account's cards and the subscription's own. Part of every change of a subscription. */
export async function queueRepaintOf(act: Act, { id, accountId }: Subscription): Promise<void> {
  await queueSubscriptionRepaint(act, id);
  if (accountId) await queueRepaint(act, accountId);
}

/** The account that owns it, for mails; null when it has no owner. */
export async function ownerOf(act: Act, { accountId }: Subscription) {
  return accountId ? findAccount(act.tx, act.service.id, accountId) : null;
}

/** The name of a subscription in mails: its product's, its API's, or its own. */
export async function scopeNameOf(act: Act, { id, name }: Subscription): Promise<string> {
  const [row] = await listSubscriptions(act.tx, act.service.id, { id }, { limit: 1 });
  return row?.scopeName ?? name;
}

/**
 * Deletes all subscriptions of a product, an API or an account, with their keys, for good. Returns how many.
 * Errors: `has_subscriptions` with their `count` when there are any and `isWanted` is false.
 */
export async function removeSubscriptions(
  act: Act,
  of: { productId: string } | { apiId: string } | { accountId: string },
  isWanted: boolean,
): Promise<number> {
  const key = { serviceId: act.service.id, ...of };
  const count = await countSubscriptions(act.tx, key);
  if (count > 0 && !isWanted) throw new DomainError('has_subscriptions', { count });
  await closeLeakCards(act, of);
  const ids = count > 0 ? await deleteSubscriptions(act.tx, key) : [];
  if ('accountId' in of) await eraseAuditDetailsOfSubscriptions(act.tx, act.service.id, ids);
  return ids.length;
}
