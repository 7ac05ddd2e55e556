// How much of each quota is used, as this process knows it: what the database had, and the calls that passed here since.
import type { CallBatch, QuotaUse } from '../../domain/call-counts.ts';
import {
  type Quota,
  type QuotaPeriod,
  quotaPeriodAt,
  type Share,
  shareOf,
} from '../../domain/call-limits.ts';
import type { CallingSubscription } from '../../domain/may-call.ts';
import { withTimeout } from '../../web/with-timeout.ts';
import type { GatewaySource } from '../source.ts';
import { createRecent } from './recent.ts';

const KEEP_MS = 600_000;
/** While others answer too, what the database had is believed for this long; each process writes more often. */
const BELIEVED_MS = 6_000;
const MAX_ASKING_MS = 500;
const MAX_READ_MS = 1_500;
/** After a read that failed, calls are judged by what is known. */
const AWAY_MS = 1_000;
const NEVER = Number.NEGATIVE_INFINITY;

export type MissingUse = 'row' | 'all';
type Subscription = Pick<CallingSubscription, 'id' | 'createdAt'>;
type Use = {
  createdAt: number;
  /** Null until it is compared with the quota's own. */
  period: QuotaPeriod | null;
  startsAt: number;
  endsAt: number;
  /** In the database, at `readAt` of the clock that never jumps. */
  known: number;
  readAt: number;
  /** Passed here, and not known to be in the database yet. */
  own: number;
};
export type QuotaStanding = Readonly<Pick<Use, 'startsAt' | 'endsAt'>> & { left: number };

export type QuotaOptions = {
  /** Where quotas of these subscriptions stand; those that have used none are missing. */
  readUse(subscriptionIds: readonly string[]): Promise<QuotaUse[]>;
  /** Writes the calls that this process has counted; false when it can't. */
  writeUsage(): Promise<boolean>;
  /** Has all others write theirs too; false when one did not answer in time. */
  writeAllUsage(): Promise<boolean>;
  share(): Share;
  /** When others were last known to answer too, by `elapsed`. */
  sharedAt(): number;
  /** A clock that never jumps. */
  elapsed(): number;
};

export function createQuotas(options: QuotaOptions) {
  const { readUse, writeUsage, writeAllUsage, share, sharedAt, elapsed } = options;
  const { find, add } = createUses(elapsed);
  let failedAt = NEVER;

  async function readAll(waiting: ReadonlyMap<string, Subscription>, asksAll: boolean): Promise<void> {
    const at = elapsed();
    try {
      // With its own calls written first, the totals that the others learn have them, and none is counted twice.
      if (!(await withTimeout(MAX_READ_MS, writeUsage()))) throw new Error('usage not written');
      if (asksAll) await withTimeout(MAX_ASKING_MS, writeAllUsage()).catch(() => false);
      const found = new Map((await readUse([...waiting.keys()])).map((row) => [row.subscriptionId, row]));
      for (const subscription of waiting.values()) {
        const row = found.get(subscription.id);
        const use = find(subscription) ?? add(subscription);
        if (row?.createdAt === subscription.createdAt) learn(use, row);
        use.readAt = at;
      }
    } catch {
      failedAt = elapsed();
    }
  }

  return {
    /** Resolves once the database was asked, or did not answer. */
    read: createBatched(readAll),
    /**
     * What the database must say before a call may be decided. `row`: nothing is known yet, or others may have used some of
     * the quota since. `all`: this process has used its share of what was left, so all others write their calls first.
     */
    missing(subscription: Subscription, quota: Quota, nowMs: number): MissingUse | null {
      const now = elapsed();
      if (now - failedAt < AWAY_MS) return null;
      const use = find(subscription);
      if (!use || use.readAt === NEVER) return 'row';
      if (use.readAt < Math.min(now - BELIEVED_MS, sharedAt() + BELIEVED_MS)) return 'row';
      if (share().of === 1) return null;
      enter(use, quota, nowMs);
      const left = quota.calls - use.known;
      return use.own < left && use.own >= Math.max(1, shareOf(left, share())) ? 'all' : null;
    },
    standing(subscription: Subscription, quota: Quota, nowMs: number): QuotaStanding {
      const use = find(subscription) ?? add(subscription);
      enter(use, quota, nowMs);
      return { ...use, left: Math.max(0, quota.calls - use.known - use.own) };
    },
    /** Counts a call that passes. The last one of a quota is written at once, so that all others hear of it. */
    count(subscription: Subscription, quota: Quota): void {
      const use = find(subscription);
      if (!use) return;
      use.own += 1;
      if (use.known + use.own >= quota.calls) void writeUsage();
    },
    /** Writes usage as `addUsage` does, and learns from it where quotas stand. */
    learningFrom:
      (addUsage: GatewaySource['addUsage']) =>
      async (batch: CallBatch): Promise<QuotaUse[]> => {
        const at = elapsed();
        const rows = await addUsage(batch);
        for (const { subscription, outcome, calls, lastAt } of batch.calls) {
          const use = subscription && find(subscription);
          if (!use) continue;
          // Of a batch that came twice, or at the end of a period, the answer says nothing.
          use.readAt = NEVER;
          if (outcome === 'passed' && lastAt >= use.startsAt) use.own = Math.max(0, use.own - calls);
        }
        for (const row of rows) {
          const use = find({ id: row.subscriptionId, createdAt: row.createdAt });
          if (!use) continue;
          learn(use, row);
          use.readAt = at;
        }
        return rows;
      },
  };
}

function createUses(elapsed: () => number) {
  const uses = createRecent<Use>(KEEP_MS, elapsed);
  return {
    find({ id, createdAt }: Subscription): Use | undefined {
      const use = uses.get(id);
      return use?.createdAt === createdAt ? use : undefined;
    },
    add({ id, createdAt }: Subscription): Use {
      const use = { createdAt, period: null, startsAt: 0, endsAt: 0, known: 0, readAt: NEVER, own: 0 };
      uses.set(id, use);
      return use;
    },
  };
}

/** Begins at nothing where the period is another one. */
function enter(use: Use, { period }: Quota, nowMs: number): void {
  if (use.period === period && nowMs >= use.startsAt && nowMs < use.endsAt) return;
  const { startsAt, endsAt } = quotaPeriodAt(period, nowMs);
  if (startsAt !== use.startsAt || endsAt !== use.endsAt)
    Object.assign(use, { startsAt, endsAt, known: 0, own: 0 });
  use.period = period;
}

/** A row of a former period says nothing about this one. */
function learn(use: Use, { startsAt, endsAt, calls }: QuotaUse): void {
  if (startsAt === use.startsAt && endsAt === use.endsAt) use.known = Math.max(use.known, calls);
  else if (startsAt > use.startsAt)
    Object.assign(use, { period: null, startsAt, endsAt, known: calls, own: 0 });
}

/** One run at a time; the next one has all that asked meanwhile. */
function createBatched(run: (waiting: ReadonlyMap<string, Subscription>, asksAll: boolean) => Promise<void>) {
  let waiting = new Map<string, Subscription>();
  let asksAll = false;
  let next: Promise<void> | null = null;
  let last: Promise<void> = Promise.resolve();
  return (subscription: Subscription, missing: MissingUse): Promise<void> => {
    asksAll ||= missing === 'all';
    waiting.set(subscription.id, subscription);
    next ??= last = last.then(() => {
      const taken = [waiting, asksAll] as const;
      [waiting, asksAll, next] = [new Map(), false, null];
      return run(...taken);
    });
    return next;
  };
}
