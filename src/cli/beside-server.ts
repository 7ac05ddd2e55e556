// What programs that work beside a server have in common: the way in, the ends, and what exit codes mean.
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { EmbeddedPostgresError } from '../db/embedded/server.ts';
import { type Dependencies, openDependencies } from '../dependencies.ts';
import { createLog } from '../log.ts';
import { readSettings, type Settings, SettingsError } from '../settings/settings.ts';

/** As in sysexits.h, but for what was looked for or asked for: 0 and 1. */
export const EXIT = { ok: 0, refused: 1, usage: 64, fault: 70, waits: 75, settings: 78 } as const;

const POOL_SIZE = 2;

/** What was typed can't be meant; nothing was done. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** Runs a program to its end and sets its exit code. Of a fault it tells kind and place: drivers quote values. */
export async function runProgram(work: () => Promise<number>): Promise<void> {
  // Whoever reads us may stop reading (`… | head`): `say` tells us so.
  process.stdout.on('error', () => {});
  try {
    process.exitCode = await work();
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    if (process.exitCode === EXIT.fault) createLog('fatal', process.stderr).fatal({ err: error }, 'fault');
    if (process.exitCode !== EXIT.ok) complain(faultWords(error));
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof SettingsError) return EXIT.settings;
  if (error instanceof UsageError) return EXIT.usage;
  return (error as { code?: unknown }).code === 'EPIPE' ? EXIT.ok : EXIT.fault;
}

function faultWords(error: unknown): string {
  const isOurs = [SettingsError, UsageError, EmbeddedPostgresError].some((kind) => error instanceof kind);
  if (isOurs) return (error as Error).message;
  let cause = error;
  while (cause instanceof Error && cause.cause) cause = cause.cause;
  const { name = 'fault', code } = cause as { name?: string; code?: unknown };
  return `A fault stopped this: ${name}${typeof code === 'string' ? ` ${code}` : ''}. What was done before it, the audit says.`;
}

/** Opens the server's database and keys for some work; with the server running or not, with Slack there or not. */
export async function withDependencies<Result>(
  work: (dependencies: Dependencies, settings: Settings) => Promise<Result>,
): Promise<Result> {
  const settings = readSettings();
  const ends: (() => Promise<unknown>)[] = [];
  try {
    const dependencies = await openDependencies(settings, {
      clock: () => new Date(),
      people: {
        actorOf: () => Promise.reject(new Error('the console does not ask Slack')),
      },
      publicUrl: () => settings.publicUrl ?? `http://localhost:${settings.port}`,
      poolSize: POOL_SIZE,
      say: complain,
      isBesideServer: true,
      atEnd: (end) => void ends.push(end),
    });
    return await work(dependencies, settings);
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

/** `parseArgs`, strict, with what it doesn't like as a `UsageError`. */
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

const DAY_MS = 86_400_000;

/** A day (UTC) or a moment; a day as the end of a span is meant too, so its end is the next one's beginning. */
export function readMoment(name: string, text: string, isEnd = false): Date {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const isMoment = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/.test(text);
  const at = new Date(isDay ? `${text}T00:00:00Z` : text);
  const isReal =
    (isDay || isMoment) && !Number.isNaN(at.getTime()) && (!isDay || at.toISOString().startsWith(text));
  if (!isReal)
    throw new UsageError(`--${name} is a day (UTC) or a moment: 2026-11-01 or 2026-11-01T08:00:00Z.`);
  return isDay && isEnd ? new Date(at.getTime() + DAY_MS) : at;
}

/** Resolves when it is written, so that no more than one piece is ever held. */
export function say(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

export function complain(text: string): void {
  process.stderr.write(`${text}\n`);
}
