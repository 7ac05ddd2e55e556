// Where a mail's links may lead: to our own host, and to those that MAIL_LINK_HOSTS lists.

const LOCAL_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * The address, when it leads to one of the hosts (`name` or `name:port`) by https, or by http on this machine; else null.
 * `ownOrigin` (PUBLIC_URL's) is allowed as it is.
 */
export function allowedAddress(text: string, hosts: readonly string[], ownOrigin?: string): URL | null {
  // A URL parser drops tabs and turns backslashes round; an address that needs that is no honest one.
  if (!URL.canParse(text) || /[\s\\]|\p{Cc}/u.test(text)) return null;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return null;
  if (url.origin === ownOrigin) return url;
  const isSecure = url.protocol === 'https:' || (url.protocol === 'http:' && LOCAL_HOSTS.has(url.hostname));
  return isSecure && hosts.some((host) => host.toLowerCase() === url.host) ? url : null;
}

const WRITTEN_ADDRESS = /(?:[a-z][a-z0-9+.-]*:\/\/|\bwww\.)[^\s<>"'`]*/gi;

/** The first address in a text that mail clients would make a link of although it may not be one; null when none. */
export function strayAddress(text: string, hosts: readonly string[]): string | null {
  for (const [written] of text.matchAll(WRITTEN_ADDRESS)) {
    const address = written.replace(/[.,;:!?)\]]+$/, '');
    if (!allowedAddress(address, hosts)) return address;
  }
  return null;
}
