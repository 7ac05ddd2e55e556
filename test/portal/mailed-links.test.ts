import { request } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { confirmRevoke } from '../support/confirm-revoke.ts';
import { eventually } from '../support/eventually.ts';
import { withoutOwnScript } from '../support/visitor.ts';

const PASSWORD = 'three quiet garden chairs';
const HOUR_MS = 3_600_000;

let app: TestApp;
let aheadMs = 0;
beforeAll(async () => {
  const clock = () => new Date(Date.now() + aheadMs);
  app = await startTestApp({ TRUSTED_PROXIES: '127.0.0.1' }, { clock });
});
afterAll(async () => {
  await app?.close();
});
afterEach(() => {
  aheadMs = 0;
});

let count = 0;
const newAddress = () => `dev${++count}@example.com`;
/** Each test, and each client that must be told apart, has its own address. */
const newClient = () => ({ 'x-forwarded-for': `198.51.100.${++count % 250}` });

const mailsTo = (address: string, subject: RegExp) =>
  app.inbox.mails().filter((mail) => mail.to.includes(address) && subject.test(mail.subject));
async function ticketTo(address: string, subject: RegExp, earlier = 0): Promise<string> {
  const mail = await eventually(`a mail to ${address}`, () => mailsTo(address, subject)[earlier]);
  return /ticket=([\w-]{43})/.exec(mail.text)?.[1] ?? '';
}
async function invited(address = newAddress()) {
  await app.as('admin').types(`/apim-user invite ${address}`);
  return { address, ticket: await ticketTo(address, /invited/) };
}
/** The confirmation link of a pending account. */
async function pending(address: string): Promise<string> {
  const admin = app.as('admin');
  await admin.types('/apim-user add');
  const modal = await admin.modal('Add an account');
  const fields = { Email: address, 'First name': 'Ann', 'Last name': 'Lee' };
  await modal.fill({ ...fields, 'Email confirmation': ['Send a link to confirm it first'] });
  await modal.submit();
  await modal.sees(/Added/);
  await modal.closeAll();
  return ticketTo(address, /confirm/);
}
/** An account with its reset link, which is in the welcome mail of an account without a password. */
async function added(address = newAddress()) {
  await app.as('admin').types(`/apim-user add ${address} Ann Lee`);
  return { address, ticket: await ticketTo(address, /Welcome/) };
}
const accept = (
  ticket: string,
  changed: Record<string, string> = {},
  headers: Record<string, string> = newClient(),
) =>
  app.post(
    '/invitations/accept',
    { ticket, firstName: 'Ann', lastName: 'Lee', password: PASSWORD, ...changed },
    headers,
  );
const reset = (ticket: string, headers: Record<string, string> = newClient(), password = PASSWORD) =>
  app.post('/password/reset', { ticket, password }, headers);
const accountOf = async (address: string) =>
  (
    await app.sql`select email, state, password_hash as "passwordHash" from accounts where email_canonical = ${address}`
  )[0];

