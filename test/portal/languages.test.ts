import { describe, expect, test } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { createPortalDriver, PASSWORD } from '../support/portal.ts';
import type { Visitor } from '../support/visitor.ts';

const app = forAllTests(() =>
  startTestApp({ TRUSTED_PROXIES: '127.0.0.1', SIGN_UP: 'open', DEFAULT_LANGUAGE: 'nl' }),
);
const portal = createPortalDriver(app);

const IN_GERMAN = { 'accept-language': 'de-AT,de;q=0.9,en;q=0.5' };
const IN_ENGLISH = { 'accept-language': 'en-GB' };
const OURS = { 'sec-fetch-site': 'same-origin' };

const html = async (answer: Response | Promise<Response>): Promise<string> => (await answer).text();
const tagOf = (page: string): string => /<html lang="(\w+)"/.exec(page)?.[1] ?? '';
const choose = (who: Visitor, language: string, headers: Record<string, string> = OURS) =>
  who.post('/portal/language', { language }, headers);
const languageOf = async (email: string): Promise<string | null | undefined> =>
  (await app.sql<{ language: string | null }[]>`select language from accounts where email = ${email}`)[0]
    ?.language;

/** A developer who signed up and confirmed in German. */
async function german() {
  const [email, who] = [portal.newAddress(), portal.visitor()];
  const names = { firstName: 'Ann', lastName: 'Lee' };
  const headers = { ...OURS, ...IN_GERMAN };
  expect(await html(who.post('/portal/sign-up', { email, ...names }, headers))).toContain(
    'Sehen Sie in Ihrem Postfach nach',
  );
  const ticket = await portal.ticketTo(email, /./);
  return { email, who, ticket, headers };
}

