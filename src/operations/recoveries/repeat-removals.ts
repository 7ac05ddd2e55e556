// A database that came back from a backup has forgotten later blocks, deletions and withdrawals: this repeats them.
import { DomainError } from '../../domain/domain-error.ts';
import { FORMER_SLOTS, KEY_SLOTS } from '../../domain/key-life.ts';
import { lastChanges, type PastChange } from '../../domain/past-changes.ts';
import { nextSubscriptionState } from '../../domain/subscription-state.ts';
import { blockAccount } from '../accounts/block.ts';
import { deleteAccount } from '../accounts/delete.ts';
import { endWaysIn } from '../accounts/end-ways-in.ts';
import { needsSecondOperator, WaitsForApproval } from '../frame/approval.ts';
import type { Context } from '../frame/context.ts';
import { MAX_REASON_LENGTH } from '../frame/input.ts';
import { withdrawFromConsole } from '../operators/withdraw-from-console.ts';
import { cancelSubscription } from '../subscriptions/cancel.ts';
import { deleteSubscription } from '../subscriptions/delete.ts';
import { endFormerKey } from '../subscriptions/end-former-key.ts';
import { regenerateKey } from '../subscriptions/regenerate-key.ts';
import { rejectSubscription } from '../subscriptions/reject.ts';
import { suspendSubscription } from '../subscriptions/suspend.ts';
import { compareRecovered, MAX_COMPARED } from './compare.ts';

/** The owner reads it, as they read the first reason. */
const NOT_APPROVED = 'This request was declined before; the decision stands.';

type RepeatStatus =
  | 'to be repeated'
  /** A later change counts instead. */
  | 'overtaken'
  | 'so already'
  | 'over by now'
  | 'not found';
export type CheckedChange = PastChange & { status: RepeatStatus; label: string };

type PresentState = Awaited<ReturnType<typeof compareRecovered>>;

/** The removals among the changes, oldest first, each with whether it is to be repeated. Changes nothing. */
export async function checkChanges(
  context: Context,
  changes: readonly PastChange[],
): Promise<CheckedChange[]> {
  const last = lastChanges(changes);
  const taking = changes
    .filter(({ isRemoval }) => isRemoval)
    .toSorted((one, other) => (one.id < other.id ? -1 : 1));
  const checked: CheckedChange[] = [];
  for (let from = 0; from < taking.length; from += MAX_COMPARED) {
    const some = taking.slice(from, from + MAX_COMPARED);
    const now = await presentStateOf(context, some);
    for (const change of some) {
      const status = last.has(change.id) ? statusOf(change, now, context.clock()) : 'overtaken';
      const label = now.accounts.find(({ id }) => id === change.target.id)?.label ?? '';
      checked.push({ ...change, status, label: change.target.kind === 'account' ? label : '' });
    }
  }
  return checked;
}

function presentStateOf(context: Context, changes: readonly PastChange[]): Promise<PresentState> {
  const idsOf = (kind: PastChange['target']['kind']) => [
    ...new Set(changes.filter(({ target }) => target.kind === kind).map(({ target }) => target.id)),
  ];
  return compareRecovered(context, {
    accountIds: idsOf('account'),
    subscriptionIds: idsOf('subscription'),
    operators: idsOf('operator'),
  });
}

function statusOf(change: PastChange, now: PresentState, at: Date): RepeatStatus {
  const { kind, id } = change.target;
  switch (kind) {
    case 'account':
      return accountStatus(
        change,
        now.accounts.find((account) => account.id === id),
        at,
      );
    case 'subscription':
      return subscriptionStatus(
        change,
        now.subscriptions.find((subscription) => subscription.id === id),
        at,
      );
    case 'operator':
      return roleStatus(change, now.operators.find((operator) => operator.id === id)?.role ?? null);
  }
}

function accountStatus(
  { result, until, at }: PastChange,
  account: PresentState['accounts'][number] | undefined,
  now: Date,
): RepeatStatus {
  if (!account) return 'not found';
  if (account.state === 'deleted') return 'so already';
  if (result === 'no-way-in') {
    const isEnded = account.waysInEndedAt !== null && account.waysInEndedAt >= at;
    return account.hasWayIn && !isEnded ? 'to be repeated' : 'so already';
  }
  if (result === 'deleted') return 'to be repeated';
  if (until && until <= now) return 'over by now';
  if (account.state !== 'blocked') return 'to be repeated';
  // The longer block counts, and one without an end is the longest.
  const isLonger = account.blockEndsAt !== null && (until === null || until > account.blockEndsAt);
  return isLonger ? 'to be repeated' : 'so already';
}

const VERBS = { suspended: 'suspend', rejected: 'reject', cancelled: 'cancel' } as const;

