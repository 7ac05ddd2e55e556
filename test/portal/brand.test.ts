import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { readSettings, SettingsError } from '../../src/settings/settings.ts';
import { startTestApp } from '../support/app.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { createPortalDriver } from '../support/portal.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 24"><path d="M0 0h90v24H0z"/></svg>';
const folder = forAllTests(() => temporaryFolder('brand'));
const app = forAllTests(() => {
  writeFileSync(join(folder.path, 'logo.svg'), LOGO);
  return startTestApp({
    TRUSTED_PROXIES: '127.0.0.1',
    SIGN_UP: 'open',
    SERVICES: 'staging',
    LOGO_FILE: join(folder.path, 'logo.svg'),
    BRAND_COLOR: '#7A1FA2',
    BRAND_COLOR_STAGING: '#b00020',
    PORTAL_LINKS: 'Docs=https://docs.example.com/start?a=b, System status=https://status.example.com',
    TERMS_URL: 'https://example.com/terms',
    PRIVACY_URL: 'https://example.com/privacy',
  });
});
const portal = createPortalDriver(app);

test('each page has the logo with the name, the colour in light and dark, and the links', async () => {
  for (const path of ['/portal', '/portal/sign-up', '/password/forgot']) {
    const answer = await fetch(`${app.url}${path}`);
    const page = await answer.text();
    expect(page).toMatch(
      /<a class="home" href="\/portal"><img src="\/portal\/logo-\w{16}\.svg" alt="Example Corp"/,
    );
    expect(page).toContain(':root { --accent: #7a1fa2; --on-accent: #ffffff; }');
    expect(page).toMatch(
      /prefers-color-scheme: dark\) \{ :root \{ --accent: #b17bc8; --on-accent: #0f1216; \} \}/,
    );
    for (const [name, url] of [
      ['Docs', 'https://docs.example.com/start?a=b'],
      ['System status', 'https://status.example.com'],
      ['Terms of use', 'https://example.com/terms'],
      ['Privacy', 'https://example.com/privacy'],
    ])
      expect(page).toContain(`<a class="way" href="${url}" rel="noopener">${name}</a>`);
    expect(answer.headers.get('content-security-policy')).toContain("; img-src 'self'; ");
  }
  expect(await (await fetch(`${app.url}/portal/sign-up`)).text()).toContain(
    'You use this portal under our <a href="https://example.com/terms" rel="noopener">terms of use</a>.',
  );
});

test('the logo is kept by browsers for good, and its answer runs nothing and loads nothing', async () => {
  const page = await (await fetch(`${app.url}/portal`)).text();
  const path = /src="(\/portal\/logo[^"]+)"/.exec(page)?.[1] ?? '';
  const answer = await fetch(`${app.url}${path}`);
  expect(await answer.text()).toBe(LOGO);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'image/svg+xml',
    'cache-control': 'public, max-age=31536000, immutable',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    'x-content-type-options': 'nosniff',
  });
  expect((await fetch(`${app.url}${path.replace(/\w\.svg/, 'x.svg')}`)).status).toBe(404);
});

test('a mail has the colour, and loads nothing: the name is in it, and no logo', async () => {
  await app.as('admin').types('/apim-user invite ann@example.com');
  const { html } = await portal.mailTo('ann@example.com', /invited/);
  expect(html).toMatch(/class="m-button"[^>]*background-color:#7a1fa2/);
  expect(html).toMatch(/\.m-link \{ color: #b17bc8 !important; \}/);
  expect(html).not.toMatch(/<img|2a5bd7/);
});

test('a service has what is set for it, and the rest of the default service', async () => {
  const { port } = new URL(app.url);
  const headers = { host: `staging.localhost:${port}` };
  const [answer] = (await once(get(`${app.url}/portal`, { headers }), 'response')) as [IncomingMessage];
  const page = await text(answer);
  expect(page).toContain('--accent: #b00020;');
  expect(page).toContain('https://status.example.com');
});

test('what can’t be read or shown is refused at the start, with what would work', () => {
  const problemsOf = (env: Record<string, string>): string[] => {
    try {
      readSettings(env);
      return [];
    } catch (error) {
      if (error instanceof SettingsError) return error.problems;
      throw error;
    }
  };
  const file = join(folder.path, 'bad.svg');
  writeFileSync(file, '<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>');
  expect(
    problemsOf({
      BRAND_COLOR: '#ffcc00',
      LOGO_FILE: file,
      PORTAL_LINKS: 'Docs=http://docs.example.com',
      TERMS_VERSION: '2026-11',
      SERVICES: 'staging',
      BRAND_COLOR_STAGING: 'purple',
    }),
  ).toEqual([
    expect.stringContaining('PORTAL_LINKS: expected up to 6 links'),
    `LOGO_FILE: ${file} has <script>, which a logo doesn’t need`,
    expect.stringMatching(/^BRAND_COLOR: .* the nearest is #[78]\w6\w00$/),
    'TERMS_URL: needed with TERMS_VERSION, the page with these terms',
    'BRAND_COLOR_STAGING: expected a colour such as #1a56db',
  ]);
  expect(problemsOf({ BRAND_COLOR: '#816700' })).toEqual([]);
});
