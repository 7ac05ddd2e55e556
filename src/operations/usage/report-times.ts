import { z } from 'zod';
import { type ReportSums, readTimes } from '../../db/usage/report.ts';
import { defineOperation, READERS } from '../frame/operation.ts';
import { reportedCalls, reportInput } from './reported-calls.ts';

const HOUR_MS = 3_600_000;

type Interval = ReportSums & { startsAt: Date; hours: number };

/**
 * The calls of a time by intervals of `hours`, counted from 1970; those without calls are left out. Older calls are kept by
 * the day: their intervals are days at least.
 */
export const reportTimes = defineOperation({
  name: 'usage/report-times',
  allowed: READERS,
  effect: 'read',
  input: { ...reportInput, hours: z.int().min(1).max(10_000) },
  async run(act, { hours, limit, skip, ...calls }) {
    const intervals = new Map<string, Interval>();
    for (const { startsAt, hours: kept, ...sums } of await readTimes(act.tx, reportedCalls(act, calls))) {
      const length = Math.max(hours, kept);
      const start = Math.floor(startsAt.getTime() / (length * HOUR_MS)) * length * HOUR_MS;
      const key = `${start} ${length}`;
      const { passed, blocked, failed } = intervals.get(key) ?? { passed: 0, blocked: 0, failed: 0 };
      intervals.set(key, {
        ...{ startsAt: new Date(start), hours: length },
        ...{ passed: passed + sums.passed, blocked: blocked + sums.blocked, failed: failed + sums.failed },
      });
    }
    const all = [...intervals.values()];
    return { intervals: all.slice(skip, skip + limit), count: all.length };
  },
});
