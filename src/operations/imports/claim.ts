import { z } from 'zod';
import { findLastMailDue, lockImport, updateImport } from '../../db/imports/imports.ts';
import * as input from '../frame/input.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';
import { listOutcomes, openRows } from './stored-dry-run.ts';

/** Far longer than one slice takes; what a killed process left goes on within two minutes, the sweep included. */
const LEASE_SECONDS = 60;

export type ClaimedImport = NonNullable<Awaited<ReturnType<typeof claimImport>>>;

/**
 * Takes an import for one slice of its rows, and tells how far it is. Null when there is nothing to do: another process
 * is at it, or it has ended.
 */
export const claimImport = defineOperation({
  name: 'imports/claim',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: z.strictObject({ importId: input.rowId }),
  async run(act, { importId }) {
    const kept = await lockImport(act.tx, act.service.id, importId);
    if (kept?.state !== 'applying' || (kept.leasedUntil && kept.leasedUntil > act.now)) return null;
    const leasedUntil = new Date(act.now.getTime() + LEASE_SECONDS * 1_000);
    await updateImport(act.tx, kept, { leasedUntil });
    return {
      id: kept.id,
      ...openRows(act, kept),
      position: kept.position,
      leasedUntil,
      isLate: kept.expiresAt <= act.now,
      teamId: kept.teamId ?? '',
      slackUserId: kept.slackUserId ?? '',
      outcomes: await listOutcomes(act, kept),
      lastMailDue: await findLastMailDue(act.tx, act.service.id),
      message: { channelId: kept.channelId, messageTs: kept.messageTs },
    };
  },
});
