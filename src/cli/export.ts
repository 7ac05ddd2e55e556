// npm run export: writes accounts, subscriptions, invitations or calls to a file, however many there are.
import { open, rm } from 'node:fs/promises';
import { DomainError } from '../domain/domain-error.ts';
import { EXPORT_KINDS, EXPORTS } from '../operations/exports/kinds.ts';
import { takeExport } from '../operations/exports/take.ts';
import { EXPORT_FORMATS, exportedText } from '../operations/exports/text.ts';
import { wantedRows } from '../operations/exports/wanted-words.ts';
import { forTerminal, refusalText } from './console/output.ts';
import {
  EXIT,
  print,
  printError,
  readArguments,
  requirePersonName,
  runProgram,
  UsageError,
  withDependencies,
} from './program.ts';

const HELP = `Exports rows, with an audit row that says who took them:

  npm run -s export -- accounts [FILTER …] --as "Your Name" --reason "why" [--format csv|json] [--output FILE]
  npm run -s export -- subscriptions [ACCOUNT] [limited] [state:active] [product:NAME] …
  npm run -s export -- invitations [all] …
  npm run -s export -- usage [ACCOUNT] [product:NAME] [from:2026-11-01] [to:2026-11-30] …

FILTER is as in Slack's list: a text, state:active, group:Partners, idle:90d, never-signed-in, "last-call:<2026-08-01",
"last-sign-in:<2026-08-01", sort:idle. Quote < and > for the shell. Without --output the rows go to standard output; a new
FILE is readable by you alone. The last line, on standard error, names the columns with personal data. Days are in UTC.

Exit code: 0 all was written; 1 refused; 64 this help; 70 an error, and the file has only a part; 78 settings.
`;
const OPTIONS = {
  as: { type: 'string' },
  reason: { type: 'string' },
  format: { type: 'string' },
  output: { type: 'string' },
} as const;

await runProgram(HELP, async (args) => {
  const { values, positionals } = readArguments(args, OPTIONS);
  const [name, ...words] = positionals;
  const kind = EXPORT_KINDS.find((one) => one === name);
  if (!kind) throw new UsageError(HELP);
  const format = EXPORT_FORMATS.find((one) => one === (values.format ?? 'csv'));
  if (!format) throw new UsageError(`--format is ${EXPORT_FORMATS.join(' or ')}.`);
  const [person, reason] = [values.as?.trim() ?? '', values.reason?.trim() ?? ''];
  if (person === '' || reason === '')
    throw new UsageError('Add --as "Your Name" and --reason "why": the audit records both.');
  requirePersonName(person);
  return withDependencies(async ({ contextOf }) => {
    const context = { ...contextOf({ kind: 'console', name: person }), reason };
    try {
      const wanted = await takeExport.attempt(context, {}, (attempting) =>
        wantedRows(attempting, kind, words),
      );
      const taken = { kind, format, wanted };
      // Before the audit says that the rows were taken.
      const file = values.output === undefined ? null : await newFile(values.output);
      await takeExport(context, taken).catch(async (error: unknown) => {
        if (file && values.output !== undefined) await Promise.all([file.close(), rm(values.output)]);
        throw error;
      });
      let rows = 0;
      for await (const part of exportedText(context, taken)) {
        await (file ? file.appendFile(part.text) : print(part.text));
        rows += part.rows;
      }
      await file?.close();
      printError(`${rows} rows written. Personal data: ${EXPORTS[kind].personal.join(', ')}.`);
      return EXIT.ok;
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      printError(refusalText(error));
      return EXIT.refused;
    }
  });
});

async function newFile(path: string) {
  try {
    return await open(path, 'wx', 0o600);
  } catch (error) {
    const why = (error as { code?: string }).code === 'EEXIST' ? 'is there already' : "can't be made";
    throw new UsageError(`--output: the file ${forTerminal(path)} ${why}.`);
  }
}
