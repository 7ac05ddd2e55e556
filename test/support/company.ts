// A company's OpenID provider on a server of its own, and browsers that sign in there.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';
import { type Colleague, createCompany } from '../../src/playground/company/company.ts';
import type { Visitor } from './visitor.ts';

const SECRET = 'a-secret-between-the-company-and-us';

/** What the portal is called there: browsers never reach it under this name in tests. */
export const PORTAL_URL = 'https://developers.example.com';

/** `portalUrl`: the public address of the portal. */
export async function startCompany(name = 'acme', portalUrl = PORTAL_URL) {
  let listener: RequestListener = (_req, res) => res.writeHead(503).end();
  const server = createServer((req, res) => listener(req, res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const colleagues = new Map<string, Colleague>();
  const serve = createCompany({
    issuer,
    mountPath: '',
    client: {
      id: 'apim-user',
      secret: SECRET,
      redirectUris: [`${portalUrl}/portal/sign-in/${name}/callback`],
      afterSignOut: [`${portalUrl}/portal`],
    },
    colleagues: () => [...colleagues.values()],
  });
  listener = serve;
  const setting = (field: string) => `SIGN_IN_${name.toUpperCase()}_${field}`;
  return {
    issuer,
    settings: {
      PUBLIC_URL: portalUrl,
      SIGN_IN_PROVIDERS: name,
      [setting('ISSUER')]: issuer,
      [setting('CLIENT_ID')]: 'apim-user',
      [setting('CLIENT_SECRET')]: SECRET,
    },
    /** A person with an account there, or a change of one. */
    employs(subject: string, more: Partial<Colleague> = {}): Colleague {
      const known = colleagues.get(subject);
      const one = {
        ...{ email: `${subject}@acme.example`, isEmailVerified: true, firstName: 'Ann', lastName: 'Lee' },
        ...known,
        ...more,
        subject,
      };
      colleagues.set(subject, one);
      return one;
    },
    setDown(isDown: boolean): void {
      listener = isDown ? (_req, res) => res.writeHead(500).end() : serve;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      }),
  };
}

/** Where a form of ours leads the browser. */
export async function whereTo(answer: Response): Promise<string> {
  const to = /^0; url=(.+)$/.exec(answer.headers.get('refresh') ?? '')?.[1];
  expect([answer.status, to]).toEqual([200, expect.any(String)]);
  return to ?? '';
}

/** Signs in at the provider as a browser would, and returns the path at which it comes back to us. */
export async function signInThere(url: string, subject: string, portalUrl = PORTAL_URL): Promise<string> {
  const cookies = new Map<string, string>();
  let [next, form]: [string, URLSearchParams | null] = [url, null];
  for (let hops = 0; hops < 10; hops += 1) {
    const answer: Response = await fetch(next, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form ? { method: 'POST', body: form } : {}),
    });
    for (const one of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(one) ?? [];
      cookies.set(name, value);
    }
    const location: string | null = answer.headers.get('location');
    if (location?.startsWith(portalUrl)) return location.slice(portalUrl.length);
    form = location ? null : new URLSearchParams({ subject });
    if (!location && answer.status !== 200) throw new Error(`the provider answered ${answer.status}`);
    next = location ? new URL(location, next).href : next;
  }
  throw new Error('the provider sends the browser in a circle');
}

/** The whole way: our button, the provider, and back. Returns our answer to what the provider sent. */
export async function signInWith(
  who: Visitor,
  subject: string,
  { name = 'acme', fields = {} }: { name?: string; fields?: Record<string, string> } = {},
): Promise<Response> {
  const there = await whereTo(await who.post(`/portal/sign-in/${name}`, fields));
  return who.get(await signInThere(there, subject));
}
