// A stored dry run, sealed, and what the audit says about each of its rows.
import { type Import, listAuditOfImport } from '../../db/imports/imports.ts';
import { isOfCaller } from '../../domain/domain-error.ts';
import { openSealedText, sealText } from '../../security/sealed-text.ts';
import type { Act, Context } from '../frame/context.ts';
import { outcomeOfRefusal, type PlannedRow, WAITS } from './rows.ts';

const SEALED_AS = 'import';
/** Keeps each part far below the limit of a sealed text. */
const ROWS_A_PART = 100;

type SealedPart = { id: string; at: number; name: string; rows: PlannedRow[] };

/** Seals the rows in parts that are bound to their import and their order. */
export function sealRows(act: Act, id: string, name: string, rows: PlannedRow[]): string[] {
  const parts: string[] = [];
  for (let at = 0; at < rows.length; at += ROWS_A_PART) {
    const part: SealedPart = { id, at, name, rows: rows.slice(at, at + ROWS_A_PART) };
    parts.push(sealText(act.keyring, SEALED_AS, JSON.stringify(part), act.random));
  }
  return parts;
}

/** The rows as they were shown. Faults when a part isn't this import's own. */
export function openRows(
  context: Pick<Context, 'keyring'>,
  { id, sealedRows }: Pick<Import, 'id' | 'sealedRows'>,
): { name: string; rows: PlannedRow[] } {
  const rows: PlannedRow[] = [];
  let name = '';
  for (const sealed of sealedRows) {
    const part = JSON.parse(openSealedText(context.keyring, SEALED_AS, sealed)) as SealedPart;
    if (part.id !== id || part.at !== rows.length) throw new Error('an import holds rows of another');
    rows.push(...part.rows);
    name = part.name;
  }
  return { name, rows };
}

/** The request id of a row, by which its audit row is found. */
export const requestOfRow = (importId: string, line: number): string => `${importId}:${line}`;

/** How each row that was begun ended, by line. Audit rows are part of each row's transaction, so this is always right. */
export async function listOutcomes(act: Act, row: Import): Promise<[line: number, outcome: string][]> {
  if (!row.appliedAt) return [];
  const { serviceId, id, appliedAt } = row;
  const outcomes = new Map<number, string>();
  for (const entry of await listAuditOfImport(act.tx, { serviceId, requestsOf: id, since: appliedAt })) {
    const line = Number(entry.requestId.slice(id.length + 1));
    if (entry.outcome === 'done')
      outcomes.set(line, entry.operation === 'invitations/invite' ? 'invited' : 'added');
    else if (entry.outcome === 'asked') outcomes.set(line, WAITS);
    // When two processes ran one row, one of them did it.
    else if (!outcomes.has(line) && !isOfCaller(entry.code))
      outcomes.set(line, outcomeOfRefusal(entry.code ?? ''));
  }
  return [...outcomes];
}
