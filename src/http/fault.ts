// A fault of ours: the person sees a reference, the log has the same one, and neither has what went wrong with whom.
import type { Log } from '../log.ts';

const MAX_FRAMES = 5;

/**
 * Logs an unexpected error under the request's id: its kind, its code when it has a plain one, and where in our sources
 * it came from. Never its message, cause or details, which hold addresses and parameters of queries.
 */
export function logFault(log: Log, error: unknown, facts: { id: string; route: string }): void {
  log.error(
    { code: faultCode(error), reference: facts.id, route: facts.route, frames: ourFrames(error) },
    'fault',
  );
}

function faultCode(error: unknown): string {
  if (!(error instanceof Error)) return 'not_an_error';
  const code = 'code' in error ? error.code : error.name;
  return typeof code === 'string' && /^[A-Za-z0-9_]{1,40}$/.test(code) ? code : 'unnamed';
}

/** "src/portal/accept.tsx:12": places, without the names of functions and without the message before them. */
function ourFrames(error: unknown): string[] {
  const lines = error instanceof Error ? (error.stack ?? '').split('\n') : [];
  return lines
    .filter((line) => /^ {4}at /.test(line))
    .flatMap((line) => /(\bsrc\/[\w/.-]{1,100}:\d+):\d+\)?$/.exec(line)?.[1] ?? [])
    .slice(0, MAX_FRAMES);
}
