// A job runs an import from Slack in slices.
import { DomainError } from '../../domain/domain-error.ts';
import type { Context } from '../frame/context.ts';
import type { ClaimedImport } from './claim.ts';
import {
  createRowImporter,
  type PlannedRow,
  plannedOutcome,
  ROWS_AT_ONCE,
  type RowResult,
  WAITS,
} from './rows.ts';
import { requestOfRow } from './stored-dry-run.ts';

/** Short, so that a slice never holds up a stop or the other jobs for long; then the next one is queued. */
const SLICE_MS = 3_000;

/** How far an import is, for the message that shows it. */
export type ImportReport = {
  name: string;
  total: number;
  position: number;
  state: 'applying' | 'done' | 'stopped';
  /** Only at the end. */
  results: RowResult[];
  stoppedBy: 'late' | 'not_permitted' | null;
};

/**
 * Imports the next rows with the rights that the admin who applied it has now. Skips rows that have an audit row already,
 * from a process that was killed.
 * Errors: those of Slack when it can't say who the admin is.
 */
export async function importSlice(system: Context, claimed: ClaimedImport): Promise<ImportReport> {
  const { id, name, rows } = claimed;
  const outcomes = new Map(claimed.outcomes);
  const results = (until: number) =>
    rows.map((row, index): RowResult => {
      const { line, email } = row;
      if (row.status !== 'new') return { line, email, outcome: plannedOutcome(row) };
      // The approval was open already, and joining it leaves no audit row.
      return { line, email, outcome: outcomes.get(line) ?? (index < until ? WAITS : 'not done') };
    });
  const report = (
    state: ImportReport['state'],
    position: number,
    stoppedBy: ImportReport['stoppedBy'] = null,
  ): ImportReport => ({
    name,
    total: rows.length,
    position,
    state,
    results: state === 'applying' ? [] : results(position),
    stoppedBy,
  });
  if (claimed.isLate) return report('stopped', claimed.position, 'late');
  const actor = await system.people.actorOf(claimed.slackUserId, claimed.teamId);
  const context = { ...system, actor };
  const importRows = createRowImporter(context, claimed.lastMailDue, id);
  const end = system.clock().getTime() + SLICE_MS;
  for (let position = claimed.position; position < rows.length; position += ROWS_AT_ONCE) {
    if (system.clock().getTime() >= end) return report('applying', position);
    const fresh = rows.slice(position, position + ROWS_AT_ONCE).flatMap((row) => {
      const isFresh = row.status === 'new' && !outcomes.has(row.line);
      return isFresh ? { line: row.line, requestId: requestOfRow(id, row.line), wanted: row.wanted } : [];
    });
    const ended = await importRows(fresh);
    for (const [at, { line }] of fresh.entries()) {
      const outcome = ended.outcomes[at];
      if (outcome !== undefined) outcomes.set(line, outcome);
    }
    const { fault } = ended;
    if (fault === undefined) continue;
    // In doubt, Slack may have confirmed the admin when the job is retried.
    if (!(fault instanceof DomainError) || fault.code === 'standing_unconfirmed') throw fault;
    // The admin lost the role or was deactivated in Slack, so every other row would be refused too.
    const isUndone = (row: PlannedRow) => row.status === 'new' && !outcomes.has(row.line);
    const at = rows.findIndex((row, index) => index >= position && isUndone(row));
    return report('stopped', at, 'not_permitted');
  }
  return report('done', rows.length);
}
