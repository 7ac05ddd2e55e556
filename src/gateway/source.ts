// Where the check's facts come from. `app` makes it from db and passes it in.
import type { CallFacts } from '../domain/may-call.ts';
import type { AccountRow, ApiRow, ProductRow, SubscriptionRow } from './call-index.ts';

export type Change = { kind: 'account' | 'subscription' | 'product' | 'api'; id: string };

/** A call as the database is asked about it: by `apiId`, or by every path that the API may have. */
export type SoughtCall = {
  keyHash: string | null;
  apiId: string | null;
  apiPaths: readonly string[];
  /** Whether an API begins below this path is asked too. */
  below: string | null;
};
export type FoundCall = Pick<CallFacts, 'subscription' | 'product'> & {
  apis: NonNullable<CallFacts['api']>[];
  hasBelow: boolean;
};

/** Connections of their own; `abandon` closes them without waiting for what hangs on them. */
export type Rows = {
  eachSubscription(pageSize: number, take: (page: SubscriptionRow[]) => void): Promise<void>;
  subscriptions(ids: readonly string[]): Promise<SubscriptionRow[]>;
  accounts(ids: readonly string[]): Promise<AccountRow[]>;
  /** Null: all. */
  products(ids: readonly string[] | null): Promise<ProductRow[]>;
  apis(ids: readonly string[] | null): Promise<ApiRow[]>;
  findCall(call: SoughtCall): Promise<FoundCall>;
  notify(channel: string, payload: string): Promise<void>;
  close(): Promise<void>;
  abandon(): void;
};

export type GatewaySource = {
  openRows(maxConnections: number): Rows;
  /** Resolves once every later commit is told of; `lost` says that it no longer is. */
  hearChanges(on: {
    change(change: Change): void;
    beat(payload: string): void;
    lost(): void;
  }): Promise<{ beatChannel: string; close(): void }>;
  addUsage(usage: readonly { subscriptionId: string; calls: number; lastUsedAt: Date }[]): Promise<void>;
};
