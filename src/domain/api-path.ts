// Where an API begins behind the gateway.
import { DomainError } from './domain-error.ts';

/** Azure: the API's path, 0–400 characters. */
export const MAX_API_PATH_LENGTH = 400;
/** Characters that every program reads alike, so that nothing needs decoding. */
const SEGMENT = /^[A-Za-z0-9._~-]+$/;

/**
 * The path as it is stored: without slashes at its ends, `orders/v1`; empty for everything. It keeps its spelling but
 * compares without case: where an upstream takes `/Orders` for `/orders`, its gateway must too.
 * Errors: `invalid_input` with `fields.path`: segments are letters, digits, `-`, `.`, `_`, `~`; no `.` or `..`; at most
 * 400 characters.
 */
export function parseApiPath(text: string): string {
  const path = text.trim().replace(/^\/+|\/+$/g, '');
  const fault = errorIn(path);
  if (fault) throw new DomainError('invalid_input', { fields: { path: fault } });
  return path;
}

function errorIn(path: string): string | null {
  if (path.length > MAX_API_PATH_LENGTH) return `at most ${MAX_API_PATH_LENGTH} characters`;
  if (path === '') return null;
  const segments = path.split('/');
  if (segments.some((segment) => segment === '.' || segment === '..')) return 'no part of it can be . or ..';
  const isPlain = segments.every((segment) => SEGMENT.test(segment));
  return isPlain ? null : 'use letters, digits and - . _ ~ between the slashes, such as orders/v1';
}
