// The limits of a product or subscription in an audit row.
import type { OwnLimits } from '../../domain/call-limits.ts';
import { ownQuotaText, ownRateText } from '../../domain/limit-words.ts';

type Given = { [Kind in keyof OwnLimits]?: OwnLimits[Kind] | undefined };

/** Those that are given, as people read them. */
export const limitTextsOfSubscription = ({ rate, quota }: Given) => ({
  ...(rate === undefined ? {} : { rate: ownRateText(rate) }),
  ...(quota === undefined ? {} : { quota: ownQuotaText(quota) }),
});

export const limitTextsOfProduct = ({ rate, quota }: Given) => ({
  ...(rate === undefined ? {} : { rate: rate && ownRateText(rate) }),
  ...(quota === undefined ? {} : { quota: quota && ownQuotaText(quota) }),
});
