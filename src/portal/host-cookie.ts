// A cookie of the portal, which no script reads and no other site's form sends.
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { Policy } from '../operations/frame/context.ts';
import type { WebContext } from '../web/request-facts.ts';

export type HostCookie = {
  read(c: WebContext): string | undefined;
  /** For responses that `c` makes, such as a redirect. Without `maxAge`, in seconds, the cookie ends with the browser. */
  write(c: WebContext, value: string, maxAge?: number): void;
  clear(c: WebContext): void;
};

/** `__Host-`, so that no other host of the domain can set it, and Secure. On plain HTTP a browser keeps neither. */
export function createHostCookie(policy: Policy, name: string): HostCookie {
  const isHttps = () => policy.publicUrl.startsWith('https://');
  const options = () => ({
    path: '/',
    httpOnly: true,
    sameSite: 'Lax' as const,
    ...(isHttps() ? { prefix: 'host' as const, secure: true } : {}),
  });
  return {
    read: (c) => (isHttps() ? getCookie(c, name, 'host') : getCookie(c, name)) || undefined,
    write: (c, value, maxAge) =>
      setCookie(c, name, value, { ...options(), ...(maxAge === undefined ? {} : { maxAge }) }),
    clear: (c) => void deleteCookie(c, name, options()),
  };
}
