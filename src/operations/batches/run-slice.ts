// A job runs a batch in slices.
import { DomainError } from '../../domain/domain-error.ts';
import type { Actor, Context } from '../frame/context.ts';
import type { ClaimedBatch } from './claim.ts';
import { type BatchRow, type RowResult, WAITS } from './kind.ts';
import { kindNamed } from './kinds.ts';
import { createRowRunner, ROWS_AT_ONCE } from './run-rows.ts';
import { requestOfRow } from './stored-rows.ts';

/** Short, so that a slice never holds up a stop or the other jobs for long; then the next one is queued. */
const SLICE_MS = 3_000;

/** How far a batch is, for the message that shows it. */
export type BatchReport = Pick<ClaimedBatch, 'id' | 'kind' | 'action' | 'about'> & {
  total: number;
  toDo: number;
  position: number;
  state: 'applying' | 'done' | 'stopped';
  /** Only at the end. */
  results: RowResult[];
  stoppedBy: ClaimedBatch['stop'] | 'not_permitted';
};

/**
 * Runs the next rows with the rights that the person who applied it has now. Skips rows that have an audit row already,
 * from a process that was killed.
 * Errors: those of Slack when it can't say who the admin is.
 */
export async function runSlice(system: Context, claimed: ClaimedBatch): Promise<BatchReport> {
  const { id, rows } = claimed;
  const kind = kindNamed(claimed.kind);
  const outcomes = new Map(claimed.outcomes);
  const report = reporter(claimed, outcomes);
  if (claimed.stop) return report('stopped', claimed.position, claimed.stop);
  const { approval } = claimed;
  const actor = await actorOf(system, claimed.runner);
  const context = { ...system, actor, ...(approval ? { approval } : {}) };
  const runRows = createRowRunner(kind, context, claimed);
  const end = system.clock().getTime() + SLICE_MS;
  const isUndone = (row: BatchRow) => kind.leftOut(row) === null && !outcomes.has(row.line);
  for (let position = claimed.position; position < rows.length; position += ROWS_AT_ONCE) {
    if (system.clock().getTime() >= end) return report('applying', position);
    const fresh = rows.slice(position, position + ROWS_AT_ONCE).filter(isUndone);
    const ended = await runRows(fresh.map((row) => ({ requestId: requestOfRow(id, row.line), row })));
    for (const [at, { line }] of fresh.entries()) {
      const outcome = ended.outcomes[at];
      if (outcome !== undefined) outcomes.set(line, outcome);
    }
    const { fault } = ended;
    if (fault === undefined) continue;
    // In doubt, Slack may have confirmed the admin when the job is retried.
    if (!(fault instanceof DomainError) || fault.code === 'standing_unconfirmed') throw fault;
    // The admin lost the role or was deactivated in Slack, so every other row would be refused too.
    const at = rows.findIndex((row, index) => index >= position && isUndone(row));
    return report('stopped', at, 'not_permitted');
  }
  return report('done', rows.length);
}

async function actorOf(system: Context, runner: ClaimedBatch['runner']): Promise<Actor> {
  return runner.kind === 'slack' ? system.people.actorOf(runner.userId, runner.teamId) : runner;
}

function reporter(claimed: ClaimedBatch, outcomes: ReadonlyMap<number, string>) {
  const { id, kind, action, about, rows } = claimed;
  const results = (until: number): RowResult[] =>
    rows.map((row, index) => {
      const { line, email } = row;
      // The approval was open already, and joining it leaves no audit row.
      const unknown = index < until ? WAITS : 'not done';
      return { line, email, outcome: kindNamed(kind).leftOut(row) ?? outcomes.get(line) ?? unknown };
    });
  return (
    state: BatchReport['state'],
    position: number,
    stoppedBy: BatchReport['stoppedBy'] = null,
  ): BatchReport => ({
    id,
    kind,
    action,
    about,
    total: rows.length,
    toDo: rows.filter((row) => kindNamed(kind).leftOut(row) === null).length,
    position,
    state,
    results: state === 'applying' ? [] : results(position),
    stoppedBy,
  });
}
