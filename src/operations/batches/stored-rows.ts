// The sealed rows of a batch, and what the audit says about each of them.

import { type Batch, countBatchesNotEnded, insertBatch, listAuditOfBatch } from '../../db/batches/batches.ts';
import { newId } from '../../db/ids.ts';
import { DomainError, isOfCaller } from '../../domain/domain-error.ts';
import { openSealedText, sealText } from '../../security/sealed-text.ts';
import { actorId } from '../frame/actor.ts';
import type { Act, Context } from '../frame/context.ts';
import { hoursAfter } from '../frame/outbox.ts';
import { type About, type BatchRow, outcomeOfRefusal, WAITS } from './kind.ts';
import { kindNamed } from './kinds.ts';

export const MAX_BATCH_ROWS = 10_000;
const LIFETIME_HOURS = 1;
const MAX_STORED = 20;
const SEALED_AS = 'import';
/** Keeps each part far below the limit of a sealed text. */
const ROWS_A_PART = 100;

/** `name` instead of `about`: sealed before there was any other kind than imports. */
type SealedPart = { id: string; at: number; about?: About; name?: string; rows: BatchRow[] };

export type NewBatch = {
  kind: Batch['kind'];
  action?: string;
  /** A selection that can't begin yet. */
  state?: 'draft' | 'open';
  about: About;
  rows: readonly BatchRow[];
  undoes?: string;
};

/**
 * Stores a preview for an hour, so that Apply does exactly what it showed.
 * Errors: `limit_reached` above 10,000 rows, and when 20 are stored already.
 */
export async function storeBatch(act: Act, { kind, action, state = 'open', about, rows, undoes }: NewBatch) {
  if (rows.length > MAX_BATCH_ROWS)
    throw new DomainError('limit_reached', { limit: `${MAX_BATCH_ROWS} rows` });
  const serviceId = act.service.id;
  if ((await countBatchesNotEnded(act.tx, serviceId)) >= MAX_STORED)
    throw new DomainError('limit_reached', { limit: `${MAX_STORED} previews and batches at a time` });
  const id = newId(act.now, act.random);
  const expiresAt = hoursAfter(act.now, LIFETIME_HOURS);
  const toDo = rows.filter((row) => kindNamed(kind).leftOut(row) === null).length;
  await insertBatch(act.tx, {
    serviceId,
    id,
    kind,
    ...(action ? { action } : {}),
    ...(undoes ? { undoes } : {}),
    state,
    sealedRows: sealRows(act, id, about, rows),
    total: rows.length,
    toDo,
    plannedBy: actorId(act.actor),
    createdAt: act.now,
    expiresAt,
  });
  return { batchId: id, expiresAt, toDo };
}

/** Seals the rows in parts that are bound to their batch and their order. */
export function sealRows(act: Act, id: string, about: About, rows: readonly BatchRow[]): string[] {
  const parts: string[] = [];
  for (let at = 0; at < rows.length; at += ROWS_A_PART) {
    const part: SealedPart = { id, at, about, rows: rows.slice(at, at + ROWS_A_PART) };
    parts.push(sealText(act.keyring, SEALED_AS, JSON.stringify(part), act.random));
  }
  return parts;
}

/** The rows as they were shown. Faults when a part isn't this batch's own. */
export function openRows(
  context: Pick<Context, 'keyring'>,
  { id, sealedRows }: Pick<Batch, 'id' | 'sealedRows'>,
): { about: About; rows: BatchRow[] } {
  const rows: BatchRow[] = [];
  let about: About = {};
  for (const sealed of sealedRows) {
    const part = JSON.parse(openSealedText(context.keyring, SEALED_AS, sealed)) as SealedPart;
    if (part.id !== id || part.at !== rows.length) throw new Error('a batch holds rows of another');
    rows.push(...part.rows);
    about = part.about ?? { name: part.name };
  }
  return { about, rows };
}

/** The request id of a row, by which its audit row is found. */
export const requestOfRow = (batchId: string, line: number): string => `${batchId}:${line}`;

/** How each row that was begun ended, by line. Audit rows are part of each row's transaction, so this is always right. */
export async function listOutcomes(
  act: Act,
  { serviceId, id, appliedAt, kind }: Batch,
  { about, rows }: { about: About; rows: readonly BatchRow[] },
): Promise<[line: number, outcome: string][]> {
  if (!appliedAt) return [];
  const outcomes = new Map<number, string>();
  const byLine = new Map(rows.map((row) => [row.line, row]));
  for (const entry of await listAuditOfBatch(act.tx, { serviceId, requestsOf: id, since: appliedAt })) {
    const line = Number(entry.requestId.slice(id.length + 1));
    const row = byLine.get(line);
    if (!row) continue;
    if (entry.outcome === 'done') outcomes.set(line, kindNamed(kind).done(row, about));
    else if (entry.outcome === 'asked') outcomes.set(line, WAITS);
    // When two processes ran one row, one of them did it.
    else if (!outcomes.has(line) && !isOfCaller(entry.code))
      outcomes.set(line, outcomeOfRefusal(entry.code ?? ''));
  }
  return [...outcomes];
}
