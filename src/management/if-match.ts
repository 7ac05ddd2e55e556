// ETags: which version of a resource a request is meant for.
import { ManagementError } from './management-error.ts';
import type { ManagementRequest } from './route.ts';

export const etagOf = (version: number): string => `"${version}"`;

/**
 * The version that a resource must have for a change; empty for any version. Errors: 412 for a malformed ETag, 428 without
 * a `required` header (PATCH and DELETE).
 * Source: RFC 9110 13.1.1, RFC 6585 3.
 */
export function readIfMatch(
  { ifMatch }: ManagementRequest,
  header: 'required' | 'optional',
): { expectedVersion?: number } {
  if (ifMatch === null) {
    if (header === 'optional') return {};
    throw new ManagementError(428, 'PreconditionRequired', 'Send an If-Match header: an ETag, or *.');
  }
  if (ifMatch.trim() === '*') return {};
  const version = /^(?:W\/)?"?(\d{1,9})"?$/.exec(ifMatch.trim())?.[1];
  if (version === undefined || Number(version) < 1) throw preconditionFailed();
  return { expectedVersion: Number(version) };
}

/** Refuses (412) an ETag or * for a resource that does not exist. */
export function demandNoIfMatch({ ifMatch }: ManagementRequest): void {
  if (ifMatch !== null) throw preconditionFailed();
}

const preconditionFailed = () =>
  new ManagementError(
    412,
    'PreconditionFailed',
    "The resource doesn't exist, or has changed since this ETag. Nothing changed.",
  );
