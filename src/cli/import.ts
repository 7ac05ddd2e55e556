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

const HELP = `npm run -s import -- developers.csv [--apply] --as "YOUR NAME"

Columns, in any order: email, first name, last name, groups (names, ;-separated), note, mode (add or invite; invite when
empty). Others are ignored. A file as a spreadsheet saves it: CSV or tabs, UTF-8 or UTF-16. Without --apply it only says what it would do. With it, the result of each row is written to developers.csv.result-TIME.csv; killed, run
it again: no row is done twice. Mails leave one a second.
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
  if (name === '') throw new UsageError('--as "YOUR NAME" says who does it.');
  requirePersonName(name);
  const { text, isGuessed } = await readTableFile(file);
  return withDependencies(async ({ contextOf }) => {
    const context = contextOf({ kind: 'console', name });
    const plan = await planImport(context, text).catch((error: unknown) => {
      if (!(error instanceof DomainError)) throw error;
      const { fields, limit } = error.detail;
      throw new UsageError(`The table can't be taken: ${fields?.table ?? limit ?? error.code}.`);
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
  if (size === undefined) throw new UsageError(`There is no file ${file}.`);
  if (size > MAX_FILE_BYTES) throw new UsageError(`${file} is larger than ${MAX_FILE_BYTES / 1_000_000} MB.`);
  const read = decodeText(await readFile(file));
  if (!read) throw new UsageError(`${file} is no text; save the table as "CSV UTF-8".`);
  return read;
}
