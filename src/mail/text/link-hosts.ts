// The links of a mail may lead to our own host and to the hosts of MAIL_LINK_HOSTS.

const LOCAL_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * The address when it leads to one of `hosts` (`name` or `name:port`) by https, or by http on this machine. Otherwise
 * null. `ownOrigin` (PUBLIC_URL's) is always allowed.
 */
export function allowedAddress(text: string, hosts: readonly string[], ownOrigin?: string): URL | null {
  // A URL parser drops tabs and turns backslashes into slashes, so such an address could hide its host.
  if (!URL.canParse(text) || /[\s\\]|\p{Cc}/u.test(text)) return null;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return null;
  if (url.origin === ownOrigin) return url;
  const isSecure = url.protocol === 'https:' || (url.protocol === 'http:' && LOCAL_HOSTS.has(url.hostname));
  return isSecure && hosts.some((host) => host.toLowerCase() === url.host) ? url : null;
}

const WRITTEN_ADDRESS = /(?:[a-z][a-z0-9+.-]*:\/\/|\bwww\.)[^\s<>"'`]*/gi;

/** The first address in a text that isn't allowed, and that mail clients would make a link of. Null for none. */
export function strayAddress(text: string, hosts: readonly string[]): string | null {
  for (const [written] of text.matchAll(WRITTEN_ADDRESS)) {
    const address = written.replace(/[.,;:!?)\]]+$/, '');
    if (!allowedAddress(address, hosts)) return address;
  }
  return null;
}
