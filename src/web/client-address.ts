// Who is asking, as far as a limit needs to know.
import { BlockList, isIP } from 'node:net';

/** A chain of proxies that is longer than this is made up. */
const MAX_HOPS = 20;

/**
 * Reads `TRUSTED_PROXIES`: addresses and CIDR ranges, IPv4 and IPv6. Throws an Error that names the entry which is
 * neither, for the report of settings.
 */
export function readTrustedProxies(entries: readonly string[]): BlockList {
  const trusted = new BlockList();
  for (const entry of entries) {
    const [address = '', prefix, ...more] = entry.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    const bits = prefix === undefined ? maxBits(family) : Number(prefix);
    const isRange = prefix === undefined || /^\d{1,3}$/.test(prefix);
    if (isIP(address) === 0 || !isRange || bits > maxBits(family) || more.length > 0) {
      throw new Error(`${entry} is neither an IP address nor a range such as 10.0.0.0/8`);
    }
    trusted.addSubnet(address, bits, family);
  }
  return trusted;
}

/**
 * The client's address: the socket's, unless that is a trusted proxy; then the right-most entry of `X-Forwarded-For`
 * that no trusted proxy wrote about another one of them. What stands further left is the client's own claim and is never
 * read. An entry that is no address ends the search at the last hop that was one.
 */
export function clientAddress(
  socketAddress: string | undefined,
  forwardedFor: string | undefined,
  trusted: BlockList,
): string {
  let address = plainAddress(socketAddress ?? '') ?? 'unknown';
  const hops = (forwardedFor ?? '').split(',').slice(-MAX_HOPS).reverse();
  for (const hop of hops) {
    if (!isTrusted(address, trusted)) return address;
    const next = plainAddress(withoutPort(hop.trim()));
    if (next === null) return address;
    address = next;
  }
  return address;
}

/** What a limit counts by: an IPv4 address, or the /64 of an IPv6 address, which is what one customer line has. */
export function rateKey(address: string): string {
  const groups = isIP(address) === 6 ? ipv6Groups(address) : null;
  return groups ? `${groups.slice(0, 4).join(':')}::/64` : address;
}

function maxBits(family: 'ipv4' | 'ipv6'): number {
  return family === 'ipv6' ? 128 : 32;
}

function isTrusted(address: string, trusted: BlockList): boolean {
  const family = isIP(address);
  return family !== 0 && trusted.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/** `203.0.113.7:4711` and `[2001:db8::1]:4711`, as some proxies write it. */
function withoutPort(hop: string): string {
  return /^\[(.+)\](?::\d+)?$/.exec(hop)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(hop)?.[1] ?? hop;
}

/** One spelling for one address: no zone, and IPv4 inside IPv6 as IPv4. Null when it is none. */
function plainAddress(text: string): string | null {
  const address = text.replace(/%.*$/, '');
  if (isIP(address) !== 6) return isIP(address) === 4 ? address : null;
  const groups = ipv6Groups(address);
  const isMapped = groups.slice(0, 5).every((group) => group === '0') && groups[5] === 'ffff';
  if (!isMapped) return groups.join(':');
  return groups
    .slice(6)
    .map((group) => Number.parseInt(group, 16))
    .flatMap((pair) => [pair >> 8, pair & 0xff])
    .join('.');
}

/** The eight groups of an IPv6 address that `isIP` accepted, each in its shortest form. */
function ipv6Groups(address: string): string[] {
  const hex = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, ...bytes: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.slice(0, 4).map(Number);
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
  const [head = '', tail] = hex.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  return [...left, ...Array<string>(zeros).fill('0'), ...right].map((group) =>
    Number.parseInt(group, 16).toString(16),
  );
}
