// npm run after-restore: makes good for what a database has forgotten that was brought back from a backup.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { enterAlone } from '../db/connection/presence.ts';
import { isUpToDate, migrate } from '../db/migrate.ts';
import { DomainError } from '../domain/domain-error.ts';
import { type ExportedRow, type PastChange, pastChangeOf, readExportedRow } from '../domain/past-changes.ts';
import { closeApprovals } from '../operations/approvals/close-all.ts';
import type { Context } from '../operations/frame/context.ts';
import { stopAllImports } from '../operations/imports/stop-all.ts';
import { cancelMails } from '../operations/mails/cancel-all.ts';
import { compareRecovered, MAX_COMPARED } from '../operations/recoveries/compare.ts';
import { countOpen } from '../operations/recoveries/count-open.ts';
import { type CheckedChange, checkChanges, repeatChange } from '../operations/recoveries/repeat-removals.ts';
import { endSessions } from '../operations/sessions/end-all.ts';
import { voidTickets } from '../operations/tickets/void-all.ts';
import { revokeTokens } from '../operations/tokens/revoke-all.ts';
import {
  complain,
  EXIT,
  readArguments,
  runProgram,
  say,
  UsageError,
  withDependencies,
} from './beside-server.ts';
import { harmless } from './console/words.ts';

