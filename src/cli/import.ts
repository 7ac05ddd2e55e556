// npm run import: adds or invites developers from a CSV file, after a dry run.
import { open, readFile, stat } from 'node:fs/promises';
import { csvLine, decodeText } from '../domain/csv.ts';
import { DomainError } from '../domain/domain-error.ts';
import { applyImport, planImport } from '../operations/imports/import-table.ts';
import { forTerminal } from './console/output.ts';
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

const HELP = `Adds or invites developers from a table, after a dry run:

  npm run -s import -- developers.csv --as "Your Name" [--apply]

Columns, in any order: email, first name, last name, groups (names, with semicolons between), note, and mode (add or invite;
invite when empty). Other columns are ignored. The file is as a spreadsheet saves it: CSV or tabs, UTF-8 or UTF-16.

Without --apply it only shows what it would do. With --apply it writes the result of each row to
developers.csv.result-TIME.csv, and mails leave one a second. If it is interrupted, run it again: no row is done twice.
`;
const OPTIONS = {
  apply: { type: 'boolean' },
  as: { type: 'string' },
} as const;
const MAX_FILE_BYTES = 20_000_000;
const GUESSED = 'The file was read as Windows-1252: check the accents.';
const PROGRESS_ROWS = 100;

await runProgram(HELP, async (args) => {
  const { values, positionals } = readArguments(args, OPTIONS);
  const [file, ...more] = positionals;
  if (!file || more.length > 0) {
    await print(HELP);
    return EXIT.usage;
  }
  const name = values.as?.trim() ?? '';
  if (name === '') throw new UsageError('Add --as "YOUR NAME": the audit records who did it.');
  requirePersonName(name);
  const { text, isGuessed } = await readTableFile(file);
  return withDependencies(async ({ contextOf }) => {
    const context = contextOf({ kind: 'console', name });
    const plan = await planImport(context, text).catch((error: unknown) => {
      if (!(error instanceof DomainError)) throw error;
      const { fields, limit } = error.detail;
      throw new UsageError(`The table can't be imported: ${fields?.table ?? limit ?? error.code}.`);
    });
    for (const note of [...(isGuessed ? [GUESSED] : []), ...plan.notes]) await printLine(note);
    if (!values.apply) {
      for (const row of plan.rows)
        await print(
          `${forTerminal(`line ${row.line}: ${row.email} ${row.status}${row.status === 'faulty' ? `: ${row.fault}` : ''}`)}\n`,
        );
      await print(`${countEach(plan.rows.map(({ status }) => status)) || 'no rows'}\n`);
      return EXIT.ok;
    }
    const resultFile = `${file}.result-${context.clock().toISOString().replaceAll(':', '-')}.csv`;
    const results = await open(resultFile, 'wx', 0o600);
    let failed = 0;
    try {
      await results.write(csvLine(['line', 'email', 'outcome']));
      await applyImport(context, plan, async ({ line, email, outcome }, done) => {
        if (/^(faulty|refused)/.test(outcome)) failed += 1;
        await results.write(csvLine([line, email, outcome]));
        if (done % PROGRESS_ROWS === 0 || done === plan.rows.length)
          await print(`${done} of ${plan.rows.length} rows\n`);
      });
    } finally {
      await results.close();
    }
    await print(`The result of each row: ${resultFile}\n`);
    return failed > 0 ? EXIT.refused : EXIT.ok;
  });
});

async function readTableFile(file: string) {
  const size = (await stat(file).catch(() => null))?.size;
  if (size === undefined) throw new UsageError(`File not found: ${file}.`);
  if (size > MAX_FILE_BYTES) throw new UsageError(`${file} is larger than ${MAX_FILE_BYTES / 1_000_000} MB.`);
  const read = decodeText(await readFile(file));
  if (!read) throw new UsageError(`${file} isn't a text file; save the table as "CSV UTF-8".`);
  return read;
}
