// npm run after-restore: makes a restored database safe, and repeats the removals that the backup doesn't have.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { enterAlone } from '../db/connection/presence.ts';
import { isUpToDate, migrate } from '../db/migrate.ts';
import { DomainError } from '../domain/domain-error.ts';
import { type ExportedRow, type PastChange, pastChangeOf, readExportedRow } from '../domain/past-changes.ts';
import { stopAllAnnouncements } from '../operations/announcements/stop-all.ts';
import { closeApprovals } from '../operations/approvals/close-all.ts';
import { stopAllBatches } from '../operations/batches/stop-all.ts';
import type { Context, Services } from '../operations/frame/context.ts';
import { cancelMails } from '../operations/mails/cancel-all.ts';
import { compareRecovered, MAX_COMPARED } from '../operations/recoveries/compare.ts';
import { countOpen } from '../operations/recoveries/count-open.ts';
import { type CheckedChange, checkChanges, repeatChange } from '../operations/recoveries/repeat-removals.ts';
import { listReviews } from '../operations/reviews/list.ts';
import { stopReview } from '../operations/reviews/stop.ts';
import { endSessions } from '../operations/sessions/end-all.ts';
import { voidTickets } from '../operations/tickets/void-all.ts';
import { revokeTokens } from '../operations/tokens/revoke-all.ts';
import { forTerminal } from './console/output.ts';
import {
  countEach,
  EXIT,
  print,
  printError,
  printLine,
  readArguments,
  requirePersonName,
  runProgram,
  UsageError,
  withDependencies,
} from './program.ts';

const HELP = `Makes a database safe that you brought back from a backup. Run it before you start the first server:

  npm run -s after-restore -- [--audit EXPORT.jsonl] [--apply --as "Your Name" --reason "why"]

Without --apply it only shows what it would do. With --apply it:
  - ends every mailed link, and signs every developer out
  - stops imports, other batches and announcements, and revokes every token of the management API
  - cancels the mails that wait, because they may have been sent before
  - takes back the requests that wait for a second operator
  - stops the access reviews, because answers that are newer are missing and the rest would be blocked
With --audit it also repeats the blocks, deletions, replaced and leaked keys, ended sign-ins and withdrawn roles that are newer
than the backup. EXPORT.jsonl is what \`npm run -s audit -- export --format jsonl\` wrote after them.

It refuses while a server runs on the database. You can run it again.

Exit code: 0 everything was shown or done; 1 refused, or a row was; 64 this help; 75 a row waits for a second operator;
78 settings.
`;
const OPTIONS = {
  audit: { type: 'string' },
  apply: { type: 'boolean' },
  as: { type: 'string' },
  reason: { type: 'string' },
} as const;
const MAX_REASON_LENGTH = 200;
/** The program holds them all in memory. */
const MAX_CHANGES = 100_000;

type RestoreOptions = { name: string; reason: string; isApplied: boolean; file: string | null };

/** Ends everything that could still take effect. Runs in this order, each until it finds nothing more. */
const CLEAN_UP_STEPS: readonly {
  words: string;
  of: 'tickets' | 'sessions' | 'batches' | 'tokens' | 'announcements' | 'mails' | 'approvals' | 'reviews';
  run(context: Context, reason: string): Promise<{ count: number }>;
}[] = [
  { words: 'mailed links voided', of: 'tickets', run: (context) => voidTickets(context, {}) },
  { words: 'developers’ sessions ended', of: 'sessions', run: (context) => endSessions(context, {}) },
  { words: 'access reviews stopped', of: 'reviews', run: stopReviews },
  { words: 'batches stopped', of: 'batches', run: (context) => stopAllBatches(context, {}) },
  {
    words: 'tokens of the management API revoked',
    of: 'tokens',
    run: (context) => revokeTokens(context, {}),
  },
  {
    words: 'announcements stopped',
    of: 'announcements',
    run: (context) => stopAllAnnouncements(context, {}),
  },
  { words: 'waiting mails cancelled', of: 'mails', run: (context) => cancelMails(context, {}) },
  {
    words: 'open approvals taken back',
    of: 'approvals',
    run: (context, reason) => closeApprovals(context, { reason }),
  },
];

async function stopReviews(context: Context, reason: string): Promise<{ count: number }> {
  const { reviews } = await listReviews(context, { isOpen: true });
  for (const { id: reviewId } of reviews) await stopReview(context, { reviewId, reason });
  return { count: reviews.length };
}

async function main(args: string[]): Promise<number> {
  const options = readOptions(args);
  if (options.file !== null && !(await stat(options.file).catch(() => null))?.isFile())
    throw new UsageError(`File not found: ${options.file}.`);
  return withDependencies(async ({ databaseUrl, services, serviceId }) => {
    const alone = await enterAlone(databaseUrl);
    if (!alone) {
      printError('A server or another after-restore is running on this database. Stop it first.');
      return EXIT.refused;
    }
    try {
      if (!(await isUpToDate(databaseUrl))) {
        if (!options.isApplied) {
          printError(
            'This database is from an older version, so nothing can be counted yet. --apply upgrades it first.',
          );
          return EXIT.refused;
        }
        await migrate(databaseUrl);
      }
      return await recoverAll(services, serviceId, options);
    } finally {
      await alone.leave();
    }
  });
}

/** The same database has all services. An export is of the one that the program was told. */
async function recoverAll(services: Services, told: string, options: RestoreOptions): Promise<number> {
  const codes: number[] = [];
  for (const { id, name, contextOf } of services) {
    if (services.length > 1) await print(`Service ${name}\n`);
    const file = id === told ? options.file : null;
    codes.push(await recover(contextOf({ kind: 'console', name: options.name }), { ...options, file }));
  }
  return [EXIT.refused, EXIT.waits].find((code) => codes.includes(code)) ?? EXIT.ok;
}

