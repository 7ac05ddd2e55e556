// ETags: which version of a resource a request is meant for.
import { ManagementError } from './management-error.ts';
import type { Call } from './route.ts';

export const etagOf = (version: number): string => `"${version}"`;

/**
 * The version that a change is bound to; undefined for any. `isNeeded`: PATCH and DELETE, where nothing is refused with 428.
 * Source: management-api §1.1; RFC 9110 13.1.1, RFC 6585 3.
 */
export function expectedVersion({ ifMatch }: Call, isNeeded: boolean): number | undefined {
  if (ifMatch === null) {
    if (!isNeeded) return undefined;
    throw new ManagementError(428, 'PreconditionRequired', 'An If-Match header is needed: an ETag, or *.');
  }
  if (ifMatch.trim() === '*') return undefined;
  const version = /^(?:W\/)?"?(\d{1,9})"?$/.exec(ifMatch.trim())?.[1];
  if (version === undefined || Number(version) < 1) throw changed();
  return Number(version);
}

/** An ETag or * for what does not exist. */
export function demandNoMatch({ ifMatch }: Call): void {
  if (ifMatch !== null) throw changed();
}

const changed = () =>
  new ManagementError(
    412,
    'PreconditionFailed',
    'The resource is not there, or has changed since this ETag; nothing was done.',
  );
