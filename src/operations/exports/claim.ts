import { lockExport } from '../../db/exports/exports.ts';
import { openSealedText } from '../../security/sealed-text.ts';
import { defineOperation, input, SYSTEM } from '../frame/operation.ts';
import type { Wanted } from './kinds.ts';
import { EXPORT_SEALED_AS } from './take.ts';
import type { Export } from './text.ts';

/** An export that still has to be sent, whose it is, and the file of a try that broke off. Null when it was sent or is over. */
export const claimExport = defineOperation({
  name: 'exports/claim',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: { exportId: input.rowId },
  async run(act, { exportId }) {
    const row = await lockExport(act.tx, act.service.id, exportId);
    if (!row || row.sentAt || row.endsAt <= act.now) return null;
    const wanted = JSON.parse(openSealedText(act.keyring, EXPORT_SEALED_AS, row.sealedWanted)) as Wanted;
    const { kind, format } = row as unknown as Export;
    return { kind, format, wanted, teamId: row.teamId, userId: row.slackUserId, fileId: row.fileId };
  },
});