function readOptions(args: string[]): RestoreOptions {
  const { values, positionals } = readArguments(args, OPTIONS);
  if (positionals.length > 0) throw new UsageError(HELP);
  const name = values.as?.trim() ?? '';
  const reason = values.reason?.trim() ?? '';
  const isApplied = values.apply ?? false;
  if (isApplied && (!name || !reason))
    throw new UsageError('Add --as "Your Name" and --reason "why" to --apply: the audit records both.');
  requirePersonName(name);
  if (reason.length > MAX_REASON_LENGTH)
    throw new UsageError(`--reason is at most ${MAX_REASON_LENGTH} characters.`);
  return { name: name || 'after-restore', reason, isApplied, file: values.audit ?? null };
}

async function recover(plain: Context, options: RestoreOptions): Promise<number> {
  const { isApplied, reason, file } = options;
  const context = reason ? { ...plain, reason } : plain;
  const { head, invitations, ...open } = await countOpen(plain, {});
  await print(
    head
      ? `The audit of this database ends at number ${head.number}, ${head.linkedAt.toISOString()}.\n`
      : 'The audit of this database has no chain yet.\n',
  );
  // A faulty export must stop the program before it changes anything.
  const read = file === null ? null : await readExport(plain, file);
  for (const step of CLEAN_UP_STEPS) {
    const count = isApplied ? await untilNone(() => step.run(context, reason)) : open[step.of];
    await print(`${count} ${step.words}${isApplied ? '' : ' (would be)'}\n`);
  }
  if (invitations > 0)
    await print(
      `${invitations} invitations stay open, but their links no longer work: resend or revoke them.\n`,
    );
  const outcomes = read ? await repeatAll(plain, read, options) : [];
  if (!isApplied) await print('Nothing changed. To do this, add --apply --as "Your Name" --reason "why".\n');
  if (outcomes.some((outcome) => outcome.startsWith('refused'))) return EXIT.refused;
  return outcomes.some((outcome) => outcome.startsWith('waits')) ? EXIT.waits : EXIT.ok;
}

async function untilNone(run: () => Promise<{ count: number }>): Promise<number> {
  for (let sum = 0; ; ) {
    const { count } = await run();
    if (count === 0) return sum;
    sum += count;
  }
}

type ExportContent = { rows: number; known: number; changes: PastChange[] };

async function readExport(context: Context, file: string): Promise<ExportContent> {
  const read: ExportContent = { rows: 0, known: 0, changes: [] };
  for await (const rows of linesOf(context, file)) {
    const { knownIds, otherIds } = await compareRecovered(context, {
      rows: rows.map(({ id, hash }) => ({ id, hash })),
    });
    if (otherIds.length > 0)
      throw new UsageError(
        `Row ${otherIds[0]} of ${file} has a different hash in this database: one of the two was changed. Verify both first.`,
      );
    const known = new Set(knownIds);
    read.rows += rows.length;
    read.known += known.size;
    read.changes.push(...rows.filter(({ id }) => !known.has(id)).flatMap((row) => pastChangeOf(row) ?? []));
    if (read.changes.length > MAX_CHANGES)
      throw new UsageError(`More than ${MAX_CHANGES} changes since the backup: export a shorter span.`);
  }
  return read;
}

/** Reads the export in pages. An error names the line. */
async function* linesOf(context: Context, file: string): AsyncGenerator<ExportedRow[]> {
  let page: ExportedRow[] = [];
  let number = 0;
  for await (const line of createInterface({
    input: createReadStream(file),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    number += 1;
    if (line.trim() === '') continue;
    page.push(rowIn(line, `Line ${number} of ${file}`, context.service.id));
    if (page.length < MAX_COMPARED) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

function rowIn(line: string, where: string, serviceId: string): ExportedRow {
  let row: ExportedRow;
  try {
    row = readExportedRow(line);
  } catch (error) {
    if (error instanceof DomainError)
      throw new UsageError(`${where} is ${error.detail.fields?.line ?? error.code}.`);
    throw error;
  }
  if (row.serviceId !== serviceId)
    throw new UsageError(`${where} is of the service ${forTerminal(row.serviceId)}, not of ${serviceId}.`);
  return row;
}

async function repeatAll(
  context: Context,
  read: ExportContent,
  { reason, isApplied, file }: RestoreOptions,
): Promise<string[]> {
  const { rows, known, changes } = read;
  await print(`${file}: ${rows} rows, of which this database has ${known}.\n`);
  if (rows > 0 && known === 0)
    await print(
      'It has none of them. Check that this export is of the same database, or export a longer span.\n',
    );
  const checked = await checkChanges(context, changes);
  const outcomes: string[] = [];
  for (const change of checked) {
    const outcome =
      isApplied && change.status === 'to be repeated'
        ? await repeatChange(context, change, reason)
        : change.status;
    outcomes.push(outcome);
    await printLine(`${changeText(change)}: ${OUTCOMES[outcome] ?? outcome}`);
  }
  await print(`${countEach(outcomes) || 'nothing to repeat'}\n`);
  return outcomes;
}

const OUTCOMES: Readonly<Record<string, string>> = {
  'not found': 'not found, because it was made after the backup',
  overtaken: 'a later change replaced it',
  'over by now': 'the block would have ended by now',
};

function changeText({ at, operation, target, label, by, until }: CheckedChange): string {
  const subject = label ? `${target.id} ${label}` : target.id;
  return `${at.toISOString()} ${operation} ${target.kind} ${subject}, by ${by}${until ? `, until ${until.toISOString()}` : ''}`;
}

await runProgram(HELP, main);
