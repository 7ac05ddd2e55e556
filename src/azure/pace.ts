// Keeps within Azure Resource Manager's limits. Each subscription has three buckets of requests, which fill again evenly:
// https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
import { setTimeout as delay } from 'node:timers/promises';
import type { PipelinePolicy, PipelineResponse } from '@azure/core-rest-pipeline';
import { AzureFault, retryAfterMs } from './fault.ts';

type Bucket = 'reads' | 'writes' | 'deletes';
const REFILLED_PER_SECOND: Record<Bucket, number> = { reads: 25, writes: 10, deletes: 10 };
/** What is left for the subscription's other programs. */
const RESERVE = 50;
/** A job doesn't wait longer than this: it is queued again for later. */
const MAX_WAIT_MS = 5_000;

const bucketOf = (method: string): Bucket =>
  method === 'DELETE' ? 'deletes' : method === 'GET' || method === 'HEAD' ? 'reads' : 'writes';

/** Sits where each attempt passes. `isPatient`: waits as long as Azure says; otherwise a long wait is `throttled`. */
export function pacePolicy(isPatient: boolean): PipelinePolicy {
  const freeAt: Record<Bucket, number> = { reads: 0, writes: 0, deletes: 0 };
  return {
    name: 'pace',
    async sendRequest(request, next) {
      const bucket = bucketOf(request.method);
      const waitMs = freeAt[bucket] - performance.now();
      if (waitMs > MAX_WAIT_MS && !isPatient) throw throttled(waitMs);
      if (waitMs > 0) await delay(waitMs);
      const response = await next(request);
      const askedMs = response.status === 429 || response.status === 503 ? retryAfterMs(response) : null;
      const pauseMs = askedMs ?? pauseFor(bucket, response);
      freeAt[bucket] = Math.max(freeAt[bucket], performance.now() + pauseMs);
      if (askedMs !== null && askedMs > MAX_WAIT_MS && !isPatient) throw throttled(askedMs);
      return response;
    },
  };
}

const throttled = (waitMs: number) =>
  new AzureFault('throttled', {
    words: 'Azure takes no more requests for now.',
    retryAfterMs: Math.ceil(waitMs),
  });

/** As long as the bucket takes to fill up to the reserve. */
function pauseFor(bucket: Bucket, { headers }: PipelineResponse): number {
  const left = ['subscription', 'subscription-global', 'tenant', 'tenant-global']
    .map((scope) => headers.get(`x-ms-ratelimit-remaining-${scope}-${bucket}`))
    .filter((value) => value !== undefined)
    .map(Number)
    .filter(Number.isFinite);
  const missing = RESERVE - Math.min(RESERVE, ...left);
  return (missing / REFILLED_PER_SECOND[bucket]) * 1_000;
}