const HELP = `For a database that was brought back from a backup, before the first server is started on it:

  npm run -s after-restore -- [--audit EXPORT.jsonl] [--apply --as "Your Name" --reason "why"]

It voids every mailed link, signs every developer out, stops imports, revokes every token of the management API, cancels the
mails that wait (they may have been sent before) and takes back what waits for a second operator. With --audit it also
repeats the blocks, deletions and withdrawals of roles
that the backup has forgotten; EXPORT.jsonl is what \`npm run -s audit -- export --format jsonl\` wrote after them.
Without --apply it only says what it would do. It refuses while a server runs, and can be run again.

Exit code: 0 all was said or done; 1 refused, or a row was; 64 this help; 75 a row waits for a second operator; 78 settings.
`;
const OPTIONS = {
  audit: { type: 'string' },
  apply: { type: 'boolean' },
  as: { type: 'string' },
  reason: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;
const MAX_NAME_LENGTH = 100;
const MAX_WHY_LENGTH = 200;
/** Of what is to be repeated, and so held in memory. */
const MAX_CHANGES = 100_000;

type Wanted = { name: string; reason: string; isApplied: boolean; file: string | null };
/** What ends whatever could still take effect, in this order; each as often as it finds something. */
const ENDS: readonly {
  words: string;
  of: 'tickets' | 'sessions' | 'imports' | 'tokens' | 'mails' | 'approvals';
  run(context: Context, reason: string): Promise<{ count: number }>;
}[] = [
  { words: 'mailed links voided', of: 'tickets', run: (context) => voidTickets(context, {}) },
  { words: 'developers’ sessions ended', of: 'sessions', run: (context) => endSessions(context, {}) },
  { words: 'imports stopped', of: 'imports', run: (context) => stopAllImports(context, {}) },
  {
    words: 'tokens of the management API revoked',
    of: 'tokens',
    run: (context) => revokeTokens(context, {}),
  },
  { words: 'waiting mails cancelled', of: 'mails', run: (context) => cancelMails(context, {}) },
  {
    words: 'open approvals taken back',
    of: 'approvals',
    run: (context, reason) => closeApprovals(context, { reason }),
  },
];

function readWords(args: string[]): Wanted | null {
  const { values, positionals } = readArguments(args, OPTIONS);
  if (values.help) return null;
  if (positionals.length > 0) throw new UsageError(HELP);
  const name = values.as?.trim() ?? '';
  const reason = values.reason?.trim() ?? '';
  const isApplied = values.apply ?? false;
  if (isApplied && (!name || !reason))
    throw new UsageError('--apply needs --as "Your Name" and --reason "why"; the audit keeps both.');
  if (/[/\p{Cc}\p{Cf}]/u.test(name) || name.length > MAX_NAME_LENGTH)
    throw new UsageError(`--as is a name of at most ${MAX_NAME_LENGTH} characters, without a slash.`);
  if (reason.length > MAX_WHY_LENGTH)
    throw new UsageError(`--reason is at most ${MAX_WHY_LENGTH} characters.`);
  return { name: name || 'after-restore', reason, isApplied, file: values.audit ?? null };
}

async function main(): Promise<number> {
  const wanted = readWords(process.argv.slice(2));
  if (!wanted) {
    await say(HELP);
    return EXIT.ok;
  }
  if (wanted.file !== null && !(await stat(wanted.file).catch(() => null))?.isFile())
    throw new UsageError(`There is no file ${wanted.file}.`);
  return withDependencies(async ({ databaseUrl, contextOf }) => {
    const alone = await enterAlone(databaseUrl);
    if (!alone) {
      complain('A server runs on this database, or another after-restore does. Stop all of them first.');
      return EXIT.refused;
    }
    try {
      if (!(await isUpToDate(databaseUrl))) {
        if (!wanted.isApplied) {
          complain(
            'This database is of an older version: nothing in it can be counted. --apply brings it up to date first.',
          );
          return EXIT.refused;
        }
        await migrate(databaseUrl);
      }
      return await recover(contextOf({ kind: 'console', name: wanted.name }), wanted);
    } finally {
      await alone.leave();
    }
  });
}

async function recover(plain: Context, wanted: Wanted): Promise<number> {
  const { isApplied, reason, file } = wanted;
  const context = reason ? { ...plain, reason } : plain;
  const { head, invitations, ...open } = await countOpen(plain, {});
  await say(
    head
      ? `The audit of this database ends at number ${head.number}, ${head.linkedAt.toISOString()}.\n`
      : 'The audit of this database has no chain yet.\n',
  );
  // Read whole before anything is done: an export with a fault in it is no use.
  const read = file === null ? null : await readExport(plain, file);
  for (const end of ENDS) {
    const count = isApplied ? await untilNone(() => end.run(context, reason)) : open[end.of];
    await say(`${count} ${end.words}${isApplied ? '' : ' (would be)'}\n`);
  }
  if (invitations > 0)
    await say(`${invitations} invitations stay open, and their links are dead: resend or revoke them.\n`);
  const outcomes = read ? await repeatAll(plain, read, wanted) : [];
  if (!isApplied)
    await say('Nothing was changed. With --apply, --as "Your Name" and --reason "why" it is done.\n');
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

type Read = { rows: number; known: number; changes: PastChange[] };

async function readExport(context: Context, file: string): Promise<Read> {
  const read: Read = { rows: 0, known: 0, changes: [] };
  for await (const rows of linesOf(context, file)) {
    const { knownIds, otherIds } = await compareRecovered(context, {
      rows: rows.map(({ id, hash }) => ({ id, hash })),
    });
    if (otherIds.length > 0)
      throw new UsageError(
        `Row ${otherIds[0]} of ${file} has another hash in this database: one of the two was changed. Verify both first.`,
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

/** Pages of rows; of a line that is none it says where it is. */
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
    throw new UsageError(`${where} is of the service ${harmless(row.serviceId)}, not of ${serviceId}.`);
  return row;
}

async function repeatAll(
  context: Context,
  read: Read,
  { reason, isApplied, file }: Wanted,
): Promise<string[]> {
  const { rows, known, changes } = read;
  await say(`${file}: ${rows} rows, of which this database has ${known}.\n`);
  if (rows > 0 && known === 0)
    await say('It has none of them: make sure that this export is of the same database, or export more.\n');
  const checked = await checkChanges(context, changes);
  const outcomes: string[] = [];
  for (const change of checked) {
    const outcome =
      isApplied && change.status === 'to be repeated'
        ? await repeatChange(context, change, reason)
        : change.status;
    outcomes.push(outcome);
    await say(`${harmless(`${changeWords(change)}: ${OUTCOMES[outcome] ?? outcome}`)}\n`);
  }
  const counts = new Map<string, number>();
  for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  await say(
    `${[...counts].map(([outcome, count]) => `${count} ${outcome}`).join(', ') || 'nothing to repeat'}\n`,
  );
  return outcomes;
}

const OUTCOMES: Readonly<Record<string, string>> = {
  'not found': 'not found; it was made after the backup, so there is nothing to take away',
  overtaken: 'overtaken by a later change of the same',
  'over by now': 'the block would have ended by now',
};

function changeWords({ at, operation, target, label, by, until }: CheckedChange): string {
  const whom = label ? `${target.id} ${label}` : target.id;
  return `${at.toISOString()} ${operation} ${target.kind} ${whom}, by ${by}${until ? `, until ${until.toISOString()}` : ''}`;
}

await runProgram(main);
