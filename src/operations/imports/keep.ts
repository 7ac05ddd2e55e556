import { z } from 'zod';
import { MAX_IMPORT_ROWS } from '../accounts/check-import.ts';
import { storeBatch } from '../batches/stored-rows.ts';
import { defineOperation } from '../frame/operation.ts';
import { plannedRow } from './rows.ts';

export const MAX_TABLE_NAME_LENGTH = 255;

/**
 * Stores a dry run for an hour, so that Slack's Apply button applies exactly what it showed.
 * Errors: `limit_reached` when 20 previews are stored already.
 */
export const keepImport = defineOperation({
  name: 'imports/keep',
  allowed: ['admin'],
  effect: 'change',
  input: {
    name: z.string().max(MAX_TABLE_NAME_LENGTH),
    rows: z.array(plannedRow).min(1).max(MAX_IMPORT_ROWS),
  },
  async run(act, { name, rows }) {
    const stored = await storeBatch(act, { kind: 'import', about: { name }, rows });
    act.record({
      target: { kind: 'batch', id: stored.batchId },
      after: { rows: rows.length, new: stored.toDo },
    });
    return stored;
  },
});
