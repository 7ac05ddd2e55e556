// What a gateway needs to know about one key, as a text: the part of the rule that needs neither the call nor the time.
import type { Rate } from '../../domain/call-limits.ts';
import type { CallingSubscription, CallRefusal } from '../../domain/may-call.ts';
import { encoded, fittingGroups } from '../check/check-response.ts';
import { apiTag, productTag, subscriptionTag } from './tag.ts';

/** The end of a subscription without one, in milliseconds since 1970: the year 2286. */
const NO_END = 9_999_999_999_999;
const OK = 'ok|';
const NO_GROUPS = { text: '', isCut: false };

/**
 * The fields, joined by `|`: why (`ok`, or a refusal), from, until (a call passes when from ≤ now < until), scope, tag,
 * subscription id, product id, account id, groups, own rate (empty: as the product; `-`: unlimited), start, end of the
 * used-up quota (0: none), and `1` when groups were cut. A key that ends before its subscription has one field more: when that
 * ends. Null for the keys of a deleted account, which count as unknown.
 */
export function recordOf(
  subscription: CallingSubscription,
  keyEndsAt: number | null,
  tag = subscriptionTag(subscription),
): string | null {
  const { account, productId, startsAt } = subscription;
  if (account?.state === 'deleted') return null;
  const quotaEndsAt = subscription.quotaEndsAt ?? 0;
  const endsAt = subscription.endsAt ?? NO_END;
  const isKeyFirst = keyEndsAt !== null && keyEndsAt < endsAt;
  const until = isKeyFirst ? keyEndsAt : endsAt;
  const from = Math.max(startsAt ?? 0, quotaEndsAt);
  const ids = `${encoded(subscription.id)}|${encoded(productId)}|${encoded(account?.resourceId)}`;
  const groups = account ? fittingGroups(account.groupIds) : NO_GROUPS;
  const rate = rateOf(subscription.ownLimits.rate);
  // One text and no list, because a million of them are made at once.
  return `${whyOf(subscription)}|${from}|${until}|${scopeOf(subscription)}|${tag}|${ids}|${groups.text}|${rate}|${startsAt ?? 0}|${quotaEndsAt}|${groups.isCut ? '1' : ''}${isKeyFirst ? `|${endsAt}` : ''}`;
}

/** The first refusal of `mayCall` that neither the call nor the time decides. */
function whyOf({ account, state }: CallingSubscription): 'ok' | CallRefusal {
  if (account?.state === 'blocked') return 'account_blocked';
  if (account?.state === 'pending') return 'account_pending';
  return state === 'active' ? 'ok' : `subscription_${state}`;
}

function scopeOf({ productId, apiId }: CallingSubscription): string {
  if (productId !== null) return `p${productTag(productId)}`;
  return apiId === null ? '*' : `a${apiTag(apiId)}`;
}

const rateOf = (own: Rate | 'unlimited' | null): string => {
  if (own === null) return '';
  return own === 'unlimited' ? UNLIMITED : rateText(own);
};

export const UNLIMITED = '-';
export const rateText = ({ calls, seconds }: Rate): string => `${calls}/${seconds}`;

/** What a key may do by a new record, compared with its former one: null for none. */
export function compareRecords(from: string | null, to: string | null): 'less' | 'more' | 'other' {
  if (to === null || !to.startsWith(OK)) return 'less';
  if (!from?.startsWith(OK)) return 'more';
  const [, begin, end, scope] = from.split('|');
  const [, newBegin, newEnd, newScope] = to.split('|');
  if (scope !== newScope) return 'other';
  if (Number(newBegin) >= Number(begin) && Number(newEnd) <= Number(end)) return 'less';
  return Number(newBegin) <= Number(begin) && Number(newEnd) >= Number(end) ? 'more' : 'other';
}
