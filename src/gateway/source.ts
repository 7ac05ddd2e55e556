// The database, as the check uses it. `app.ts` makes it from `db` and passes it in.
import type { CallBatch, QuotaUse } from '../domain/call-counts.ts';
import type { Share } from '../domain/call-limits.ts';
import type {
  AccountRow,
  ApiRow,
  CallQuery,
  CallRows,
  FollowerBeat,
  GatewayChange,
  GatewayQuestion,
  ProductRow,
  SubscriptionRow,
  TakeRows,
} from '../domain/gateway-rows.ts';

/** Reads over its own connections. `abandon` closes them without waiting for queries that hang. */
export type Rows = {
  /** All subscriptions, then the accounts and the keys, all at one moment. */
  each(take: TakeRows): Promise<void>;
  subscriptions(ids: readonly string[]): Promise<SubscriptionRow[]>;
  accounts(ids: readonly string[]): Promise<AccountRow[]>;
  /** Null for all. */
  products(ids: readonly string[] | null): Promise<ProductRow[]>;
  apis(ids: readonly string[] | null): Promise<ApiRow[]>;
  findCall(call: CallQuery): Promise<CallRows>;
  /** Where the quotas of these subscriptions stand, in the period that they were last called in. */
  quotaUse(subscriptionIds: readonly string[]): Promise<QuotaUse[]>;
  notify(channel: string, payload: string): Promise<void>;
  /**
   * Renews the row that makes changes wait for this process, and notifies the channel `id` of that. Resolves with its share
   * of each rate.
   */
  beat(id: string, payload: string, beat: FollowerBeat): Promise<Share>;
  leave(id: string): Promise<void>;
  close(): Promise<void>;
  abandon(): void;
};

export type GatewaySource = {
  openRows(maxConnections: number): Rows;
  /** Resolves once it reports every later commit. Calls `lost` when it can't any more. */
  hearChanges(on: {
    change(change: GatewayChange): void;
    question(question: GatewayQuestion): void;
    usage(question: GatewayQuestion): void;
    beat(payload: string): void;
    lost(): void;
  }): Promise<{ beatChannel: string; close(): void }>;
  /** Adds the calls to all counts, once for each number of a source, and gives where quotas stand. */
  addUsage(batch: CallBatch): Promise<QuotaUse[]>;
};
