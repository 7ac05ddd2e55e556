import { z } from 'zod';
import { lockImport, updateImport } from '../../db/imports/imports.ts';
import { actorId } from '../frame/actor.ts';
import * as input from '../frame/input.ts';
import { defineOperation } from '../frame/operation.ts';

/** Keeps where the message is that shows the dry run, for whoever had it made. */
export const recordImportMessage = defineOperation({
  name: 'imports/record-message',
  allowed: ['admin'],
  effect: 'bookkeeping',
  input: z.strictObject({
    importId: input.rowId,
    channelId: z.string().max(40),
    messageTs: z.string().max(40),
  }),
  async run(act, { importId, channelId, messageTs }) {
    const kept = await lockImport(act.tx, act.service.id, importId);
    if (kept?.plannedBy === actorId(act.actor)) await updateImport(act.tx, kept, { channelId, messageTs });
  },
});
