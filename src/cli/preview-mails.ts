// npm run email:dev [port]: shows every mail with its default text, on this machine only.
import { serve } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import { LANGUAGES, languageNamed } from '../languages/languages.ts';
import { renderMail } from '../mail/render.ts';
import {
  defaultText,
  languageOfMail,
  MAIL_NAMES,
  sampleVariables,
  templateOf,
} from '../mail/templates/catalog.ts';

const DEFAULT_PORT = 3400;
const LINK_LIFETIME_MS = 48 * 3_600_000;

const brand = {
  organizationName: 'Northwind',
  supportEmail: 'api-support@northwind.example',
  publicUrl: 'https://developers.northwind.example',
};

const HOSTILE = '[click](https://evil.example) <b>evil.example</b> $ConfirmUrl';
const VALUES = {
  sample: {},
  none: { DevFirstName: '', DevLastName: '', PersonalLine: '', OperatorMessage: '' },
  hostile: { DevFirstName: HOSTILE, DevLastName: HOSTILE, PersonalLine: HOSTILE, OperatorMessage: HOSTILE },
};

const VIEW = {
  mail: MAIL_NAMES,
  language: Object.keys(LANGUAGES),
  values: ['sample', 'none', 'hostile'],
  width: ['desktop', 'phone'],
  colours: ['light', 'dark'],
  part: ['html', 'text'],
} as const;

type View = { [Key in keyof typeof VIEW]: (typeof VIEW)[Key][number] };

const app = new Hono();
app.get('/', (c) => c.html(showPage(readView(c))));
app.get('/mail', async (c) => {
  const view = readView(c);
  const mail = await renderSample(view);
  return view.part === 'html' ? c.html(mail.html) : c.text(`Subject: ${mail.subject}\n\n${mail.text}`);
});

const port = Number(process.argv[2] ?? DEFAULT_PORT);
serve({ fetch: app.fetch, hostname: '127.0.0.1', port }, (address) => {
  process.stdout.write(`The mails: http://127.0.0.1:${address.port}/\n`);
});

function readView(c: Context): View {
  return {
    mail: choose(VIEW.mail, c.req.query('mail')),
    language: choose(VIEW.language, c.req.query('language')),
    values: choose(VIEW.values, c.req.query('values')),
    width: choose(VIEW.width, c.req.query('width')),
    colours: choose(VIEW.colours, c.req.query('colours')),
    part: choose(VIEW.part, c.req.query('part')),
  };
}

/** The wanted choice, or the first. */
function choose<T extends string>(choices: readonly T[], wanted: string | undefined): T {
  return choices.find((choice) => choice === wanted) ?? (choices[0] as T);
}

function renderSample({ mail, values, ...view }: View) {
  const language = languageOfMail(mail, languageNamed(view.language));
  const hasLink = templateOf(mail).requiredLink !== null;
  const { LinkEnds: _, ...samples } = sampleVariables(mail, brand, language);
  if (values === 'none' && !hasLink) delete samples.ConfirmUrl;
  const linkEndsAt = samples.ConfirmUrl ? { linkEndsAt: new Date(Date.now() + LINK_LIFETIME_MS) } : {};
  const variables = { ...samples, ...VALUES[values] };
  const text = defaultText(mail, language);
  return renderMail({ template: mail, text, language, variables, brand, ...linkEndsAt });
}

function showPage(view: View) {
  const link = (key: keyof View, value: string, words: string) => {
    const query = new URLSearchParams({ ...view, [key]: value });
    return html`<a href="/?${query}" ${view[key] === value ? html`aria-current="page"` : ''}>${words}</a>`;
  };
  const choices = (['language', 'values', 'width', 'colours', 'part'] as const).map(
    (key) => html`<p>${VIEW[key].map((value) => link(key, value, value))}</p>`,
  );
  const list = VIEW.mail.map((name) => html`<li>${link('mail', name, templateOf(name).title)}</li>`);
  const width = view.width === 'phone' ? '375px' : '100%';
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Mails</title>
    <style>
      body { margin: 0; display: grid; grid-template-columns: 280px 1fr; height: 100vh; font: 15px system-ui, sans-serif; }
      nav { padding: 16px; overflow: auto; background: #eef0f3; }
      nav ul { list-style: none; padding: 0; line-height: 1.9; }
      nav p a { margin-right: 12px; }
      [aria-current] { font-weight: 700; color: inherit; text-decoration: none; }
      iframe { border: 0; width: ${width}; height: 100%; margin: 0 auto; color-scheme: ${view.colours}; }
    </style>
  </head>
  <body>
    <nav>${choices}<ul>${list}</ul></nav>
    <iframe title="The mail" sandbox src="/mail?${new URLSearchParams(view)}"></iframe>
  </body>
</html>`;
}
