import { type DestinationStream, type Logger, pino } from 'pino';

export type Log = Logger;

/** An error in the log is its kind and code; messages and details of drivers hold addresses and texts. */
type LoggedError = {
  type: string;
  code?: string | undefined;
  cause?: LoggedError | undefined;
  frames?: string[];
};

function serializeError(error: unknown): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const cause = error.cause instanceof Error ? serializeError(error.cause) : undefined;
  const frames = (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 8)
    .map((line) => line.trim());
  return { type: error.name, code, cause, frames };
}

export function createLog(level: string, stream?: DestinationStream): Log {
  const options = {
    level,
    base: null,
    timestamp: () => `,"at":"${new Date().toISOString()}"`,
    serializers: { err: serializeError },
  };
  return stream ? pino(options, stream) : pino(options);
}