describe('the page of a mailed link', () => {
  test.each(['invitation', 'reset'])(
    'T10: opening an %s link a hundred times uses nothing up',
    async (kind) => {
      const { ticket } = kind === 'invitation' ? await invited() : await added();
      const url = `${app.url}${kind === 'invitation' ? '/invitations/accept' : '/password/reset'}?ticket=${ticket}`;
      const tries = [
        ...Array.from({ length: 50 }, () => 'GET'),
        ...Array.from({ length: 50 }, () => 'HEAD'),
        ...Array.from({ length: 10 }, () => 'OPTIONS'),
      ];
      for (const method of tries) {
        const answer = await fetch(url, { method });
        const html = await answer.text();
        expect(answer.status).toBe(method === 'OPTIONS' ? 204 : 200);
        expect(answer.headers.get('cache-control')).toBe('no-store');
        expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
        expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
        expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
        expect(answer.headers.get('set-cookie')).toBeNull();
        expect(withoutOwnScript(html)).not.toMatch(/https?:|src=|url\(|<script|@import/i);
      }
      const done = kind === 'invitation' ? await accept(ticket) : await reset(ticket);
      expect(done.status).toBe(kind === 'invitation' ? 303 : 200);
    },
  );

  test('has exactly the style sheet that its policy allows', async () => {
    const answer = await fetch(`${app.url}/portal`);
    const css = /<style>(.*?)<\/style>/s.exec(await answer.text())?.[1] ?? '';
    const { createHash } = await import('node:crypto');
    const hash = createHash('sha256').update(css).digest('base64');
    expect(css.length).toBeGreaterThan(500);
    expect(answer.headers.get('content-security-policy')).toContain(`style-src 'sha256-${hash}';`);
  });

  test('names the organisation and the support email, and has labels for its fields', async () => {
    const { ticket } = await invited();
    const paths = [
      '/portal',
      '/password/forgot',
      `/invitations/accept?ticket=${ticket}`,
      '/password/reset',
      '/nowhere',
    ];
    for (const path of paths) {
      const html = await (await fetch(app.url + path)).text();
      expect(html).toContain('mailto:support@example.com');
      expect(html).toContain('Example Corp never asks for');
      expect(html).toMatch(/<html lang="en" dir="ltr">.*name="viewport"/s);
      const ids = [...html.matchAll(/<input(?![^>]*hidden)[^>]* id="(\w+)"/g)].map((match) => match[1]);
      for (const id of ids) expect(html).toContain(`<label for="${id}">`);
    }
  });

  test('answers 405 to other methods, and the ticket still works', async () => {
    const { ticket } = await invited();
    for (const method of ['PUT', 'DELETE', 'PATCH']) {
      const answer = await fetch(`${app.url}/invitations/accept?ticket=${ticket}`, { method });
      expect(answer.status).toBe(405);
      expect(answer.headers.get('allow')).toBe('GET, HEAD, OPTIONS, POST');
    }
    expect((await accept(ticket)).status).toBe(303);
  });
});

describe('a link that can’t be used', () => {
  const unknown = Buffer.alloc(32, 9).toString('base64url');
  const opened = async (path: string, ticket: string) => {
    const client = newClient();
    const answer = await fetch(`${app.url}${path}?ticket=${encodeURIComponent(ticket)}`, { headers: client });
    const sent = await app.post(path, { ticket, firstName: 'A', lastName: 'B', password: PASSWORD }, client);
    const [page, again] = [await answer.text(), await sent.text()];
    expect([answer.status, sent.status, again]).toEqual([410, 410, page]);
    expect(page).not.toMatch(/dev\d+@|Ada|Ann|ticket=/);
    return page;
  };
  const titleOf = (page: string) => /<h1>(.*?)<\/h1>/.exec(page)?.[1];

  test('T15: shows one page when it was never mailed for that: of another purpose, unknown or malformed', async () => {
    const malformed = [
      '',
      'x',
      unknown.slice(1),
      `${unknown}A`,
      'ä'.repeat(43),
      '%00',
      "' or 1=1 --",
      'x'.repeat(5_000),
    ];
    const others = [(await added()).ticket, (await invited()).ticket];
    const purposes = {
      '/invitations/accept': others[0],
      '/password/reset': others[1],
      '/email/confirm': others[1],
    };
    for (const [path, other = ''] of Object.entries(purposes)) {
      const pages = new Set<string>();
      for (const ticket of [unknown, other, ...malformed]) pages.add(await opened(path, ticket));
      expect(pages.size).toBe(1);
      expect(titleOf([...pages][0] ?? '')).toBe('This link doesn’t work');
    }
  });

  test('T15: tells its holder whether it was used, revoked, replaced or is too old', async () => {
    const look = async (ticket: string) => titleOf(await opened('/invitations/accept', ticket));
    const admin = app.as('admin');
    const used = await invited();
    expect((await accept(used.ticket)).status).toBe(303);
    const [revoked, replaced, expired] = [await invited(), await invited(), await invited()];
    await admin.types('/apim-user invites');
    await admin.chooses('Revoke', revoked.address);
    await confirmRevoke(admin);
    await admin.chooses('Resend', replaced.address);
    const newer = await ticketTo(replaced.address, /invited/, 1);
    expect(await look(used.ticket)).toBe('You’ve already accepted');
    expect(await look(revoked.ticket)).toBe('This invitation was withdrawn');
    expect(await look(replaced.ticket)).toBe('There is a newer link');
    expect((await accept(newer)).status).toBe(303);
    expect(await look(replaced.ticket)).toBe('You’ve already accepted');
    // Invited once more, in an invitation of its own.
    await admin.types(`/apim-user invite ${revoked.address}`);
    await ticketTo(revoked.address, /invited/, 1);
    expect(await look(revoked.ticket)).toBe('There is a newer link');
    aheadMs = 49 * HOUR_MS;
    expect(await look(expired.ticket)).toBe('This invitation has expired');
    expect(await look(revoked.ticket)).toBe('This invitation has expired');
    expect(await look(used.ticket)).toBe('You’ve already accepted');
  });

  test('T15: says the same of reset and confirmation links, and nothing of a deleted account', async () => {
    const { address, ticket } = await added();
    expect((await reset(ticket)).status).toBe(200);
    expect(titleOf(await opened('/password/reset', ticket))).toBe('You’ve already used this link');
    const waiting = newAddress();
    const confirmation = await pending(waiting);
    expect((await app.post('/email/confirm', { ticket: confirmation }, newClient())).status).toBe(200);
    expect(titleOf(await opened('/email/confirm', confirmation))).toBe('Your email is already confirmed');
    await app.sql`update accounts set state = 'deleted', deleted_at = now() where email = ${address}`;
    expect(titleOf(await opened('/password/reset', ticket))).toBe('This link doesn’t work');
  });

  test('does not have its password checked, so a guesser neither learns the rule nor causes hashing', async () => {
    const short = await reset('x', newClient(), 'short');
    expect(short.status).toBe(410);
    expect(await short.text()).not.toContain('at least');
  });
});

describe('accepting an invitation', () => {
  test('T14: makes the account for the invited email, whatever else the form sends', async () => {
    const { address, ticket } = await invited();
    const done = await accept(ticket, {
      email: 'eve@evil.example',
      state: 'blocked',
      username: 'eve@evil.example',
    });
    expect(done.status).toBe(303);
    expect(await accountOf(address)).toMatchObject({ email: address, state: 'active' });
    expect(await accountOf('eve@evil.example')).toBeUndefined();
  });

  test('shows each mistake beside its field, and uses nothing up', async () => {
    const { address, ticket } = await invited();
    const answer = await accept(ticket, { firstName: ' ', lastName: '\u200b', password: 'canary short' });
    const html = await answer.text();
    expect(answer.status).toBe(422);
    expect(html).toMatch(
      /<input[^>]*id="firstName"[^>]*aria-describedby="firstName-fault"[^>]*aria-invalid="true"/,
    );
    expect(html).toMatch(/id="firstName-fault">First name is needed; one name is enough\./);
    // All at once, so that the developer corrects the form only once.
    expect(html).toMatch(/id="password-fault">Use at least 15 characters/);
    expect(html).not.toContain('canary');
    const again = await accept(ticket, { password: 'canary short' });
    expect(await again.text()).toMatch(/id="password-fault">Use at least 15 characters/);
    expect(await accountOf(address)).toBeUndefined();
    expect((await accept(ticket)).status).toBe(303);
  });

  test('signs the developer in, and a reload, the form again and the used link change nothing', async () => {
    const { address, ticket } = await invited();
    const done = await accept(ticket);
    expect([done.status, done.headers.get('location')]).toEqual([303, '/portal']);
    const cookie = (done.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const home = () => fetch(`${app.url}/portal`, { headers: { cookie } }).then((page) => page.text());
    expect(await home()).toContain(address);
    const again = await accept(ticket, { password: 'another four quiet chairs' }, { cookie, ...newClient() });
    expect([again.status, again.headers.get('set-cookie')]).toEqual([410, null]);
    expect(await again.text()).toMatch(/already accepted.*href="\/portal\/sign-in"/s);
    expect(await home()).toContain(address);
    const signedIn = await app.post('/portal/sign-in', { email: address, password: PASSWORD }, newClient());
    expect(signedIn.headers.get('location')).toBe('/portal');
  });

  test('limits only the names in the browser, because a shortened password would be another one', async () => {
    const { ticket } = await invited();
    const html = await (await fetch(`${app.url}/invitations/accept?ticket=${ticket}`)).text();
    expect(html.match(/maxLength/gi)).toHaveLength(2);
  });

  test('refuses a password made of the email or its parts', async () => {
    const { address, ticket } = await invited();
    expect((await accept(ticket, { password: `${address}!!` })).status).toBe(422);
  });
});

describe('the form of a mailed link', () => {
  const form = 'application/x-www-form-urlencoded';
  test.each([
    ['another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a sibling site', { 'sec-fetch-site': 'same-site' }, 403],
    ['another origin', { origin: 'https://evil.example' }, 403],
    ['no origin at all', {}, 403],
    ['a missing origin and another site', { 'sec-fetch-site': 'cross-site', origin: '' }, 403],
    ['text', { 'sec-fetch-site': 'same-origin', 'content-type': 'text/plain' }, 415],
    ['parts', { 'sec-fetch-site': 'same-origin', 'content-type': 'multipart/form-data; boundary=x' }, 415],
    ['JSON', { 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' }, 415],
    ['another method in disguise', { 'sec-fetch-site': 'same-origin', 'x-http-method-override': 'PUT' }, 403],
  ] as [string, Record<string, string>, number][])(
    'T33: redeems nothing with %s',
    async (_what, headers, status) => {
      const [invitation, account] = await Promise.all([invited(), added()]);
      const send = (path: string, ticket: string) =>
        fetch(app.url + path, {
          method: 'POST',
          headers: { 'content-type': form, ...newClient(), ...headers },
          body: String(new URLSearchParams({ ticket, firstName: 'Eve', lastName: 'Il', password: PASSWORD })),
        });
      expect((await send('/invitations/accept', invitation.ticket)).status).toBe(status);
      expect((await send('/password/reset', account.ticket)).status).toBe(status);
      expect(await accountOf(invitation.address)).toBeUndefined();
      expect(await accountOf(account.address)).toMatchObject({ passwordHash: null });
      expect((await accept(invitation.ticket)).status).toBe(303);
      expect((await reset(account.ticket)).status).toBe(200);
    },
  );

  test('T33: is not sent by a GET with a method override', async () => {
    const { address, ticket } = await invited();
    const query = new URLSearchParams({
      ticket,
      firstName: 'Eve',
      lastName: 'Il',
      password: PASSWORD,
      _method: 'POST',
    });
    await fetch(`${app.url}/invitations/accept?${query}`, { headers: { 'x-http-method-override': 'POST' } });
    expect(await accountOf(address)).toBeUndefined();
  });

  test('is accepted from a browser that has no Sec-Fetch-Site and hides the origin', async () => {
    const { address, ticket } = await invited();
    const headers = { 'content-type': form, origin: 'null', ...newClient() };
    const fields = { ticket, firstName: 'Ann', lastName: 'Lee', password: PASSWORD };
    const send = (sent: Record<string, string>) =>
      fetch(`${app.url}/invitations/accept`, {
        method: 'POST',
        redirect: 'manual',
        headers: { ...headers, ...sent },
        body: String(new URLSearchParams(fields)),
      });
    expect((await send({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    const done = await send({});
    // It may be another site's form, so it doesn't sign the visitor in.
    expect([done.status, done.headers.get('location')]).toEqual([303, '/portal/sign-in']);
    expect(done.headers.get('set-cookie')).toBeNull();
    expect(await accountOf(address)).toMatchObject({ state: 'active' });
  });

  test('is accepted with our Origin header alone', async () => {
    const { ticket } = await added();
    const answer = await fetch(`${app.url}/password/reset`, {
      method: 'POST',
      headers: { 'content-type': form, origin: app.publicUrl, ...newClient() },
      body: String(new URLSearchParams({ ticket, password: PASSWORD })),
    });
    expect(answer.status).toBe(200);
  });
});

describe('the links of our pages and mails', () => {
  test('T37: lead to no address that the request names', async () => {
    const evil = ['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)'];
    const names = [
      'redirect',
      'redirect_uri',
      'redirectTo',
      'next',
      'callbackURL',
      'returnUrl',
      'url',
      'continue',
    ];
    for (const target of evil) {
      const query = new URLSearchParams(names.map((name) => [name, target]));
      for (const path of ['/', '/portal', '/password/forgot', '/invitations/accept', '/password/reset']) {
        const answer = await fetch(`${app.url}${path}?${query}`, {
          redirect: 'manual',
          headers: newClient(),
        });
        expect(answer.headers.get('location') ?? '/portal').toBe('/portal');
        expect(answer.headers.get('refresh')).toBeNull();
        expect(await answer.text()).not.toContain('evil');
      }
    }
  });

  test('T11: start in mails with PUBLIC_URL, whatever Host a request has', async () => {
    const { address } = await added();
    const headers: Record<string, string>[] = [
      { host: 'evil.example' },
      { 'x-forwarded-host': 'evil.example' },
      { forwarded: 'host=evil.example;proto=https' },
      { 'x-forwarded-proto': 'evil', 'x-original-host': 'evil.example' },
    ];
    for (const header of headers) {
      const sent = mailsTo(address, /password/i).length;
      const status = await new Promise<number>((resolve, reject) => {
        const asked = request(
          `${app.url}/password/forgot`,
          {
            method: 'POST',
            headers: {
              'content-type': 'application/x-www-form-urlencoded',
              'sec-fetch-site': 'same-origin',
              ...newClient(),
              ...header,
            },
          },
          (answer) => resolve(answer.resume().statusCode ?? 0),
        );
        asked.on('error', reject);
        asked.end(String(new URLSearchParams({ email: address })));
      });
      expect(status).toBe(200);
      // A newer link cancels the mail of an earlier one that has not left yet.
      await eventually('its mail', () => mailsTo(address, /password/i).length > sent);
    }
    const mails = await eventually('four reset mails', () => {
      const found = mailsTo(address, /password/i);
      return found.length >= 4 ? found : null;
    });
    for (const mail of mails) {
      expect(JSON.stringify(mail)).not.toContain('evil');
      const links = mail.text.match(/https?:\/\/[^\s)>]+/g) ?? [];
      expect(links.length).toBeGreaterThan(0);
      for (const link of links) expect(new URL(link).origin).toBe(app.publicUrl);
    }
  });
});
