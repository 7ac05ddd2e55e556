import { z } from 'zod';
import { lockImport, updateImport } from '../../db/imports/imports.ts';
import { actorId } from '../frame/actor.ts';
import { defineOperation, input } from '../frame/operation.ts';

/** Stores where the message with the dry run is. Only for the admin who made it. */
export const recordImportMessage = defineOperation({
  name: 'imports/record-message',
  allowed: ['admin'],
  effect: 'bookkeeping',
  input: {
    importId: input.rowId,
    channelId: z.string().max(40),
    messageTs: z.string().max(40),
  },
  async run(act, { importId, channelId, messageTs }) {
    const row = await lockImport(act.tx, act.service.id, importId);
    if (row?.plannedBy === actorId(act.actor)) await updateImport(act.tx, row, { channelId, messageTs });
  },
});
