// What the operations of usage share.
import { z } from 'zod';
import { readRefusals, readUsage } from '../../db/usage/read.ts';
import { USAGE_TIMES, type UsageOf, type UsagePoint, type UsageTime } from '../../domain/usage-times.ts';
import type { Act } from '../frame/context.ts';

export const usageTime = z.enum(USAGE_TIMES);

/** Calls over a time, and those that didn't pass by reason (`domain/call-counts.ts`), the most frequent first. */
export type UsageView = {
  time: UsageTime;
  points: UsagePoint[];
  refusals: { outcome: string; calls: number }[];
};

export async function viewUsage(act: Act, of: UsageOf, time: UsageTime): Promise<UsageView> {
  const query = { serviceId: act.service.id, of, time, now: act.now };
  const [points, refusals] = await Promise.all([readUsage(act.tx, query), readRefusals(act.tx, query)]);
  return { time, points, refusals };
}
