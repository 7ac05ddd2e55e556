// A visitor of the portal with a browser of their own: it keeps cookies and asks from one address.
import { SCRIPT } from '../../src/portal/layout.tsx';
import type { TestApp } from './app.ts';

export type Visitor = ReturnType<typeof createVisitor>;

let count = 0;
export const newClientAddress = () => {
  count += 1;
  return `198.51.${100 + Math.floor(count / 250)}.${count % 250}`;
};

/** The app must trust the local proxy: `TRUSTED_PROXIES: '127.0.0.1'`. */
export function createVisitor(app: Pick<TestApp, 'url'>, address = newClientAddress()) {
  const cookies = new Map<string, string>();
  /** The whole header of every cookie that was set. */
  const set: string[] = [];

  async function send(path: string, init: RequestInit = {}, headers: Record<string, string> = {}) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(`${app.url}${path}`, {
      ...init,
      redirect: 'manual',
      headers: {
        'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36',
        'x-forwarded-for': address,
        ...(cookie ? { cookie } : {}),
        ...headers,
      },
    });
    for (const one of answer.headers.getSetCookie()) {
      set.push(one);
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(one) ?? [];
      if (value === '' || /max-age=0/i.test(one)) cookies.delete(name);
      else cookies.set(name, value);
    }
    return answer;
  }

  return {
    address,
    cookies,
    set,
    get: (path: string, headers?: Record<string, string>) => send(path, {}, headers),
    /** Sends a form of the page as a browser does; `headers` may claim another origin. */
    post: (
      path: string,
      fields: Record<string, string> = {},
      headers: Record<string, string> = { 'sec-fetch-site': 'same-origin' },
    ) =>
      send(
        path,
        { method: 'POST', body: String(new URLSearchParams(fields)) },
        { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      ),
    /** The words of the page, without markup and style. */
    reads: async (path: string) => textOf(await (await send(path)).text()),
  };
}

/** The page without the one script that each of our pages has. */
export const withoutOwnScript = (html: string): string => html.replace(`<script>${SCRIPT}</script>`, '');

export const textOf = (html: string): string =>
  html
    .replace(/<(style|script)>.*?<\/\1>/gs, '')
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&#x27;', "'")
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ')
    .trim();
