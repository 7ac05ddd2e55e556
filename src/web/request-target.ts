// One spelling of a request's path, so that limits, routes and permissions judge the same one.
import { HttpRefusal } from './refusal.ts';

const MAX_URL_LENGTH = 8 * 1_024;
/** RFC 3986 2.3: these mean the same encoded or not. */
const UNRESERVED = /[A-Za-z0-9._~-]/;
/** An empty segment, or one of dots: programs don't agree on where such a path leads. */
const AMBIGUOUS_SEGMENT = /\/(?:\.{0,2}\/|\.{1,2}$)/;

/**
 * The target with its path in one spelling: unreserved characters aren't encoded. The query stays as it is.
 * Errors: 414; 400 for a target that two programs could read differently (another form than a path, an empty or dotted
 * segment, a backslash, a fragment, a bad encoding).
 */
export function plainTarget(target: string): string {
  if (target.length > MAX_URL_LENGTH) throw new HttpRefusal('address_too_long');
  if (!/^\/[^\\#]*$/.test(target) || !isPrintable(target) || !isEncodedWell(target))
    throw new HttpRefusal('bad_request');
  const end = target.includes('?') ? target.indexOf('?') : target.length;
  const path = target.slice(0, end).replace(/%[0-9a-f]{2}/gi, (encoded) => {
    const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16));
    return UNRESERVED.test(character) ? character : encoded.toUpperCase();
  });
  if (AMBIGUOUS_SEGMENT.test(path)) throw new HttpRefusal('bad_request');
  return path + target.slice(end);
}

/** Whether a target is this path or below it. */
export function isAt(path: string, target = ''): boolean {
  return target.startsWith(path) && ['', '/', '?'].includes(target.charAt(path.length));
}

const isPrintable = (target: string): boolean => /^[\x21-\x7e]*$/.test(target);

function isEncodedWell(target: string): boolean {
  try {
    decodeURIComponent(target);
    return true;
  } catch {
    return false;
  }
}
