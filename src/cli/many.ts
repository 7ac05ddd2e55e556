// npm run many: changes many accounts at once, after a preview.
import { setTimeout as delay } from 'node:timers/promises';
import { csvLine } from '../domain/csv.ts';
import { DomainError } from '../domain/domain-error.ts';
import { type AccountPreview, previewAccounts } from '../operations/account-batches/preview.ts';
import { undoBatch } from '../operations/account-batches/undo.ts';
import { wantedAccounts } from '../operations/accounts/wanted-words.ts';
import { beginBatch } from '../operations/batches/begin.ts';
import { claimBatch } from '../operations/batches/claim.ts';
import { runSlice } from '../operations/batches/run-slice.ts';
import { settleBatch } from '../operations/batches/settle.ts';
import { showBatch } from '../operations/batches/show.ts';
import { stopBatch } from '../operations/batches/stop.ts';
import { WaitsForApproval } from '../operations/frame/approval.ts';
import type { Context } from '../operations/frame/context.ts';
import { listGroups } from '../operations/groups/list.ts';
import { forTerminal, refusalText } from './console/output.ts';
import {
  countEach,
  EXIT,
  print,
  printLine,
  readArguments,
  requirePersonName,
  runProgram,
  UsageError,
  withDependencies,
} from './program.ts';

const HELP = `Changes many accounts at once, after a preview:

  npm run -s many -- ACTION WORDS --as "Your Name" [--reason "…"] [--apply]

ACTION  block [--end 7d] [--message "…"], activate [--message "…"], delete [--delete-subscriptions], resend (the link that
        confirms an email), join --group NAME, leave --group NAME
WORDS   as after /apim-user list: text, state:pending, group:Partners, idle:90d, never-signed-in, last-call:<2026-08-01

  npm run -s many -- show ID | stop ID | undo ID --as "Your Name"

Without --apply it prints what would happen to each account, as CSV, and changes nothing. With --apply it prints the result
of each instead. --no-tell sends the developers no mail. More accounts than SECOND_OPERATOR_FOR_MORE_THAN wait until another
operator approves them in Slack (exit code 75); then the server does it, and show has the result. Undo works for ten minutes.
`;
const OPTIONS = {
  apply: { type: 'boolean' },
  as: { type: 'string' },
  reason: { type: 'string', default: '' },
  message: { type: 'string', default: '' },
  end: { type: 'string', default: '' },
  group: { type: 'string', multiple: true },
  tell: { type: 'boolean', default: true },
  'delete-subscriptions': { type: 'boolean', default: false },
} as const;
const POLL_MS = 500;

type Values = ReturnType<typeof readArguments<typeof OPTIONS>>['values'];

await runProgram(HELP, async (args) => {
  const { values, positionals } = readArguments(args, OPTIONS);
  const [action, ...words] = positionals;
  if (!action) {
    await print(HELP);
    return EXIT.usage;
  }
  const name = values.as?.trim() ?? '';
  if (name === '') throw new UsageError('Add --as "YOUR NAME": the audit records who did it.');
  requirePersonName(name);
  return withDependencies(async ({ contextOf }) => {
    const context = contextOf({ kind: 'console', name });
    const system = contextOf({ kind: 'system', name: 'batch' });
    try {
      if (action === 'show') return await show(context, idIn(words));
      if (action === 'stop') {
        await stopBatch(context, { batchId: idIn(words) });
        await printLine('It stops in a few seconds. What is done stays done.');
        return EXIT.ok;
      }
      if (action === 'undo') {
        const { batchId } = await undoBatch(context, idIn(words));
        return await follow({ context, system }, batchId, null);
      }
      return await change({ context, system }, { action, words, values });
    } catch (error) {
      if (error instanceof WaitsForApproval) {
        await printLine('Another operator has to approve this in Slack. Nothing has changed yet.');
        return EXIT.waits;
      }
      if (!(error instanceof DomainError)) throw error;
      await printLine(refusalText(error));
      return error.code === 'invalid_input' ? EXIT.usage : EXIT.refused;
    }
  });
});

type Contexts = { context: Context; system: Context };

function idIn([id, ...more]: string[]): string {
  if (!id || more.length > 0) throw new UsageError('Name one batch by its id.');
  return id;
}

