// The address of the client, as far as a rate limit needs to know it.
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** IPv4 ranges are kept as IPv4-mapped IPv6 ranges, so that one comparison serves both. */
export type TrustedProxies = readonly [ipaddr.IPv6, number][];

/** No real chain of proxies is longer. */
const MAX_HOPS = 20;
const MAPPED_PREFIX_BITS = 96;
/** `::10.0.0.1` (RFC 4291 2.5.5.1) is an IPv6 address; ipaddr.js would read it as IPv4. */
const OBSOLETE_IPV4 = /^::(?=\d+\.)/;

/**
 * Reads `TRUSTED_PROXIES`: addresses and CIDR ranges, IPv4 and IPv6. Throws an Error that names an entry that is
 * neither.
 */
export function readTrustedProxies(entries: readonly string[]): TrustedProxies {
  return entries.map((entry) => {
    const [address, bits] = parseRange(entry);
    return address.kind() === 'ipv4' ? [asIpv6(address), bits + MAPPED_PREFIX_BITS] : [asIpv6(address), bits];
  });
}

/**
 * The client's address: the socket's, or behind trusted proxies the right-most entry of `X-Forwarded-For` that isn't one of
 * them. Entries further left are the client's own claim and are never read. The search stops before an entry that is no
 * address. `unknown` for a socket that is gone.
 */
export function clientAddress(
  socketAddress: string | undefined,
  forwardedFor: string | undefined,
  trusted: TrustedProxies,
): string {
  let address = parseAddress(socketAddress ?? '');
  if (!address) return 'unknown';
  const hops = (forwardedFor ?? '').split(',').slice(-MAX_HOPS).reverse();
  for (const hop of hops) {
    if (!isTrusted(address, trusted)) break;
    const next = parseAddress(withoutPort(hop.trim()));
    if (!next) break;
    address = next;
  }
  return address.toNormalizedString();
}

const FORWARDED_BY = ['forwarded', 'x-forwarded-for'] as const;
const OWN_NETWORK = new Set(['loopback', 'private', 'uniqueLocal', 'linkLocal', 'carrierGradeNat']);

/**
 * Whether a request came through a proxy of ours that isn't trusted: from this machine or a private network, with a header
 * that a proxy adds. Any client on the internet can send such a header, so from there it says nothing.
 */
export function isUndeclaredProxy(
  socketAddress: string | undefined,
  headers: Readonly<Record<string, unknown>>,
  trusted: TrustedProxies,
): boolean {
  if (FORWARDED_BY.every((name) => headers[name] === undefined)) return false;
  const address = parseAddress(socketAddress ?? '');
  return address !== null && OWN_NETWORK.has(address.range()) && !isTrusted(address, trusted);
}

/** The key of a limit: an IPv4 address, or the /64 of an IPv6 address, because a customer line has a whole /64. */
export function rateKey(address: string): string {
  const parsed = parseAddress(address);
  if (parsed?.kind() !== 'ipv6') return address;
  return `${parsed.toNormalizedString().split(':').slice(0, 4).join(':')}::/64`;
}

function parseRange(entry: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  const [address = ''] = entry.split('/');
  try {
    // ipaddr.js also takes short forms such as 10.1, which other programs read differently.
    if (isIP(address) === 0) throw new Error('not an address');
    const range = entry.includes('/') ? entry : `${entry}/${isIP(address) === 6 ? 128 : 32}`;
    return ipaddr.parseCIDR(range.replace(OBSOLETE_IPV4, '::0:'));
  } catch {
    throw new Error(`${entry} is neither an IP address nor a range such as 10.0.0.0/8`);
  }
}

/** Without its zone, and IPv4 inside IPv6 as IPv4. Null for a text that is no address. */
function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  const address = text.replace(/%.*$/, '').replace(OBSOLETE_IPV4, '::0:');
  return isIP(address) === 0 ? null : ipaddr.process(address);
}

function isTrusted(address: ipaddr.IPv4 | ipaddr.IPv6, trusted: TrustedProxies): boolean {
  const mapped = asIpv6(address);
  return trusted.some((range) => mapped.match(range));
}

function asIpv6(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv6 {
  return address instanceof ipaddr.IPv6 ? address : address.toIPv4MappedAddress();
}

/** Some proxies write `203.0.113.7:4711` and `[2001:db8::1]:4711`. */
function withoutPort(hop: string): string {
  return /^\[(.+)\](?::\d+)?$/.exec(hop)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(hop)?.[1] ?? hop;
}
