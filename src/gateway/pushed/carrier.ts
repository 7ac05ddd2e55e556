// What the agent beside a gateway pushes into it: the rule's facts as small texts in maps, and how long they hold.
import type { CallOutcome } from '../../domain/call-counts.ts';
import type { Share } from '../../domain/call-limits.ts';

/**
 * Ids travel percent-encoded (`encodeURIComponent`), so no field holds a `|`, a space or a line break. A *tag* names a
 * row in 11 characters: base64url of the first bytes of SHA-256 over its kind and id, for a subscription also its
 * creation. It is the same in every agent, so that what a gateway counts under it survives the agent.
 *
 * - `keys`: SHA-256 of a key, in lower-case hex → a record (`record.ts`).
 * - `exact`: a path in its own case, `/Orders/v1/`, `/` for the empty one → the API's token.
 * - `lower`: the same in lower case → the same token. A call whose two look-ups differ is ambiguous.
 * - `apis`: token → `id|product that opens it, or empty|query name, or empty|header name, or empty`.
 * - `above`: a lower-case path that an API's path continues: `/`, `/orders/` → `1`.
 * - `grants`: `scope/token` → `rate`, where the scope covers the API; and the scope alone → `1`, while its product is
 *   published. A scope is `p` and a product's tag, `a` and an API's tag, or `*`. A rate is `calls/seconds`, or `-`.
 *
 * A token is an API's tag. `!` stands before it where the short way is closed: the API has key names of its own, a product
 * opens it, or the path of another API continues its path.
 */
export const PUSHED_MAPS = ['keys', 'exact', 'lower', 'apis', 'above', 'grants'] as const;
export type PushedMap = (typeof PUSHED_MAPS)[number];

/** `value` is null for an entry that goes. */
export type PushedChange = { map: PushedMap; key: string; value: string | null };
export type PushedEntry = { map: PushedMap; key: string; value: string };
/**
 * Of the map `keys`, as bytes: the SHA-256 of each key, and the records one after the other, in ASCII. It holds until the
 * next one is asked for.
 */
export type KeyBatch = {
  count: number;
  hashes: Buffer;
  records: Buffer;
  /** Where in `records` each one ends. */
  ends: Uint32Array;
};
/** Everything, once: texts for a million keys would take most of the time. Keys come in the order of their hashes. */
export type PushedEntries = { catalog: readonly PushedEntry[]; keys: AsyncIterable<KeyBatch> };

/** Calls that a gateway has counted. Tags, empty for none. `keyMark`: as in `domain/key-life.ts`; null without a subscription. */
export type DrainedCalls = {
  subscriptionTag: string;
  keyMark: string | null;
  apiToken: string;
  outcome: CallOutcome;
  calls: number;
};

export type Lease = {
  /**
   * On the clock of `performance.now()`. To turn it into the gateway's clock, a carrier reads that clock first and this
   * one afterwards: a process that is stopped in between then gives less time, never more.
   */
  endsAt: number;
  /** How old the facts are, for `X-Gateway-Stale`; null while they are complete. */
  staleSeconds: number | null;
  share: Share;
};

/**
 * A gateway that answers later counts as away. That is longer than a lease, because nothing is wrong meanwhile: it refuses
 * calls once its time is over, and a late answer of a busy machine must not cost a new load.
 */
export const MAX_ANSWER_MS = 10_000;

/** One gateway. Each method rejects when the gateway has not done all of it: the agent then lets it fall silent. */
export type Carrier = {
  readonly kind: 'haproxy' | 'nginx';
  /** Replaces everything. The gateway refuses calls, or answers them by what it had, until all of it is there. */
  load(entries: PushedEntries): Promise<void>;
  /** In this order. Resolves once every worker of the gateway answers by the last one. */
  apply(changes: readonly PushedChange[]): Promise<void>;
  /**
   * The gateway may answer until then, by its own clock, without the agent. An end in the past silences it at once.
   * Gives whether it has begun to count a window of a rate since the last time.
   */
  keepAlive(lease: Lease): Promise<boolean>;
  /** What was counted since the last time. Counts that could not be read come next time. */
  drain(): Promise<DrainedCalls[]>;
  close(): Promise<void>;
};
