// What the command-line programs share: dependencies, arguments, output and exit codes.

import { type ParseArgsConfig, parseArgs } from 'node:util';
import { EmbeddedPostgresError } from '../db/embedded/server.ts';
import { createStops, type Dependencies, openDependencies } from '../dependencies.ts';
import { parseTime } from '../domain/time-words.ts';
import { createLog } from '../log.ts';
import { readSettings, type Settings, SettingsError } from '../settings/settings.ts';
import { forTerminal } from './console/output.ts';

/** From 64 on as in sysexits.h. */
export const EXIT = { ok: 0, refused: 1, usage: 64, fault: 70, waits: 75, settings: 78 } as const;

const POOL_SIZE = 2;

/** The arguments are wrong. The program has done nothing. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/**
 * Runs a program and sets its exit code; `--help` and `-h` print the help instead. Of a fault it prints kind and place
 * only, because drivers quote values.
 */
export async function runProgram(help: string, work: (args: string[]) => Promise<number>): Promise<void> {
  const args = process.argv.slice(2);
  // A reader may stop reading (`… | head`). `print` rejects then.
  process.stdout.on('error', () => {});
  try {
    if (args.includes('--help') || args.includes('-h')) await print(help);
    else process.exitCode = await work(args);
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    if (process.exitCode === EXIT.fault) createLog('fatal', process.stderr).fatal({ err: error }, 'fault');
    if (process.exitCode !== EXIT.ok) printError(faultText(error));
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof SettingsError) return EXIT.settings;
  if (error instanceof UsageError) return EXIT.usage;
  return (error as { code?: unknown }).code === 'EPIPE' ? EXIT.ok : EXIT.fault;
}

function faultText(error: unknown): string {
  const isOurs = [SettingsError, UsageError, EmbeddedPostgresError].some((kind) => error instanceof kind);
  if (isOurs) return (error as Error).message;
  let cause = error;
  while (cause instanceof Error && cause.cause) cause = cause.cause;
  const { name = 'fault', code } = cause as { name?: string; code?: unknown };
  return `Stopped by an error: ${name}${typeof code === 'string' ? ` ${code}` : ''}. The audit shows what was done before it.`;
}

/** Opens the server's database and keys. Needs neither a running server nor Slack. */
export async function withDependencies<Result>(
  work: (dependencies: Dependencies, settings: Settings) => Promise<Result>,
): Promise<Result> {
  const settings = readSettings();
  return withStops(async (atStop) => {
    const dependencies = await openDependencies(settings, {
      people: { actorOf: () => Promise.reject(new Error('the console does not ask Slack')) },
      publicUrl: () => settings.publicUrl ?? `http://localhost:${settings.port}`,
      poolSize: POOL_SIZE,
      print: printError,
      isBesideServer: true,
      atStop,
    });
    return await work(dependencies, settings);
  });
}

/**
 * Runs the work, then stops all that it gave to `atStop`, the last first. A stop that fails is logged: it changes nothing
 * of what the work did, and hides no error of it.
 */
export async function withStops<Result>(
  work: (atStop: (stop: () => Promise<unknown>) => void) => Promise<Result>,
): Promise<Result> {
  const { atStop, stop } = createStops((error) =>
    createLog('error', process.stderr).error({ err: error }, 'stopping failed'),
  );
  try {
    return await work(atStop);
  } finally {
    await stop();
  }
}

/** Parses arguments strictly. Throws a `UsageError`. */
export function readArguments<const Options extends NonNullable<ParseArgsConfig['options']>>(
  args: string[],
  options: Options,
) {
  try {
    return parseArgs({ args, options, allowPositionals: true, allowNegative: true, strict: true });
  } catch (error) {
    const { code = '', message } = error as { code?: string; message: string };
    if (code.startsWith('ERR_PARSE_ARGS')) throw new UsageError(`${message.split('. ')[0]}.`);
    throw error;
  }
}

const MAX_NAME_LENGTH = 100;

/** Checks `--as`, the name in the audit. A slash is refused because `T012/U034` would read as a person of Slack. */
export function requirePersonName(name: string): void {
  if (/[/\p{Cc}\p{Cf}]/u.test(name) || name.length > MAX_NAME_LENGTH)
    throw new UsageError(`--as is a name of at most ${MAX_NAME_LENGTH} characters, without a slash.`);
}

const DAY_MS = 86_400_000;

/** Reads a day (UTC) or a moment. With `isEnd` a day gives the start of the next day, so a span includes it. */
export function readMoment(name: string, text: string, isEnd = false): Date {
  const direction = name === 'from' || name === 'to' ? 'past' : 'future';
  const reading = parseTime(text, { now: new Date(), direction });
  if (!reading)
    throw new UsageError(`--${name} is a day (UTC) or a moment: 2026-11-01 or 2026-11-01T08:00:00Z.`);
  if ('fault' in reading) throw new UsageError(`--${name} ${reading.fault}.`);
  const isDay = !reading.isSpan && !text.includes(':');
  return isDay && isEnd ? new Date(reading.at.getTime() + DAY_MS) : reading.at;
}

/** Such as `3 new, 1 faulty`. Empty for no values. */
export function countEach(values: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].map(([value, count]) => `${count} ${value}`).join(', ');
}

/** Resolves once the text is written, so a program never holds more than one piece of its output. */
export function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

/** Prints a line that may hold anything, as a terminal may show it. */
export const printLine = (text: string): Promise<void> => print(`${forTerminal(text)}\n`);

export function printError(text: string): void {
  process.stderr.write(`${text}\n`);
}