async function change(
  { context, system }: Contexts,
  { action, words, values }: { action: string; words: string[]; values: Values },
): Promise<number> {
  if (words.length === 0) throw new UsageError('Say which accounts: words as after /apim-user list.');
  const what = await whatIn(context, action, values);
  const which = { wanted: await wantedAccounts(context, words) };
  const preview = await previewAccounts(context, {
    which,
    what: what as never,
    isKept: values.apply === true,
  });
  const { batchId, toDo, rows, cutsOff } = preview;
  if (!values.apply || !batchId) {
    await printRows(preview, ({ leftOut, outcome }) => leftOut ?? `would be ${outcome}`);
    const { live, keys, sessions, calls } = cutsOff;
    await printLine(
      `${toDo} of ${rows.length} accounts; active subscriptions: ${live}, keys: ${keys}, sessions: ${sessions}, calls in 30 days: ${calls}. Nothing has changed.`,
    );
    return EXIT.ok;
  }
  await printLine(`${batchId}: ${action} ${toDo} of ${rows.length} accounts`);
  await beginBatch(context, { batchId });
  return follow({ context, system }, batchId, preview);
}

async function whatIn(context: Context, action: string, values: Values): Promise<object> {
  const { reason, message, end, tell: tellDeveloper } = values;
  if (action === 'block') return { action, reason, message, end, tellDeveloper };
  if (action === 'activate') return { action, reason, message, tellDeveloper };
  if (action === 'delete')
    return { action, reason, tellDeveloper, deleteSubscriptions: values['delete-subscriptions'] };
  if (action === 'resend') return { action };
  if (action !== 'join' && action !== 'leave')
    throw new UsageError(`There is no action ${action}. See --help.`);
  const { groups } = await listGroups(context, {});
  const groupIds = (values.group ?? []).map((name) => {
    const found = groups.find((one) => one.name.toLowerCase() === name.toLowerCase());
    if (!found) throw new UsageError(`There is no group ${name}.`);
    return found.id;
  });
  if (groupIds.length === 0) throw new UsageError('Add --group NAME.');
  return { action, groupIds };
}

/** Runs the batch here, in turns with a server that runs too, until it has ended. Whoever has the lease does the next rows. */
async function follow(
  { context, system }: Contexts,
  batchId: string,
  preview: AccountPreview | null,
): Promise<number> {
  for (;;) {
    const claimed = await claimBatch(system, { batchId });
    if (claimed) {
      const { state, position, total } = await runSlice(system, claimed);
      const { leasedUntil, message } = claimed;
      await settleBatch(system, { batchId, leasedUntil, position, state, ...message });
      await printLine(`${position} of ${total} rows`);
    }
    const { state } = await showBatch(context, { batchId });
    if (state === 'done' || state === 'stopped') break;
    if (!claimed) await delay(POLL_MS);
  }
  const { outcomes } = await showBatch(context, { batchId });
  const byLine = new Map(outcomes);
  if (preview)
    await printRows(preview, ({ line, leftOut, outcome }) => {
      const ended = byLine.get(line);
      return leftOut ?? (ended === 'done' ? outcome : ended ? `refused: ${ended}` : 'not done');
    });
  return show(context, batchId);
}

async function printRows(
  { rows }: AccountPreview,
  say: (row: AccountPreview['rows'][number]) => string,
): Promise<void> {
  await print(csvLine(['line', 'account', 'email', 'outcome']));
  for (const row of rows) await print(csvLine([row.line, row.accountId, forTerminal(row.email), say(row)]));
}

/** Exit code 1 when a row was refused, and when it was stopped. */
async function show(context: Context, batchId: string): Promise<number> {
  const { state, position, total, outcomes } = await showBatch(context, { batchId });
  const counts = countEach(outcomes.map(([, outcome]) => outcome));
  await printLine(`${batchId}: ${state}, ${position} of ${total} rows. ${counts}`);
  if (state === 'open') return EXIT.waits;
  const hasRefused = outcomes.some(([, outcome]) => outcome !== 'done' && outcome !== 'asked');
  return hasRefused || state === 'stopped' ? EXIT.refused : EXIT.ok;
}
