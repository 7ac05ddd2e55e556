// What is kept of a dry run, sealed; and what the audit says was done of it.
import type { Import } from '../../db/imports/imports.ts';
import { listAuditOfImport } from '../../db/imports/imports.ts';
import { openSealedText, sealText } from '../../security/sealed-text.ts';
import type { Act, Context } from '../frame/context.ts';
import { outcomeOfRefusal, type PlannedRow, WAITS } from './rows.ts';

const SEALED_AS = 'import';
/** So few that no part comes near what one sealed text may hold. */
const ROWS_A_PART = 100;

type Part = { id: string; at: number; name: string; rows: PlannedRow[] };

/** Seals the rows in parts that are bound to their import and their order. */
export function sealRows(act: Act, id: string, name: string, rows: PlannedRow[]): string[] {
  const parts: string[] = [];
  for (let at = 0; at < rows.length; at += ROWS_A_PART) {
    const part: Part = { id, at, name, rows: rows.slice(at, at + ROWS_A_PART) };
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
    const part = JSON.parse(openSealedText(context.keyring, SEALED_AS, sealed)) as Part;
    if (part.id !== id || part.at !== rows.length) throw new Error('an import holds rows of another');
    rows.push(...part.rows);
    name = part.name;
  }
  return { name, rows };
}

/** Each row is a request of its own, by which the audit knows it. */
export const requestOfRow = (importId: string, line: number): string => `${importId}:${line}`;

/** How each row ended that was begun, by its line: its audit row is of its own transaction, so it is never wrong. */
export async function listOutcomes(act: Act, row: Import): Promise<[line: number, outcome: string][]> {
  if (!row.appliedAt) return [];
  const { serviceId, id, appliedAt } = row;
  const outcomes = new Map<number, string>();
  for (const entry of await listAuditOfImport(act.tx, { serviceId, requestsOf: id, since: appliedAt })) {
    const line = Number(entry.requestId.slice(id.length + 1));
    if (entry.outcome === 'done')
      outcomes.set(line, entry.operation === 'invitations/invite' ? 'invited' : 'added');
    else if (entry.outcome === 'asked') outcomes.set(line, WAITS);
    // Of two processes that were at one row, one did it.
    else if (!outcomes.has(line) && entry.code !== 'not_permitted')
      outcomes.set(line, outcomeOfRefusal(entry.code ?? ''));
  }
  return [...outcomes];
}
