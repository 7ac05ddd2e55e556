import { z } from 'zod';
import { type AzureInstanceRow, lockInstance, updateInstance } from '../../db/azure/instances.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';
import { nextPullAt, type Phase, phaseAfter } from './pass.ts';

/** Azure's are links of their lists. */
const MAX_CURSOR_LENGTH = 8_000;
const MAX_WAIT_MS = 3_600_000;

const page = z.strictObject({
  /** Records on it. */
  seen: z.int().nonnegative(),
  /** Where the kind goes on; null at its end. */
  cursor: z.string().max(MAX_CURSOR_LENGTH).nullable(),
});
const fault = z.strictObject({
  code: z.string().max(40),
  /** As Azure asks. */
  retryAfterMs: z.number().nonnegative().nullable(),
  /** Azure no longer knows the cursor: the kind is read again from its beginning. */
  isOfCursor: z.boolean(),
});
type Fault = z.output<typeof fault>;

/**
 * Stores how a page ended, and queues the next one. Of a page that could not be read it stores why, and leaves Azure in peace
 * for a while. Does nothing when the lease was lost, because another process has the comparison then.
 */
export const settlePull = defineOperation({
  name: 'azure/settle-pull',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: { leasedUntil: z.date(), ended: z.union([page, fault]) },
  async run(act, { leasedUntil, ended }) {
    const { tx, now } = act;
    const row = await lockInstance(tx, act.service.id);
    if (!row?.phase || row.leasedUntil?.getTime() !== leasedUntil.getTime()) return;
    const { serviceId, phase } = row;
    const isRead = 'cursor' in ended;
    const change = isRead ? afterPage(row, phase, ended, now) : afterFault(row, phase, ended, now);
    await updateInstance(tx, serviceId, change);
    await addJob(tx, 'azure-pull', { serviceId }, { runAt: nextPullAt({ ...row, ...change }, now) });
  },
});

function afterPage(
  row: AzureInstanceRow,
  phase: Phase,
  { seen, cursor }: z.output<typeof page>,
  now: Date,
): Partial<AzureInstanceRow> {
  const well = { leasedUntil: null, holdUntil: null, trouble: null, troubleSince: null };
  const counts = { ...row.counts, [phase]: (row.counts[phase] ?? 0) + seen };
  const next = cursor === null ? phaseAfter(phase) : phase;
  if (next) return { ...well, counts, cursor, phase: next };
  const firstPassEndedAt = row.firstPassEndedAt ?? now;
  return { ...well, counts, cursor: null, phase: null, passEndedAt: now, firstPassEndedAt };
}

function afterFault(row: AzureInstanceRow, phase: Phase, ended: Fault, now: Date): Partial<AzureInstanceRow> {
  const until = waitEnd(row, ended, now);
  return {
    trouble: ended.code,
    troubleSince: row.troubleSince ?? now,
    // Until then no process reads a page. Whether orders can be sent is another matter, but for a few faults.
    leasedUntil: until,
    ...(HOLDS_ALL.includes(ended.code) ? { holdUntil: until } : {}),
    ...(ended.isOfCursor ? { cursor: null, counts: { ...row.counts, [phase]: 0 } } : {}),
  };
}

/** No other call would fare better. */
const HOLDS_ALL = ['unreachable', 'credential'];
/** These may pass soon: the wait is as long as they lasted until now. */
const PASSING = ['unreachable', 'failed'];
const SHORTEST_MS = 2_000;
const LONGEST_MS = 30_000;
const OTHERWISE_MS = 60_000;

function waitEnd({ troubleSince }: AzureInstanceRow, { code, retryAfterMs }: Fault, now: Date): Date {
  const lastedMs = now.getTime() - (troubleSince ?? now).getTime();
  const passingMs = Math.min(Math.max(lastedMs, SHORTEST_MS), LONGEST_MS);
  const waitMs = retryAfterMs ?? (PASSING.includes(code) ? passingMs : OTHERWISE_MS);
  return new Date(now.getTime() + Math.min(waitMs, MAX_WAIT_MS));
}
