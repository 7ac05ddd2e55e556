import { findLastMailDue, lockImport, updateImport } from '../../db/imports/imports.ts';
import { defineOperation, input, SYSTEM } from '../frame/operation.ts';
import { listOutcomes, openRows } from './stored-dry-run.ts';

/** Far longer than one slice takes. With the sweep, the import of a killed process continues within two minutes. */
const LEASE_SECONDS = 60;

export type ClaimedImport = NonNullable<Awaited<ReturnType<typeof claimImport>>>;

/**
 * Leases an import for one slice of its rows. Null when another process has it, or when it has ended.
 */
export const claimImport = defineOperation({
  name: 'imports/claim',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: { importId: input.rowId },
  async run(act, { importId }) {
    const row = await lockImport(act.tx, act.service.id, importId);
    if (row?.state !== 'applying' || (row.leasedUntil && row.leasedUntil > act.now)) return null;
    const leasedUntil = new Date(act.now.getTime() + LEASE_SECONDS * 1_000);
    await updateImport(act.tx, row, { leasedUntil });
    return {
      id: row.id,
      ...openRows(act, row),
      position: row.position,
      leasedUntil,
      isLate: row.expiresAt <= act.now,
      teamId: row.teamId ?? '',
      slackUserId: row.slackUserId ?? '',
      outcomes: await listOutcomes(act, row),
      lastMailDue: await findLastMailDue(act.tx, act.service.id),
      message: { channelId: row.channelId, messageTs: row.messageTs },
    };
  },
});
