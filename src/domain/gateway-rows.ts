// The rows that gateway checks depend on, as the database gives them to the gateway's index.
import type { Limits } from './call-limits.ts';
import type { HeldKeySlot } from './key-life.ts';
import type { CalledApi, CallFacts, CallingAccount, CallingSubscription } from './may-call.ts';

/** A process trusts what it holds for at most this long after it sent a heartbeat that came back. */
export const GATEWAY_LEASE_MS = 2_000;

/**
 * What a heartbeat says. `host`: the machine's name. `isAnswering`: it answered calls of limited subscriptions within the
 * last minute. Without a lease, changes don't wait for it.
 */
export type FollowerBeat = {
  kind: 'process' | 'haproxy' | 'nginx';
  host: string;
  isAnswering: boolean;
  isLeased: boolean;
};
/** A heartbeat of this age, in milliseconds, says that its sender is there. */
export const FOLLOWER_FRESH_MS = 2 * GATEWAY_LEASE_MS;
/** One of the processes, or of the agents beside gateways. `loading`: it can't answer from memory yet, or not any more. */
export type SeenFollower = Pick<FollowerBeat, 'kind' | 'host'> & {
  state: 'connected' | 'loading' | 'silent';
  beatAgeSeconds: number;
};

/** Asks each process to answer on `channel` once it knows what was committed before. */
export type GatewayQuestion = { token: string; channel: string };

/** A changed row, which the index reads again. */
export type GatewayChange = { kind: 'account' | 'subscription' | 'product' | 'api'; id: string };

export type AccountRow = CallingAccount;
/** `endsAt`: null for a key that ends with its subscription. */
type HeldKey<Hash> = { slot: HeldKeySlot; hash: Hash; endsAt: number | null };
/** Hashes are in hex, times in milliseconds since 1970. */
export type SubscriptionRow = Omit<CallingSubscription, 'account'> & {
  account: AccountRow | null;
  keys: readonly HeldKey<string>[];
};
/**
 * The same in three rows, as their tables have them. Ids and hashes are the bytes that the database sent,
 * because strings would take as much time as everything else; nobody may keep them.
 */
export type BareSubscriptionRow = Omit<CallingSubscription, 'id' | 'account'> & {
  id: Uint8Array;
  accountId: Uint8Array | null;
};
/** `resourceId` is null where it is the row's own id. */
export type BareAccountRow = Omit<AccountRow, 'id' | 'resourceId'> & {
  id: Uint8Array;
  resourceId: string | null;
};
export type KeyRow = { subscriptionId: Uint8Array } & HeldKey<Uint8Array>;
/** What becomes of each row of a load. */
export type TakeRows = {
  subscription(row: BareSubscriptionRow): void;
  account(row: BareAccountRow): void;
  key(row: KeyRow): void;
  /** Awaited after every thousand rows, by a reader that can't take them as fast as they come. */
  room?(): Promise<void>;
};
export type ProductRow = {
  id: string;
  isPublished: boolean;
  isSubscriptionRequired: boolean;
  limits: Limits;
  apiIds: readonly string[];
};
export type ApiRow = Omit<CalledApi, 'openProductId'>;

/** A call to look up: `apiId` names its API, or else `apiPaths` has every path that its API may have. */
export type CallQuery = {
  keyHash: string | null;
  apiId: string | null;
  apiPaths: readonly string[];
  /** Also find out whether the path of an API continues this one. */
  below: string | null;
};
export type CallRows = Pick<CallFacts, 'subscription' | 'key' | 'product'> & {
  apis: NonNullable<CallFacts['api']>[];
  hasBelow: boolean;
};
