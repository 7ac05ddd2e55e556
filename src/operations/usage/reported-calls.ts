import { z } from 'zod';
import type { ReportedCalls } from '../../db/usage/report.ts';
import type { Act } from '../frame/context.ts';
import * as lists from '../frame/lists.ts';

const DAY_MS = 86_400_000;
/** Nothing is older. */
const DAYS_KEPT = 500;
/** A report is short beside a list: it is read from its begin. */
const MAX_SKIPPED = 1_000_000;
const id = z.string().max(256).optional();

/** A page of a report on a time, and on whose calls. The ids are those of rows; one that no row has finds nothing. */
export const reportInput = {
  from: z.date(),
  to: z.date(),
  only: z.strictObject({ account: id, product: id, api: id, subscription: id }).default({}),
  limit: lists.limit.default(100),
  skip: z
    .int('must be a whole number')
    .min(0, 'must be 0 at least')
    .max(MAX_SKIPPED, `must be ${MAX_SKIPPED} at most`)
    .default(0),
};

export function reportedCalls(
  { service, now }: Act,
  { from, to, only }: Pick<ReportedCalls, 'from' | 'to' | 'only'>,
): ReportedCalls {
  const first = now.getTime() - DAYS_KEPT * DAY_MS;
  const within = (at: Date) => new Date(Math.min(Math.max(at.getTime(), first), now.getTime()));
  // A time that ended before has no calls.
  return {
    serviceId: service.id,
    from: within(from),
    to: to.getTime() < first ? new Date(0) : within(to),
    only,
  };
}
