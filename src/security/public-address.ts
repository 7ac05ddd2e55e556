// Whether a host may be called that a person or program named. They may not use this server to reach what it alone can: each
// address is checked when the connection to it is made, so neither a redirect nor a name that changes gets around.
import { lookup as lookUp } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** A host of ours, of this machine or of the cloud around it. */
export class PrivateAddressError extends Error {}

/** Azure's platform answers there, and gives a virtual machine its secrets. */
const PLATFORM = '168.63.129.16';
/** All that is given out of IPv6 (IANA): beyond are ways to write an address of IPv4, and what is not in use. */
const [GLOBAL, GLOBAL_BITS] = [ipaddr.parse('2000::'), 3] as const;

/** Also of an address of IPv6 that stands for one of IPv4. */
function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text) || text === PLATFORM) return false;
  const address = ipaddr.process(text);
  if (address.range() !== 'unicast' || address.toString() === PLATFORM) return false;
  return address.kind() === 'ipv4' || address.match(GLOBAL, GLOBAL_BITS);
}

/** Whether a URL's host is such an address in place of a name: Node asks for no name then. */
export function isPrivateHost(hostname: string): boolean {
  const literal = hostname.replace(/^\[|\]$/g, '');
  return isIP(literal) !== 0 && !isPublicAddress(literal);
}

/** Looks up a name that must lead to public addresses alone: one private address is enough, as chance decides which is used. */
export const publicLookup =
  (resolve: typeof lookUp): LookupFunction =>
  (hostname, options, done) =>
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, '');
      if (addresses.length === 0 || !addresses.every(({ address }) => isPublicAddress(address)))
        return done(new PrivateAddressError(), '');
      const [first] = addresses;
      return options.all ? done(null, addresses) : done(null, first?.address ?? '', first?.family ?? 4);
    });

export const lookUpPublic = publicLookup(lookUp);
