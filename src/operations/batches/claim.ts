import { type Batch, findLastMailDue, lockBatch, updateBatch } from '../../db/batches/batches.ts';
import { defineOperation, input, SYSTEM } from '../frame/operation.ts';
import { listOutcomes, openRows } from './stored-rows.ts';

/** Far longer than one slice takes. With the sweep, the batch of a killed process continues within two minutes. */
const LEASE_SECONDS = 60;

export type ClaimedBatch = NonNullable<Awaited<ReturnType<typeof claimBatch>>>;

/**
 * Leases a batch for one slice of its rows. Null when another process has it, or when it has ended.
 */
export const claimBatch = defineOperation({
  name: 'batches/claim',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: { batchId: input.rowId },
  async run(act, { batchId }) {
    const row = await lockBatch(act.tx, act.service.id, batchId);
    if (row?.state !== 'applying' || (row.leasedUntil && row.leasedUntil > act.now)) return null;
    const leasedUntil = new Date(act.now.getTime() + LEASE_SECONDS * 1_000);
    await updateBatch(act.tx, row, { leasedUntil });
    const stored = openRows(act, row);
    return {
      id: row.id,
      kind: row.kind,
      action: row.action,
      ...stored,
      position: row.position,
      leasedUntil,
      stop: row.stopAskedBy !== null ? { by: row.stopAskedBy } : row.expiresAt <= act.now ? 'late' : null,
      runner: runnerOf(row),
      approval: row.approvalId
        ? { id: row.approvalId, decidedBy: row.approvedBy, decidedByName: row.approvedByName }
        : null,
      outcomes: await listOutcomes(act, row, stored),
      lastMailDue: await findLastMailDue(act.tx, act.service.id),
      message: { channelId: row.channelId, messageTs: row.messageTs },
    } as const;
  },
});

/** Whose rights the rows run with: looked up again for each slice. */
function runnerOf({ appliedByKind, appliedByName, teamId, slackUserId }: Batch) {
  if (appliedByKind !== 'slack') return { kind: appliedByKind, name: appliedByName };
  return { kind: appliedByKind, teamId: teamId ?? '', userId: slackUserId ?? '' };
}
