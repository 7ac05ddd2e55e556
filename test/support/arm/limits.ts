// Azure Resource Manager's limits: a bucket of tokens for each principal and kind of request.
// https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling

type Kind = 'reads' | 'writes' | 'deletes';

/** As published for one subscription and principal: how many at once, and how many a second in the long run. */
const PUBLISHED: Readonly<Record<Kind, { size: number; perSecond: number }>> = {
  reads: { size: 250, perSecond: 25 },
  writes: { size: 200, perSecond: 10 },
  deletes: { size: 200, perSecond: 10 },
};

export type Taken = {
  headers: Record<string, string>;
  /** Null: it may pass. */
  retryAfterSeconds: number | null;
};

/** `factor` 2 allows twice as much; null allows everything and tells nothing, as before the first call. */
export function createArmLimits() {
  const buckets = new Map<string, { tokens: number; at: number }>();
  let factor: number | null = null;
  return {
    set(wanted: number | null): void {
      factor = wanted;
      buckets.clear();
    },
    take(principal: string, method: string): Taken {
      if (factor === null) return { headers: {}, retryAfterSeconds: null };
      const kind = kindOf(method);
      const size = Math.max(1, PUBLISHED[kind].size * factor);
      const perSecond = PUBLISHED[kind].perSecond * factor;
      const now = performance.now();
      const name = `${principal} ${kind}`;
      const bucket = buckets.get(name) ?? { tokens: size, at: now };
      const tokens = Math.min(size, bucket.tokens + ((now - bucket.at) / 1_000) * perSecond);
      const isLeft = tokens >= 1;
      const left = isLeft ? tokens - 1 : tokens;
      buckets.set(name, { tokens: left, at: now });
      return {
        headers: { [`x-ms-ratelimit-remaining-subscription-${kind}`]: String(Math.floor(left)) },
        retryAfterSeconds: isLeft ? null : Math.max(1, Math.ceil((1 - tokens) / perSecond)),
      };
    },
  };
}

function kindOf(method: string): Kind {
  if (method === 'GET' || method === 'HEAD') return 'reads';
  return method === 'DELETE' ? 'deletes' : 'writes';
}
