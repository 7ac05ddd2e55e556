// The cookie that holds a session's secret.
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { Policy } from '../operations/frame/context.ts';
import type { Web } from './site.tsx';

const NAME = 'apim-user-session';

export type SessionCookie = {
  read(c: Web): string | undefined;
  /** On answers made by `c` itself, such as a redirect. It ends with the browser; the session ends sooner or later. */
  write(c: Web, secret: string): void;
  clear(c: Web): void;
};

/** `__Host-`, so that no neighbour of our host can set it, and Secure; on local http neither would be kept. */
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
