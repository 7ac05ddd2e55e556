// Which API a call goes to, from an address that a client wrote. Only what every program on the way reads alike counts.
import { MAX_API_PATH_LENGTH } from './api-path.ts';

export type CallPath = {
  /** The segments before the first odd one, without a slash at the ends: `orders/v1`. */
  plain: string;
  /** Whether that is all of them: an odd segment (`%2F`, `;`, nothing between two slashes) reads in more than one way. */
  isWhole: boolean;
};

/** What APIs there are, by paths in small letters. */
export type ApiPlaces<Api> = {
  at(path: string): Api | undefined;
  /** Whether an API begins further below. */
  hasBelow(path: string): boolean;
};

const VISIBLE = /^[\x21-\x7e]+$/;
/** A dot at the end is odd as well: Windows takes it away. */
const PLAIN_SEGMENT = /^[\w.~!$&'()*+,:@=-]*[\w~!$&'()*+,:@=-]$/;
const PLAIN_PATH = /^(?:\/[\w.~!$&'()*+,:@=-]*[\w~!$&'()*+,:@=-])*\/?$/;
/** A segment of dots alone moves about, also with what some servers cut off behind them. */
const MOVING_SEGMENT = /(?:^|[/\\])[.\s]*\.[.\s]*(?:[;?#/\\]|$)/;
const ENCODED = /%[0-9A-Fa-f]{2}/;
/** An address that is still encoded after so many turns was made to deceive. */
const MAX_DECODINGS = 3;

/**
 * Reads the path of an address in origin-form (`/orders/v1/7?page=2`). Null for what programs read in different ways and
 * may leave one API for another by: segments of dots in any spelling, control characters, bytes outside ASCII, broken
 * or endless percent-encoding, UTF-8 that is none.
 * Source: RFC 3986 §3.3, §5.2.4, §6.2.2; RFC 9112 §3.2.1.
 */
export function readCallPath(uri: string): CallPath | null {
  const end = uri.indexOf('?');
  const path = end < 0 ? uri : uri.slice(0, end);
  if (!path.startsWith('/')) return null;
  if (PLAIN_PATH.test(path))
    return { plain: path.slice(1, path.endsWith('/') ? -1 : undefined), isWhole: true };
  const segments = path.replace(/^\/|\/+$/g, '');
  if (!VISIBLE.test(path) || path.includes('#') || !isStill(path)) return null;
  const all = segments === '' ? [] : segments.split('/');
  const odd = all.findIndex((segment) => !PLAIN_SEGMENT.test(segment));
  return { plain: (odd < 0 ? all : all.slice(0, odd)).join('/'), isWhole: odd < 0 };
}

/** Whether the path stays where it is however often it is decoded. */
function isStill(path: string): boolean {
  let text = path;
  for (let turn = 0; turn <= MAX_DECODINGS; turn++) {
    // Compatibility forms too: a full-width dot or slash is a plain one to some.
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
 * The API with the longest path that the call's begins with, on whole segments and without case. Null when there is none,
 * `ambiguous` when another reading of the address leads to another API: an odd segment where one begins further below, or
 * letters in another case where a program that minds case finds a different one.
 */
export function findApi<Api extends { path: string }>(
  path: CallPath,
  places: ApiPlaces<Api>,
): Api | 'ambiguous' | null {
  const lower = path.plain.toLowerCase();
  if (!path.isWhole && places.hasBelow(lower)) return 'ambiguous';
  const found = longest(lower, (part) => places.at(part));
  if (!found || path.plain.startsWith(found.path)) return found;
  const minded = longest(lower, (part) => {
    const api = places.at(part);
    return api && path.plain.startsWith(api.path) ? api : undefined;
  });
  return minded ? 'ambiguous' : found;
}

/** Every path of an API that a call's path can begin with, longest first, in small letters. */
export function apiPathsOf(path: CallPath): string[] {
  const paths: string[] = [];
  longest(path.plain.toLowerCase(), (part) => void paths.push(part));
  return paths;
}

function longest<Found>(path: string, look: (part: string) => Found | undefined): Found | null {
  let end = path.length;
  if (end > MAX_API_PATH_LENGTH) end = path.lastIndexOf('/', MAX_API_PATH_LENGTH);
  while (end > 0) {
    const found = look(path.slice(0, end));
    if (found !== undefined) return found;
    end = path.lastIndexOf('/', end - 1);
  }
  return look('') ?? null;
}
