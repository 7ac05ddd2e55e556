// Logs one JSON line an event. Of an error it logs the kind, the code, and the places in our sources.
import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';

export type Log = Logger;

type LoggedError = { type: string; code?: string; frames?: string[]; cause?: LoggedError };

const MAX_FRAMES = 8;
const MAX_CAUSES = 3;
const MAX_LINE_BYTES = 8 * 1_024;
/** For the texts in a line that is too long. */
const MAX_TEXT_LENGTH = 200;
const MAX_CUT_FIELDS = 20;

export function createLog(level: string, stream?: DestinationStream): Log {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: () => `,"at":"${new Date().toISOString()}"`,
    serializers: { err: (error: unknown) => serializeError(error) },
    hooks: {
      streamWrite: oneShortLine,
      // Without a message of ours, pino would log the error's message.
      logMethod(args, method) {
        const [first, words] = args as unknown[];
        if (typeof first === 'string') return method.apply(this, [first]);
        const fields = first instanceof Error ? { err: first } : first;
        return method.apply(this, [fields as object, typeof words === 'string' ? words : 'event']);
      },
    },
  };
  return pino(options, stream ?? standardOutput());
}

/**
 * A log that can't be written, because its disk is full or its reader has gone, is no reason to end or to hang. Into a
 * file each line is written or dropped: pino's own output would try for ever to write the last ones before an exit.
 */
function standardOutput(): DestinationStream {
  if (!(process.stdout instanceof Socket)) return { write: writeOrDrop };
  const output = pino.destination(1);
  output.on('error', () => {});
  return output;
}

function writeOrDrop(line: string): void {
  try {
    writeSync(1, line);
  } catch {
    // The next line may find space.
  }
}

/** Leaves out the message: drivers put emails, texts and query parameters into it. */
function serializeError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error };
  const code = 'code' in error ? plainWord(error.code) : null;
  return {
    type: plainWord(error.name) ?? 'Error',
    ...(code ? { code } : {}),
    frames: ourFrames(error),
    ...(error.cause instanceof Error && depth < MAX_CAUSES
      ? { cause: serializeError(error.cause, depth + 1) }
      : {}),
  };
}

function plainWord(value: unknown): string | null {
  return typeof value === 'string' && /^\w{1,40}$/.test(value) ? value : null;
}

/** Places such as "src/portal/accept.tsx:12". */
function ourFrames(error: Error): string[] {
  return (error.stack ?? '')
    .split('\n')
    .filter((line) => /^ {4}at /.test(line))
    .flatMap((line) => /(\bsrc\/[\w/.-]{1,100}:\d+):\d+\)?$/.exec(line)?.[1] ?? [])
    .slice(0, MAX_FRAMES);
}

/** Escapes what JSON doesn't: C1 controls, which move a terminal's cursor, and two line separators. */
function oneShortLine(line: string): string {
  const safe = line.replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  if (Buffer.byteLength(safe) <= MAX_LINE_BYTES) return safe;
  const event = JSON.parse(line) as Record<string, unknown>;
  const fields = Object.entries(event).slice(0, MAX_CUT_FIELDS);
  const cut = fields.map(([name, value]) => [name.slice(0, MAX_TEXT_LENGTH), cutText(value)]);
  return `${JSON.stringify({ ...Object.fromEntries(cut), isCut: true })}\n`.replace(/[^\x20-\x7e\n]/g, '?');
}

function cutText(value: unknown): unknown {
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
  return (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, MAX_TEXT_LENGTH);
}
