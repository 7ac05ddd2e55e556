// npm run audit: exports the audit, or verifies its hash chain.
import { csvLine } from '../domain/csv.ts';
import { exportAudit } from '../operations/audit/export.ts';
import { ocsfOf } from '../operations/audit/ocsf.ts';
import { type ChainProblem, verifyAudit } from '../operations/audit/verify.ts';
import type { Context } from '../operations/frame/context.ts';
import {
  EXIT,
  print,
  printError,
  readArguments,
  readMoment,
  runProgram,
  UsageError,
  withDependencies,
} from './program.ts';

const HELP = `Exports the audit, or checks that nothing in it was changed:

  npm run -s audit -- export [--from DAY] [--to DAY] [--format jsonl|csv|ocsf]
      writes every row to standard output, oldest first. DAY is 2026-11-01 (UTC), or a moment such as
      2026-11-01T08:00:00Z. The day that --to names is included. ocsf is the Open Cybersecurity Schema Framework 1.1.0,
      an event a line.
  npm run -s audit -- verify [--head NUMBER:HASH]
      follows the chain from its start, and names the first row that is wrong. With a --head that export or verify
      printed earlier, it also notices when the end was cut off or the chain was rebuilt.

Exit code: 0 the chain is whole, or everything was written; 1 a row is wrong; 64 this help; 78 settings.
`;

const OPTIONS = {
  from: { type: 'string' },
  to: { type: 'string' },
  format: { type: 'string' },
  head: { type: 'string' },
} as const;

type Row = Awaited<ReturnType<typeof exportAudit>>['rows'][number];
type Head = { number: number; hash: string };

/** The columns of the CSV format. */
const COLUMNS: Record<string, (row: Row) => string | number | null> = {
  number: (row) => row.number,
  hash: (row) => row.hash,
  service: (row) => row.serviceId,
  id: (row) => row.id,
  at: (row) => row.at.toISOString(),
  operation: (row) => row.operation,
  outcome: (row) => row.outcome,
  code: (row) => row.code,
  actor_kind: (row) => row.actorKind,
  actor_id: (row) => row.actorId,
  actor_name: (row) => row.actorName,
  target_kind: (row) => row.targetKind,
  target_id: (row) => row.targetId,
  about: (row) => row.about,
  reason: (row) => row.reason,
  before: (row) => (row.before ? JSON.stringify(row.before) : null),
  after: (row) => (row.after ? JSON.stringify(row.after) : null),
  asked_by: (row) => row.approval?.requestedByName ?? null,
  decided_by: (row) => row.approval?.decidedByName ?? null,
  decision_reason: (row) => row.approval?.decisionReason ?? null,
  approval_id: (row) => row.approvalId,
  request_id: (row) => row.requestId,
};

const FORMATS: Record<string, { head: string; line: (row: Row) => string }> = {
  jsonl: { head: '', line: (row) => `${JSON.stringify(row)}\n` },
  ocsf: { head: '', line: (row) => `${JSON.stringify(ocsfOf(row))}\n` },
  csv: {
    head: csvLine(Object.keys(COLUMNS)),
    line: (row) => csvLine(Object.values(COLUMNS).map((cellOf) => cellOf(row))),
  },
};

async function main(args: string[]): Promise<number> {
  const { values, positionals } = readArguments(args, OPTIONS);
  const [command, ...more] = positionals;
  if (command === 'export' && more.length === 0 && values.head === undefined) return exportRows(values);
  const isSpan = [values.from, values.to, values.format].some((value) => value !== undefined);
  if (command === 'verify' && more.length === 0 && !isSpan) return verify(values.head);
  throw new UsageError(HELP);
}

async function exportRows(values: { from?: string; to?: string; format?: string }): Promise<number> {
  const format = FORMATS[values.format ?? 'jsonl'];
  if (!format) throw new UsageError('--format is jsonl, csv or ocsf.');
  const span = {
    ...(values.from === undefined ? {} : { from: readMoment('from', values.from) }),
    ...(values.to === undefined ? {} : { to: readMoment('to', values.to, true) }),
  };
  return withContext(async (context) => {
    await print(format.head);
    let head: Head | null = null;
    let written = 0;
    for await (const rows of pages(context, span)) {
      await print(rows.map(format.line).join(''));
      written += rows.length;
      head = rows.reduce(laterHead, head);
    }
    printError(`${written} rows written. ${headAdvice(head)}`);
    return EXIT.ok;
  });
}

async function* pages(context: Context, span: { from?: Date; to?: Date }): AsyncGenerator<Row[]> {
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof exportAudit>> = await exportAudit(context, {
      ...span,
      ...(after ? { after } : {}),
    });
    yield page.rows;
    after = page.next;
  } while (after);
}

/** The export is ordered by time, but a row that was committed late comes later in the chain. */
function laterHead(head: Head | null, { number, hash }: Row): Head | null {
  return number !== null && hash !== null && number > (head?.number ?? 0) ? { number, hash } : head;
}

const headAdvice = (head: Head | null): string =>
  head
    ? `Keep this somewhere else, and verify with it later: --head ${head.number}:${head.hash}`
    : 'None of them is in the chain yet. The server adds new rows every minute.';

const PROBLEMS: Record<ChainProblem['what'], string> = {
  'row changed': 'this row was changed after it was sealed, or the chain was rebuilt from here on',
  'row removed': 'the row that this link seals is missing',
  'link removed': 'this link is missing',
  'row added': 'this row was never sealed, although it is old: the product didn’t write it',
  'end cut off': 'the chain ends before the head that you gave: its end was cut off',
  'another chain': 'this link isn’t the head that you gave: the chain was rebuilt',
};

async function verify(headText: string | undefined): Promise<number> {
  const [, number = '', hash = ''] = /^([1-9]\d{0,14}):([0-9a-f]{64})$/.exec(headText ?? '') ?? [];
  if (headText !== undefined && !number)
    throw new UsageError('--head is NUMBER:HASH as export and verify print it, such as 1200:9f86d0…');
  return withContext(async (context) => {
    const head = number ? { head: { number: Number(number), hash } } : {};
    const result = await verifyAudit(context, head);
    await print(`rows: ${result.rows}\n`);
    await print(`head: ${result.head ? `${result.head.number}:${result.head.hash}` : 'none'}\n`);
    const { problem } = result;
    if (!problem) {
      await print('The chain is whole.\n');
      return EXIT.ok;
    }
    const row = problem.auditId ? ` (audit row ${problem.auditId})` : '';
    await print(`PROBLEM at number ${problem.number}${row}: ${PROBLEMS[problem.what]}.\n`);
    await print('The rows and the head above are those before the problem.\n');
    return EXIT.refused;
  });
}

const withContext = (work: (context: Context) => Promise<number>): Promise<number> =>
  withDependencies(({ contextOf }) => work(contextOf({ kind: 'console', name: 'audit' })));

await runProgram(HELP, main);