function subscriptionStatus(
  { result, keys, at }: PastChange,
  subscription: PresentState['subscriptions'][number] | undefined,
  now: Date,
): RepeatStatus {
  if (!subscription) return result === 'deleted' ? 'so already' : 'not found';
  if (result === 'deleted') return 'to be repeated';
  if (keys) {
    const slots = keys === 'both' ? KEY_SLOTS : [keys];
    const works = slots.some((slot) => {
      const key = subscription.keys[slot];
      return key && key.since < at && (key.endsAt === null || key.endsAt > now);
    });
    return works ? 'to be repeated' : 'so already';
  }
  const verb = VERBS[result as keyof typeof VERBS];
  return nextSubscriptionState(subscription.state, verb) ? 'to be repeated' : 'so already';
}

function roleStatus({ result }: PastChange, role: string | null): RepeatStatus {
  if (result === 'approver') return role === 'admin' ? 'to be repeated' : 'so already';
  return role ? 'to be repeated' : 'so already';
}

/**
 * Repeats one change as the ordinary operation, in the name of the person at the console. Returns `done`, that it waits for
 * a second operator, or that it was refused, with the code. An account whose deletion waits is blocked meanwhile.
 */
export async function repeatChange(context: Context, change: CheckedChange, why: string): Promise<string> {
  const at = change.at.toISOString().slice(0, 16).replace('T', ' ');
  const first = `${change.by}, ${at} UTC${change.reason ? `: ${change.reason}` : ''}`;
  const reason = `${why} (first by ${first})`.slice(0, MAX_REASON_LENGTH);
  try {
    await takeAgain(context, change, reason);
    return 'done';
  } catch (error) {
    if (error instanceof WaitsForApproval) return 'waits for a second operator';
    if (error instanceof DomainError) return `refused (${error.code})`;
    throw error;
  }
}

async function takeAgain(context: Context, change: CheckedChange, reason: string): Promise<void> {
  const { kind, id } = change.target;
  switch (kind) {
    case 'account':
      return takeFromAccount(context, change, reason);
    case 'subscription':
      return takeFromSubscription(context, change, reason);
    case 'operator': {
      const [teamId = '', userId = ''] = id.split('/');
      const keep = change.result === 'approver' ? 'approver' : 'none';
      await withdrawFromConsole({ ...context, reason }, { teamId, userId, keep });
    }
  }
}

async function takeFromAccount(
  context: Context,
  { target, result, until }: CheckedChange,
  reason: string,
): Promise<void> {
  // The developer was told the first time.
  const about = { accountId: target.id, reason, tellDeveloper: false };
  if (result === 'no-way-in') {
    await endWaysIn({ ...context, reason }, { accountId: target.id });
    return;
  }
  if (result === 'blocked') {
    await blockAccount(context, { ...about, end: until ? hoursUntil(until, context.clock()) : '' });
    return;
  }
  if (needsSecondOperator(context, deleteAccount.operation)) await blockMeanwhile(context, about);
  await deleteAccount(context, { ...about, deleteSubscriptions: true });
}

/** Mails the owner of keys that are replaced again, and of a rejection: they have to know which keys work. */
async function takeFromSubscription(
  context: Context,
  { target, result, keys }: CheckedChange,
  reason: string,
): Promise<void> {
  const subscriptionId = target.id;
  const why = { ...context, reason };
  if (keys === FORMER_SLOTS.primary || keys === FORMER_SLOTS.secondary) {
    const slot = keys === FORMER_SLOTS.primary ? 'primary' : 'secondary';
    await endFormerKey(why, { subscriptionId, slot });
  } else if (keys) await regenerateKey(why, { subscriptionId, slot: keys, isLeaked: keys === 'both' });
  else if (result === 'deleted') await deleteSubscription(why, { subscriptionId });
  else if (result === 'rejected') await rejectSubscription(context, { subscriptionId, reason: NOT_APPROVED });
  // The owner reads the reason of a state, so the console's reason goes to the audit only.
  else if (result === 'suspended') await suspendSubscription(why, { subscriptionId });
  else await cancelSubscription(why, { subscriptionId });
}

async function blockMeanwhile(
  context: Context,
  about: { accountId: string; reason: string; tellDeveloper: boolean },
): Promise<void> {
  const { accounts } = await compareRecovered(context, { accountIds: [about.accountId] });
  if (accounts[0]?.state !== 'blocked') await blockAccount(context, about);
}

/** In whole hours, rounded up: rather blocked too long than too short. */
const hoursUntil = (until: Date, now: Date) =>
  `${Math.max(1, Math.ceil((until.getTime() - now.getTime()) / 3_600_000))}h`;
