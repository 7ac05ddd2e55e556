// ETags: which version of a resource a request is meant for.
import { ManagementError } from './management-error.ts';
import type { ManagementRequest } from './route.ts';

/**
 * What a missing version means. `lenient`: any version, and `*` in a PUT of a missing resource creates it, because azurerm and
 * APIOps send requests so. `strict`: PATCH and DELETE must name a version, as the published contract has it.
 */
export const PRECONDITIONS = ['lenient', 'strict'] as const;
export type Preconditions = (typeof PRECONDITIONS)[number];

export const etagOf = (version: number): string => `"${version}"`;

/**
 * The version that a resource must have for a change; empty for any version. Errors: 412 for a malformed ETag; with strict
 * preconditions 428 without a `required` header (PATCH and DELETE).
 * Source: RFC 9110 13.1.1, RFC 6585 3.
 */
export function readIfMatch(
  { ifMatch, preconditions }: ManagementRequest,
  header: 'required' | 'optional',
): { expectedVersion?: number } {
  if (ifMatch === null) {
    if (header === 'optional' || preconditions === 'lenient') return {};
    throw new ManagementError(428, 'PreconditionRequired', 'Send an If-Match header: an ETag, or *.');
  }
  if (ifMatch.trim() === '*') return {};
  const version = /^(?:W\/)?"?(\d{1,9})"?$/.exec(ifMatch.trim())?.[1];
  if (version === undefined || Number(version) < 1) throw preconditionFailed();
  return { expectedVersion: Number(version) };
}

/** Refuses (412) an ETag for a resource that does not exist; with strict preconditions also `*`. */
export function demandNoVersion({ ifMatch, preconditions }: ManagementRequest): void {
  if (ifMatch === null || (preconditions === 'lenient' && ifMatch.trim() === '*')) return;
  throw preconditionFailed();
}

/** Refuses (412) a resource that is there already, if the client asks for a new one. Source: RFC 9110 13.1.2. */
export function demandNew({ ifNoneMatch }: ManagementRequest): void {
  if (ifNoneMatch?.trim() === '*')
    throw new ManagementError(412, 'PreconditionFailed', 'The resource exists already. Nothing changed.');
}

const preconditionFailed = () =>
  new ManagementError(
    412,
    'PreconditionFailed',
    "The resource doesn't exist, or has changed since this ETag. Nothing changed. Read it again.",
  );
