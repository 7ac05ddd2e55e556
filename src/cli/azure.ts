// npm run azure: says how the mirror of an Azure API Management instance is, leaves the instance, and moves to another.
import { enterAlone } from '../db/connection/presence.ts';
import { DomainError } from '../domain/domain-error.ts';
import { attachInstance } from '../operations/azure/attach.ts';
import { detachInstance } from '../operations/azure/detach.ts';
import { showMirror } from '../operations/azure/show.ts';
import type { Context } from '../operations/frame/context.ts';
import type { AzureSettings } from '../settings/azure-settings.ts';
import { settingsOf } from '../settings/settings.ts';
import { compareWith } from './azure/compare.ts';
import { printDifferences, printOrders, printStatus, printUnwritten } from './azure/status.ts';
import { refusalText } from './console/output.ts';
import {
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

const HELP = `The mirror of an Azure API Management instance, from a shell on the server:

  npm run -s azure -- status [--all]
      says how far it is, and lists the first changes that Azure hasn't got and the first open differences. --all lists
      every one.
  npm run -s azure -- attach [--all] [--apply --as "Your Name" --reason "why"] [--give-up]
      moves to the instance in AZURE_API_MANAGEMENT: compares it with what is here by id, and changes nothing. --apply binds
      the service to it, in the mode watch. Ids and keys stay. Stop the server first.
  npm run -s azure -- detach [--all] [--apply --as "Your Name" --reason "why"] [--give-up]
      leaves the instance: says what it hasn't got yet. --apply forgets it. Everything here stays, and Azure stays as it is.

Changes that wait for Azure must be sent first, or be given up with --give-up.

Exit code: 0 done; 1 refused, or Azure couldn't be read; 64 this help; 70 an error; 78 settings.
`;
const OPTIONS = {
  all: { type: 'boolean' },
  apply: { type: 'boolean' },
  'give-up': { type: 'boolean' },
  as: { type: 'string' },
  reason: { type: 'string' },
} as const;
const MAX_REASON_LENGTH = 500;

type MirrorOptions = ReturnType<typeof readOptions>;

const COMMANDS = { status, attach, detach } as const;

async function main(args: string[]): Promise<number> {
  const options = readOptions(args);
  return withDependencies(async ({ contextOf, databaseUrl, serviceId }, settings) => {
    const { azure } = settingsOf(settings, serviceId);
    const plain = contextOf({ kind: 'console', name: options.name });
    const context = options.reason ? { ...plain, reason: options.reason } : plain;
    try {
      return await COMMANDS[options.command](context, options, { azure, databaseUrl });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      printError(refusalText(error));
      return EXIT.refused;
    }
  });
}

type Place = { azure: AzureSettings | null; databaseUrl: string };

function readOptions(args: string[]) {
  const { values, positionals } = readArguments(args, OPTIONS);
  const [command = '', ...more] = positionals;
  const isApplied = values.apply ?? false;
  const isKnown = command === 'status' || command === 'attach' || command === 'detach';
  if (!isKnown || more.length > 0 || (command === 'status' && isApplied)) throw new UsageError(HELP);
  const name = values.as?.trim() ?? '';
  const reason = values.reason?.trim() ?? '';
  if (isApplied && (!name || !reason))
    throw new UsageError('Add --as "Your Name" and --reason "why" to --apply: the audit records both.');
  requirePersonName(name);
  if (reason.length > MAX_REASON_LENGTH)
    throw new UsageError(`--reason has at most ${MAX_REASON_LENGTH} characters.`);
  return {
    command,
    ...{ name: name || `npm run azure`, reason, isApplied },
    ...{ isWhole: values.all ?? false, givesUp: values['give-up'] ?? false },
  } as const;
}

async function status(context: Context, { isWhole }: MirrorOptions): Promise<number> {
  const mirror = await showMirror(context, {});
  if (!mirror) {
    await print("This service isn't bound to an instance. AZURE_API_MANAGEMENT binds it.\n");
    return EXIT.ok;
  }
  await printStatus(mirror);
  await printOrders(context, isWhole);
  await printDifferences(context, isWhole);
  return EXIT.ok;
}

async function detach(context: Context, options: MirrorOptions, { azure }: Place): Promise<number> {
  const mirror = await showMirror(context, {});
  if (!mirror) throw new DomainError('azure_not_bound');
  await printStatus(mirror);
  await printOrders(context, options.isWhole);
  await printUnwritten(context);
  await printDifferences(context, options.isWhole);
  await print(
    azure?.keys === 'mirrored'
      ? 'Keys: both sides have the same ones, but for the open differences.\n'
      : "Keys: each side has keys of its own (AZURE_KEYS=left). Those that programs use at Azure's gateway are in Azure only.\n",
  );
  if (!options.isApplied) return nothingChanged();
  const { path, givenUp } = await detachInstance(context, { givesUp: options.givesUp });
  await printLine(`Left ${path}.${givenUpWords(givenUp)}`);
  if (azure)
    await print(
      'Remove AZURE_API_MANAGEMENT from the settings of the server: its next start would bind again.\n',
    );
  return EXIT.ok;
}

async function attach(
  context: Context,
  options: MirrorOptions,
  { azure, databaseUrl }: Place,
): Promise<number> {
  if (!azure) throw new UsageError('AZURE_API_MANAGEMENT names the instance to move to. It is not set.');
  const alone = options.isApplied ? await enterAlone(databaseUrl) : null;
  if (options.isApplied && !alone) {
    printError(
      'A server is running on this database. Stop it first, so that it reads no other instance meanwhile.',
    );
    return EXIT.refused;
  }
  try {
    const former = await showMirror(context, {});
    await printLine(`From ${former?.path ?? 'no instance'}`);
    await printLine(`to   ${azure.path}`);
    if (former) await printOrders(context, options.isWhole);
    if (!(await compareWith(context, azure, options.isWhole))) return EXIT.refused;
    if (!options.isApplied) return nothingChanged();
    const { givenUp } = await attachInstance(context, { path: azure.path, givesUp: options.givesUp });
    await print(
      `Bound, in the mode watch.${givenUpWords(givenUp)} Start the server: it compares everything, and asks about what differs.\n`,
    );
    return EXIT.ok;
  } finally {
    await alone?.leave();
  }
}

const givenUpWords = (count: number): string =>
  count === 0 ? '' : count === 1 ? ' 1 change was given up.' : ` ${count} changes were given up.`;

async function nothingChanged(): Promise<number> {
  await print('Nothing changed. To do this, add --apply --as "Your Name" --reason "why".\n');
  return EXIT.ok;
}

await runProgram(HELP, main);
