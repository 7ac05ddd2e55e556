// Whether a call may pass: one rule, both for the index in memory and for rows that were just read.
import type { AccountState } from './account-state.ts';
import type { Limits, OwnLimits } from './call-limits.ts';
import type { KeyNames } from './key-names.ts';
import type { SubscriptionState } from './subscription-state.ts';

export type CalledApi = {
  readonly id: string;
  readonly path: string;
  /** Where calls carry their key; null: where every API's calls do. */
  readonly keyNames: KeyNames | null;
  /** A published product with this API that takes no subscription; null: there is none. */
  readonly openProductId: string | null;
};
export type CalledProduct = {
  readonly id: string;
  readonly isPublished: boolean;
  readonly apiIds: ReadonlySet<string>;
  readonly limits: Limits;
};
export type CallingAccount = {
  /** Of its row. */
  readonly id: string;
  /** What programs know it by. */
  readonly resourceId: string;
  readonly state: AccountState;
  readonly groupIds: readonly string[];
};
/** Its scope is a product, one API, or, with neither, all APIs. Times are milliseconds since 1970. */
export type CallingSubscription = {
  readonly id: string;
  /** Tells it from a former one with its id. */
  readonly createdAt: number;
  readonly state: SubscriptionState;
  readonly startsAt: number | null;
  readonly endsAt: number | null;
  readonly productId: string | null;
  readonly apiId: string | null;
  readonly ownLimits: OwnLimits;
  /** Its quota is used up until then; null: it has calls left. */
  readonly quotaEndsAt: number | null;
  readonly account: CallingAccount | null;
};

/** The key that a call carries. `mark`: as `keyMark` has it. `endsAt` in milliseconds since 1970; null: no earlier than its subscription. */
type CallingKey = { readonly mark: string; readonly endsAt: number | null };

/** What was found about a call. Null: no API is there; no subscription has this key, or none was shown. */
export type CallFacts = {
  readonly api: CalledApi | null;
  readonly subscription: CallingSubscription | null;
  /** Of the subscription. */
  readonly key: CallingKey | null;
  /** The product that the subscription is to. */
  readonly product: CalledProduct | null;
};

export type CallRefusal =
  | 'account_blocked'
  | 'account_pending'
  | 'subscription_submitted'
  | 'subscription_suspended'
  | 'subscription_rejected'
  | 'subscription_cancelled'
  | 'subscription_expired'
  | 'subscription_not_started'
  | 'key_expired'
  | 'product_not_published'
  | 'api_unknown'
  | 'api_not_covered'
  | 'quota_exceeded';

export type CallVerdict =
  /** `subscription` is null for a call that needs none. */
  | { kind: 'passes'; subscription: CallingSubscription | null; productId: string | null }
  /** A key that is missing, malformed, unknown, replaced, deleted, or of a deleted account: all the same. */
  | { kind: 'no_key' }
  | { kind: 'refused'; because: CallRefusal; subscription: CallingSubscription };

/** Of all published products that open one API, the one that its calls count for. */
export const openProductOf = (ids: readonly string[]): string | null => ids.toSorted()[0] ?? null;

const NO_KEY: CallVerdict = { kind: 'no_key' };
const ACCOUNT_REFUSALS = { blocked: 'account_blocked', pending: 'account_pending' } as const;

/**
 * Decides about one call at a moment (milliseconds since 1970). A blocked account is always refused, also where no key is
 * needed. There, any other key that would not pass counts as no key, as at Azure.
 * Source: Azure, "Subscriptions in Azure API Management"; user accounts: a blocked developer can't call any APIs.
 */
export function mayCall(facts: CallFacts, now: number): CallVerdict {
  const { api, subscription } = facts;
  const openProductId = api?.openProductId ?? null;
  if (!subscription || subscription.account?.state === 'deleted')
    return openProductId === null ? NO_KEY : { kind: 'passes', subscription: null, productId: openProductId };
  const state = subscription.account?.state ?? 'active';
  if (state === 'blocked' || state === 'pending')
    return { kind: 'refused', because: ACCOUNT_REFUSALS[state], subscription };
  const because = refusalOf(facts, subscription, now);
  if (because === null) return { kind: 'passes', subscription, productId: subscription.productId };
  if (openProductId !== null) return { kind: 'passes', subscription: null, productId: openProductId };
  return { kind: 'refused', because, subscription };
}

function refusalOf(
  { api, key, product }: CallFacts,
  subscription: CallingSubscription,
  now: number,
): CallRefusal | null {
  const { state, startsAt, endsAt, productId, apiId, quotaEndsAt } = subscription;
  if (state !== 'active') return `subscription_${state}`;
  if (endsAt !== null && endsAt <= now) return 'subscription_expired';
  if (key && key.endsAt !== null && key.endsAt <= now) return 'key_expired';
  if (startsAt !== null && startsAt > now) return 'subscription_not_started';
  if (productId !== null && !product?.isPublished) return 'product_not_published';
  if (!api) return 'api_unknown';
  const isCovered =
    productId === null ? apiId === null || apiId === api.id : product?.apiIds.has(api.id) === true;
  if (!isCovered) return 'api_not_covered';
  return quotaEndsAt !== null && quotaEndsAt > now ? 'quota_exceeded' : null;
}
