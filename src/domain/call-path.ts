// Finds the API that a call goes to, by the address that the client wrote. Trusts only what all programs read alike.
import { MAX_API_PATH_LENGTH } from './api-path.ts';

export type CallPath = {
  /** The segments before the first odd one, without a slash at the ends: `orders/v1`. */
  plain: string;
  /** Whether no segment is odd. Programs read an odd one (`%2F`, `;`, nothing between two slashes) in different ways. */
  isWhole: boolean;
};

/** The APIs by path, in lower case. */
export type ApiPlaces<Api> = {
  at(path: string): Api | undefined;
  /** Whether the path of an API continues this one. */
  hasBelow(path: string): boolean;
};

const VISIBLE = /^[\x21-\x7e]+$/;
/** A dot at the end is odd too: Windows drops it. */
const PLAIN_SEGMENT = /^[\w.~!$&'()*+,:@=-]*[\w~!$&'()*+,:@=-]$/;
const PLAIN_PATH = /^(?:\/[\w.~!$&'()*+,:@=-]*[\w~!$&'()*+,:@=-])*\/?$/;
/**
 * A segment of dots leads to another folder, also with a suffix that some servers cut off. Looks ahead, because a search for
 * a dot between dots would take a second for thousands of them.
 */
const MOVING_SEGMENT = /(?:^|[/\\])(?=[.\s]*(?:[;?#/\\]|$))\s*\./;
const ENCODED = /%[0-9A-Fa-f]{2}/;
/** An address that is still encoded after this many decodings was made to deceive. */
const MAX_DECODINGS = 3;

/**
 * Reads the path of an address in origin-form (`/orders/v1/7?page=2`). Null when programs could take it for different
 * APIs: segments of dots in any spelling, control characters, bytes outside ASCII, broken or endless percent-encoding,
 * invalid UTF-8.
 * Source: RFC 3986 §3.3, §5.2.4, §6.2.2; RFC 9112 §3.2.1.
 */
export function readCallPath(uri: string): CallPath | null {
  const end = uri.indexOf('?');
  const path = end < 0 ? uri : uri.slice(0, end);
  if (!path.startsWith('/')) return null;
  if (PLAIN_PATH.test(path))
    return { plain: path.slice(1, path.endsWith('/') ? -1 : undefined), isWhole: true };
  let stop = path.length;
  while (stop > 1 && path[stop - 1] === '/') stop -= 1;
  const segments = path.slice(1, stop);
  if (!VISIBLE.test(path) || path.includes('#') || !staysInPlace(path)) return null;
  const all = segments === '' ? [] : segments.split('/');
  const odd = all.findIndex((segment) => !PLAIN_SEGMENT.test(segment));
  return { plain: (odd < 0 ? all : all.slice(0, odd)).join('/'), isWhole: odd < 0 };
}

/** Whether the path stays where it is however often it is decoded. */
function staysInPlace(path: string): boolean {
  let text = path;
  for (let turn = 0; turn <= MAX_DECODINGS; turn++) {
    // Some programs read a full-width dot or slash as a plain one.
    if (MOVING_SEGMENT.test(text.normalize('NFKC')) || /\p{Cc}/u.test(text)) return false;
    if (turn > 0 && !ENCODED.test(text)) return true;
    try {
      text = decodeURIComponent(text);
    } catch {
      return false;
    }
  }
  return false;
}

/**
 * The API with the longest path that the call's path begins with, by whole segments and ignoring case. Null when there is
 * none. `ambiguous` when a program could find another API: an odd segment could be part of a longer path, or a program
 * that minds case finds a different one.
 */
export function findApi<Api extends { path: string }>(
  path: CallPath,
  places: ApiPlaces<Api>,
): Api | 'ambiguous' | null {
  const lower = path.plain.toLowerCase();
  if (!path.isWhole && places.hasBelow(lower)) return 'ambiguous';
  const found = longestMatch(lower, (part) => places.at(part));
  if (!found || path.plain.startsWith(found.path)) return found;
  const exact = longestMatch(lower, (part) => {
    const api = places.at(part);
    return api && path.plain.startsWith(api.path) ? api : undefined;
  });
  return exact ? 'ambiguous' : found;
}

/** Every path of an API that a call's path can begin with, longest first, in lower case. */
export function apiPathsOf(path: CallPath): string[] {
  const paths: string[] = [];
  longestMatch(path.plain.toLowerCase(), (part) => void paths.push(part));
  return paths;
}

function longestMatch<Found>(path: string, look: (part: string) => Found | undefined): Found | null {
  let end = path.length;
  if (end > MAX_API_PATH_LENGTH) end = path.lastIndexOf('/', MAX_API_PATH_LENGTH);
  while (end > 0) {
    const found = look(path.slice(0, end));
    if (found !== undefined) return found;
    end = path.lastIndexOf('/', end - 1);
  }
  return look('') ?? null;
}
