import { z } from 'zod';
import { newId } from '../../db/ids.ts';
import { countImportsNotEnded, insertImport } from '../../db/imports/imports.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { MAX_IMPORT_ROWS } from '../accounts/check-import.ts';
import { actorId } from '../frame/actor.ts';
import { defineOperation } from '../frame/operation.ts';
import { hoursAfter } from '../frame/outbox.ts';
import { plannedRow } from './rows.ts';
import { sealRows } from './stored-dry-run.ts';

const IMPORT_LIFETIME_HOURS = 1;
const MAX_STORED = 20;
export const MAX_TABLE_NAME_LENGTH = 255;

/**
 * Stores a dry run for an hour, so that Slack's Apply button applies exactly what it showed.
 * Errors: `limit_reached` when 20 are stored already.
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
    const serviceId = act.service.id;
    if ((await countImportsNotEnded(act.tx, serviceId)) >= MAX_STORED)
      throw new DomainError('limit_reached', { limit: `${MAX_STORED} dry runs and imports at a time` });
    const id = newId(act.now, act.random);
    const expiresAt = hoursAfter(act.now, IMPORT_LIFETIME_HOURS);
    await insertImport(act.tx, {
      serviceId,
      id,
      state: 'open',
      sealedRows: sealRows(act, id, name, rows),
      total: rows.length,
      plannedBy: actorId(act.actor),
      createdAt: act.now,
      expiresAt,
    });
    const isNew = rows.filter((row) => row.status === 'new').length;
    act.record({ target: { kind: 'import', id }, after: { rows: rows.length, new: isNew } });
    return { importId: id, expiresAt };
  },
});