describe('T101: a visitor', () => {
  test('reads the portal in the language that the browser likes best, or the one of the settings', async () => {
    const visitor = portal.visitor();
    for (const [accepted, tag, words] of [
      ['de-AT,de;q=0.9', 'de', 'Passwort vergessen?'],
      ['fr', 'fr', 'Mot de passe oublié ?'],
      ['en', 'en', 'Forgot your password?'],
      ['sv', 'nl', 'Wachtwoord vergeten?'],
    ] as const) {
      const page = await html(visitor.get('/portal/sign-in', { 'accept-language': accepted }));
      expect(tagOf(page), accepted).toBe(tag);
      expect(page, accepted).toContain(words);
    }
  });

  test('reads refusals and faults beside fields in it too', async () => {
    const visitor = portal.visitor();
    const headers = { ...OURS, ...IN_GERMAN };
    expect(await html(visitor.get('/portal/nothing', IN_GERMAN))).toContain('Seite nicht gefunden');
    const foreign = { 'sec-fetch-site': 'cross-site', ...IN_GERMAN };
    expect(await html(visitor.post('/portal/sign-up', {}, foreign))).toContain(
      'Dieses Formular kam nicht von unserer Seite',
    );
    const fields = { email: 'ann@localhost', firstName: '', lastName: 'x'.repeat(101) };
    const page = await html(visitor.post('/portal/sign-up', fields, headers));
    expect(page).toContain(
      'E-Mail-Adresse: nach dem @ steht keine vollständige Domain, wie in name@example.com.',
    );
    expect(page).toContain('Nachname: höchstens 100 Zeichen.');
    const strange = await html(visitor.post('/portal/sign-up', { email: 'ä@example.com' }, headers));
    expect(strange).toContain('vor dem @ steht ä; dort gehen nur einfache Buchstaben');
    expect(strange).toContain('Vorname wird benötigt; ein Name genügt.');
    expect(await html(visitor.get('/password/reset?ticket=x', IN_GERMAN))).toContain(
      'Dieser Link funktioniert nicht',
    );
  });

  test('chooses another one, which this browser keeps', async () => {
    const visitor = portal.visitor();
    const answer = await choose(visitor, 'fr');
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/portal/language?done']);
    expect(visitor.set.at(-1)).toMatch(
      /^apim-user-language=fr; Max-Age=31536000; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    for (const path of ['/portal', '/portal/language?done', '/portal/nothing'])
      expect(tagOf(await html(visitor.get(path, IN_GERMAN))), path).toBe('fr');
    const page = await html(visitor.get('/portal/language', IN_GERMAN));
    expect(page.match(/aria-current="true"/g)).toHaveLength(1);
    expect(page).toMatch(/<button[^>]*aria-current="true"[^>]*><span lang="fr" dir="ltr">Français/);
  });

  test('chooses nothing by a GET, from another site, or in a language that there isn’t', async () => {
    const visitor = portal.visitor();
    await visitor.get('/portal/language?language=fr', IN_GERMAN);
    const foreign: Record<string, string>[] = [
      {},
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example.com' },
    ];
    for (const headers of foreign) expect((await choose(visitor, 'fr', headers)).status).toBe(403);
    for (const language of ['sv', '', '__proto__', 'FR', 'fr\r\nSet-Cookie: x=y'])
      expect((await choose(visitor, language)).status, language).toBe(400);
    expect(visitor.set).toEqual([]);
    visitor.cookies.set('apim-user-language', 'constructor');
    expect(tagOf(await html(visitor.get('/portal', IN_GERMAN)))).toBe('de');
  });
});

describe('T101: a developer', () => {
  test('who confirmed in German reads German everywhere, until she changes it, and then French', async () => {
    const { email, who, ticket, headers } = await german();
    const path = `/email/confirm?ticket=${ticket}`;
    expect(await html(who.get(path, IN_GERMAN))).toContain('Bestätigen Sie Ihre E-Mail-Adresse');
    expect(await html(who.post('/email/confirm', { ticket, password: 'short' }, headers))).toContain(
      'Verwenden Sie mindestens 15 Zeichen.',
    );
    expect(await html(who.post('/email/confirm', { ticket, password: PASSWORD }, headers))).toContain(
      'Ihre E-Mail-Adresse ist bestätigt',
    );
    expect(await languageOf(email)).toBe('de');

    const desk = await portal.signedIn(email);
    expect(await html(desk.get('/portal', IN_ENGLISH))).toContain('Hallo Ann');
    await choose(desk, 'fr');
    expect(await languageOf(email)).toBe('fr');
    const phone = await portal.signedIn(email);
    expect(await html(phone.get('/portal', IN_ENGLISH))).toContain('Bonjour Ann');
    expect(await html(phone.get('/portal/account', IN_ENGLISH))).toContain('Où vous êtes connecté');
    // What fails after she is known is hers too; this page needs her session, and has no such subscription.
    expect(await html(phone.get('/portal/subscriptions/nothing', IN_ENGLISH))).toContain(
      'Abonnement introuvable',
    );
    await desk.post('/portal/sign-out');
    expect(tagOf(await html(desk.get('/portal/sign-in', IN_ENGLISH)))).toBe('fr');
  });

  test('who has a language keeps it when a link is opened in another one', async () => {
    const { email, who, ticket } = await german();
    await who.post('/email/confirm', { ticket, password: PASSWORD }, { ...OURS, ...IN_ENGLISH });
    // The sign-up came first.
    expect(await languageOf(email)).toBe('de');
  });

  test('whose language isn’t known takes the one of the page where the invitation is accepted', async () => {
    const email = portal.newAddress();
    await app.as('admin').types(`/apim-user invite ${email}`);
    const ticket = await portal.ticketTo(email, /./);
    const fields = { ticket, firstName: 'Ben', lastName: '', password: PASSWORD };
    const answer = await portal.visitor().post('/invitations/accept', fields, { ...OURS, ...IN_GERMAN });
    expect(answer.status).toBe(303);
    expect(await languageOf(email)).toBe('de');
    await app.as('admin').types(`/apim-user show ${email}`);
    await app.as('admin').sees(/\*Language:\* German/);
  });
});
