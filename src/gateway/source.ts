// The database, as the check uses it. `app.ts` makes it from `db` and passes it in.
import type { CallFacts } from '../domain/may-call.ts';
import type { AccountRow } from './account-table.ts';
import type { ApiRow, ProductRow } from './api-catalog.ts';
import type { SubscriptionRow } from './call-index.ts';

export type Change = { kind: 'account' | 'subscription' | 'product' | 'api'; id: string };

/** `apiId` names the API, or else `apiPaths` has every path that it may have. */
export type CallQuery = {
  keyHash: string | null;
  apiId: string | null;
  apiPaths: readonly string[];
  /** Also look whether an API begins below this path. */
  below: string | null;
};
export type CallRows = Pick<CallFacts, 'subscription' | 'product'> & {
  apis: NonNullable<CallFacts['api']>[];
  hasBelow: boolean;
};

/** Reads over connections of its own. `abandon` closes them without waiting for queries that hang. */
export type Rows = {
  eachSubscription(pageSize: number, take: (page: SubscriptionRow[]) => void): Promise<void>;
  subscriptions(ids: readonly string[]): Promise<SubscriptionRow[]>;
  accounts(ids: readonly string[]): Promise<AccountRow[]>;
  /** Null for all. */
  products(ids: readonly string[] | null): Promise<ProductRow[]>;
  apis(ids: readonly string[] | null): Promise<ApiRow[]>;
  findCall(call: CallQuery): Promise<CallRows>;
  notify(channel: string, payload: string): Promise<void>;
  close(): Promise<void>;
  abandon(): void;
};

export type GatewaySource = {
  openRows(maxConnections: number): Rows;
  /** Resolves once every later commit is heard of; `lost` is called when that ends. */
  hearChanges(on: {
    change(change: Change): void;
    beat(payload: string): void;
    lost(): void;
  }): Promise<{ beatChannel: string; close(): void }>;
  addUsage(usage: readonly { subscriptionId: string; calls: number; lastUsedAt: Date }[]): Promise<void>;
};
