// The frame of every page: who runs it, and the support email. One script of our own, and nothing from other sites.
import { readFileSync } from 'node:fs';
import type { ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import type { Text } from '../languages/languages.ts';
import type { Policy } from '../operations/frame/context.ts';
import { MailTo } from './mail-to.tsx';
import { say, speech, Words } from './say.tsx';

/** Part of each page, so that the policy can allow it by its hash and a page behind a mailed link requests nothing more. */
export const SCRIPT = readFileSync(new URL('./page-script.js', import.meta.url), 'utf8');

/** Contrast is at least 4.5 to 1 in both schemes; buttons and links are at least 44 px high (WCAG 2.2). */
export const CSS = `
:root { color-scheme: light dark; --ink: #1c2128; --quiet: #57606a; --page: #f3f4f6; --card: #fff; --line: #8c959f; --accent: #1a56db; --on-accent: #fff; --bad: #b42318; --good: #14713d; --warn: #8a5a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --quiet: #a9b0ba; --page: #14161a; --card: #1f2329; --line: #6b7480; --accent: #8ab4ff; --on-accent: #10141a; --bad: #ff9b90; --good: #7ddba3; --warn: #e8b339; } }
* { box-sizing: border-box; }
body { background: var(--page); color: var(--ink); font: 17px/1.5 system-ui, sans-serif; margin: 0; overflow-wrap: anywhere; padding: 24px 16px; }
main, header, footer { margin: 0 auto; max-width: 34rem; }
header { align-items: center; display: flex; flex-wrap: wrap; font-weight: 600; gap: 4px 18px; padding: 0 4px 8px; }
header a.home img { display: block; height: 36px; max-width: min(220px, 40vw); object-fit: contain; object-position: left; }
@media (prefers-color-scheme: dark) { header img.on-light { background: #fff; border-radius: 6px; padding: 4px 6px; } }
header a.home { align-items: center; color: var(--ink); display: inline-flex; margin-inline-end: auto; min-height: 44px; text-decoration: none; }
main { background: var(--card); border-radius: 12px; padding: 28px clamp(18px, 5vw, 36px); }
footer { color: var(--quiet); font-size: 14px; padding: 16px 4px; }
h1 { font-size: clamp(1.4rem, 6.6vw, 1.6rem); letter-spacing: -0.01em; line-height: 1.25; margin: 0 0 12px; text-wrap: balance; }
p { margin: 0 0 12px; }
label { display: block; font-weight: 600; margin: 18px 0 4px; }
input { background: transparent; border: 1px solid var(--line); border-radius: 8px; color: inherit; font: inherit; min-height: 46px; padding: 10px 12px; width: 100%; }
input[aria-invalid] { border: 2px solid var(--bad); }
input:focus-visible, a:focus-visible, button:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
button, a.button { background: var(--accent); border: 0; border-radius: 8px; color: var(--on-accent); cursor: pointer; display: block; font: inherit; font-weight: 600; margin-top: 24px; min-height: 48px; padding: 12px 20px; text-align: center; text-decoration: none; width: 100%; }
nav { align-items: center; display: flex; flex-wrap: wrap; font-size: 16px; font-weight: 400; gap: 4px 16px; }
nav a, nav button { align-items: center; display: inline-flex; min-height: 44px; }
nav button { margin: 0; }
nav button, button.quiet, a.button.quiet { background: transparent; border: 1px solid var(--line); color: inherit; margin-top: 0; padding: 8px 16px; width: auto; }
button.quiet { margin-top: 12px; }
a.button.quiet { align-items: center; display: inline-flex; }
button.bad, a.button.bad { background: transparent; border: 1px solid var(--bad); color: var(--bad); }
main > :last-child { margin-bottom: 0; }
form + p, form + .hint { margin-top: 12px; }
header nav:has(form) { display: contents; }
nav form { order: 1; }
.pages { display: flex; flex-wrap: wrap; font-size: 16px; font-weight: 400; gap: 4px 14px; order: 2; width: 100%; }
h2 { font-size: 1.15rem; line-height: 1.3; margin: 36px 0 8px; }
.back { margin: -16px 0 4px; }
.way { align-items: center; display: inline-flex; min-height: 44px; }
.field.with-button, .code.with-button { position: relative; }
.with-button > input, .code.with-button > pre { padding-inline-end: 92px; }
button.inside { background: var(--card); border: 0; border-radius: 6px; color: var(--accent); font-size: 15px; margin: 0; min-height: 38px; min-width: 64px; padding: 0 12px; inset-inline-end: 4px; position: absolute; top: 4px; width: auto; }
.code > pre { background: var(--page); border-radius: 8px; font: 14px/1.5 ui-monospace, monospace; margin: 8px 0 12px; min-height: 46px; overflow-wrap: anywhere; padding: 12px; white-space: pre-wrap; }
.code.with-button > pre { padding-inline-end: 104px; }
.code > button.inside { background: transparent; }
@media (max-width: 480px) { .code.with-button > pre { padding-block-start: 46px; padding-inline-end: 12px; } }
.unseen { clip-path: inset(50%); height: 1px; overflow: hidden; position: absolute; white-space: nowrap; width: 1px; }
.mark { border: 1px solid currentColor; border-radius: 999px; color: var(--good); display: inline-block; font-size: 13px; font-weight: 600; padding: 1px 9px; }
:has(+ .mark) { margin-inline-end: 8px; }
.mark.waits { color: var(--quiet); }
.rows .way { font-weight: 600; }
.rows { list-style: none; margin: 0; padding: 0; }
.rows > li { border-top: 1px solid var(--line); padding: 14px 0; }
.tick { align-items: flex-start; display: flex; gap: 10px; margin: 18px 0 4px; }
.tick input { flex: none; height: 24px; margin: 1px 0 0; min-height: 0; padding: 0; width: 24px; accent-color: var(--accent); }
.tick label { margin: 0; }
fieldset { border: 0; margin: 18px 0 0; min-width: 0; padding: 0; }
legend { font-weight: 600; padding: 0; }
fieldset .tick { margin: 12px 0 0; }
fieldset label { font-weight: 400; }
.terms { border: 1px solid var(--line); border-radius: 8px; max-height: 16rem; overflow: auto; padding: 12px; white-space: pre-wrap; }
.terms:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.text { white-space: pre-wrap; }
.key { font-family: ui-monospace, monospace; font-size: 14px; }
h3 { font-size: 1rem; margin: 18px 0 4px; }
section + section > h3 { margin-top: 32px; }
.chart { display: block; height: auto; margin: 8px 0 12px; max-width: 480px; width: 100%; }
nav a[aria-current] { color: var(--ink); font-weight: 600; text-decoration: none; }
summary { align-content: center; color: var(--accent); cursor: pointer; min-height: 44px; }
summary:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
table { border-collapse: collapse; font-size: 15px; width: 100%; }
caption { color: var(--quiet); padding: 0 0 8px; text-align: start; }
th, td { border-top: 1px solid var(--line); overflow-wrap: normal; padding-block: 6px; padding-inline: 8px 0; text-align: end; vertical-align: bottom; }
tr > :first-child { padding-inline-start: 0; text-align: start; }
thead th { font-size: 13px; }
tbody th { font-weight: 400; white-space: nowrap; }
dl { display: grid; gap: 2px 16px; grid-template-columns: fit-content(36%) 1fr; margin: 12px 0; }
dl > div { display: contents; }
dt { color: var(--quiet); }
dd { margin: 0; }
.notice { border-inline-start: 4px solid var(--accent); margin: 0 0 18px; padding: 6px 12px; }
.notice.bad { border-color: var(--bad); color: var(--bad); font-weight: 600; }
.apis, .endpoints, .fields { list-style: none; margin: 8px 0 12px; padding: 0; }
.apis > li { align-items: baseline; display: flex; flex-wrap: wrap; gap: 0 10px; padding: 4px 0; }
.apis a { align-content: center; min-height: 36px; }
.apis code, .type, .method { color: var(--quiet); font-size: 14px; }
.endpoints > li, .fields > li { border-top: 1px solid color-mix(in srgb, var(--line) 45%, transparent); padding: 6px 0; }
.endpoints a { align-items: baseline; display: flex; gap: 10px; min-height: 36px; padding-top: 6px; text-decoration: none; }
.endpoints .hint { display: block; margin: 0; }
.method { flex: none; font: 600 13px/1.5 ui-monospace, monospace; min-width: 3.6rem; }
main code { font: 14px/1.5 ui-monospace, monospace; }
.fields small { color: var(--warn); margin-inline-start: 6px; }
.fields p { color: var(--quiet); font-size: 15px; margin: 0; }
.find-line { display: flex; gap: 8px; }
.find-line button { flex: none; margin: 0; }
.steps { margin: 12px 0; padding-inline-start: 1.6rem; }
.steps > li { color: var(--quiet); padding: 6px 0; }
.steps > [aria-current] { color: inherit; }
.steps > .done::marker { content: '✓  '; }
.steps p { margin: 4px 0; }
.hint { color: var(--quiet); font-size: 14px; margin: 4px 0 0; }
.after { margin-top: 18px; }
.provider + .provider { margin-top: 10px; }
.provider button { width: 100%; }
.or { margin: 16px 0; text-align: center; }
.fault { color: var(--bad); font-size: 15px; font-weight: 600; margin: 4px 0 0; }
a { color: var(--accent); }
/* What is written from left to right in every language, and what may be. */
.code, .field:has(> .key) { direction: ltr; }
strong, code, time, a { unicode-bidi: isolate; }
.links { display: flex; flex-wrap: wrap; gap: 0 18px; margin: 0; }
footer .way { gap: 6px; }
footer svg { height: 1em; width: 1em; }
.languages button { align-items: center; display: flex; justify-content: space-between; width: 100%; }
.languages button[aria-current] { border: 2px solid var(--accent); }`;

export const LANGUAGE_PATH = '/portal/language';

/** The style sheet, with the organisation's colour. */
export function stylesOf({ color }: Policy['brand']): string {
  if (!color) return CSS;
  const set = ({ accent, onAccent }: { accent: string; onAccent: string }) =>
    `:root { --accent: ${accent}; --on-accent: ${onAccent}; }`;
  return `${CSS}\n${set(color.light)}\n@media (prefers-color-scheme: dark) { ${set(color.dark)} }`;
}

type Page = {
  sender: Pick<Policy, 'organizationName' | 'supportEmail' | 'brand'>;
  title: string;
  content: ReactNode;
  /** Null: a page without a menu, such as one behind a mailed link. */
  menu?: 'visitor' | 'developer' | null;
  /** The host that a developer came from, to do something here. */
  cameFrom?: string | null;
};

/** Leads back to where the developer came from. */
export const BACK_PATH = '/portal/delegation/back';

export function BackLink({ cameFrom }: { cameFrom: string | null }) {
  return cameFrom ? (
    <p className="back">
      <a className="way" href={BACK_PATH}>
        {say('Back to {site}', { site: cameFrom })}
      </a>
    </p>
  ) : null;
}

export function renderPage({ sender, title, content, menu = null, cameFrom = null }: Page): string {
  const { organizationName, supportEmail, brand } = sender;
  const { tag, name, direction } = speech().language;
  const markup = renderToStaticMarkup(
    <html lang={tag} dir={direction}>
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>{`${title} · ${organizationName}`}</title>
        <style dangerouslySetInnerHTML={{ __html: stylesOf(brand) }} />
      </head>
      <body>
        <header>
          <a className="home" href="/portal">
            <Home name={organizationName} logo={brand.logo} />
          </a>
          {menu === 'developer' ? <Navigation /> : null}
          {menu === 'visitor' ? <VisitorNavigation /> : null}
        </header>
        <main>
          <BackLink cameFrom={cameFrom} />
          <h1>{title}</h1>
          {content}
        </main>
        <footer>
          <Words
            text="Questions? Write to {support}. {organization} never asks for a password or a key by mail."
            support={<MailTo email={supportEmail} />}
            organization={organizationName}
          />
          <FooterLinks brand={brand} />
          <p>
            <a className="way" href={LANGUAGE_PATH} rel="nofollow">
              <Globe /> {say('Language: {name}', { name })}
            </a>
          </p>
        </footer>
        <script data-words={scriptWords()} dangerouslySetInnerHTML={{ __html: SCRIPT }} />
      </body>
    </html>,
  );
  return `<!doctype html>${markup}`;
}

function Home({ name, logo }: { name: string; logo: Policy['brand']['logo'] }) {
  if (!logo) return name;
  return <img src={logo.path} alt={name} {...(logo.suitsDark ? {} : { className: 'on-light' })} />;
}

function FooterLinks({ brand: { links, termsUrl, privacyUrl } }: { brand: Policy['brand'] }) {
  const all = [
    ...links,
    ...(termsUrl ? [{ name: say('Terms of use'), url: termsUrl }] : []),
    ...(privacyUrl ? [{ name: say('Privacy'), url: privacyUrl }] : []),
  ];
  if (all.length === 0) return null;
  return (
    <p className="links">
      {all.map(({ name, url }) => (
        <a key={name} className="way" href={url} rel="noopener">
          {name}
        </a>
      ))}
    </p>
  );
}

/** So that people find the link in a language that they can't read. */
const Globe = () => (
  <svg viewBox="0 0 16 16" aria-hidden="true" fill="none" stroke="currentColor" strokeWidth="1.25">
    <circle cx="8" cy="8" r="7" />
    <path d="M1 8h14M8 1c-4.5 4.5-4.5 9.5 0 14M8 1c4.5 4.5 4.5 9.5 0 14" />
  </svg>
);

/** What the script says. */
const SCRIPT_TEXTS: readonly Text[] = [
  'Show',
  'Hide',
  'Show password',
  'Hide password',
  'Copy',
  'Copied',
  'Marked',
  'Copy {what}',
  'Copied {what}',
  'Marked {what}',
  'Marked {what}. Copy it with your keyboard.',
  '{what} your time',
];

/** Its texts in another language than its own. */
const scriptWords = (): string | undefined =>
  speech().language.catalog
    ? JSON.stringify(Object.fromEntries(SCRIPT_TEXTS.map((text) => [text, say(text, { what: '{what}' })])))
    : undefined;

function VisitorNavigation() {
  return (
    <nav aria-label={say('Portal')}>
      <a href="/portal/products">{say('Products')}</a>
      <a href="/portal/sign-in">{say('Sign in')}</a>
    </nav>
  );
}

function Navigation() {
  return (
    <nav aria-label={say('Portal')}>
      <div className="pages">
        <a href="/portal/products">{say('Products')}</a>
        <a href="/portal/subscriptions">{say('Subscriptions')}</a>
        <a href="/portal/account">{say('My account')}</a>
      </div>
      <form method="post" action="/portal/sign-out">
        <button type="submit">{say('Sign out')}</button>
      </form>
    </nav>
  );
}
