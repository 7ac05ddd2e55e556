// The cookie that holds a session's secret.
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { Policy } from '../operations/frame/context.ts';
import type { WebContext } from '../web/request-facts.ts';

const NAME = 'apim-user-session';

export type SessionCookie = {
  read(c: WebContext): string | undefined;
  /** For responses that `c` makes, such as a redirect. The cookie ends with the browser, the session by its own time. */
  write(c: WebContext, secret: string): void;
  clear(c: WebContext): void;
};

/** `__Host-`, so that no other host of the domain can set it, and Secure. On plain HTTP a browser keeps neither. */
export function createSessionCookie(policy: Policy): SessionCookie {
  const isHttps = () => policy.publicUrl.startsWith('https://');
  const options = () => ({
    path: '/',
    httpOnly: true,
    sameSite: 'Lax' as const,
    ...(isHttps() ? { prefix: 'host' as const, secure: true } : {}),
  });
  return {
    read: (c) => (isHttps() ? getCookie(c, NAME, 'host') : getCookie(c, NAME)) || undefined,
    write: (c, secret) => setCookie(c, NAME, secret, options()),
    clear: (c) => void deleteCookie(c, NAME, options()),
  };
}
