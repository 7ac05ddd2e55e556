// What is written in tables: every refusal on every surface, every mail, every setting.

import { refusalText } from '../../src/cli/console/output.ts';
import {
  DOMAIN_ERROR_CODES,
  DomainError,
  type DomainErrorCode,
  type DomainErrorDetail,
} from '../../src/domain/domain-error.ts';
import { LANGUAGES } from '../../src/languages/languages.ts';
import { renderMail } from '../../src/mail/render.ts';
import { defaultText, MAIL_NAMES, sampleVariables, TEMPLATES } from '../../src/mail/templates/catalog.ts';
import { domainErrorAsAzure, refusalAsAzure } from '../../src/management/management-error.ts';
import type { Policy } from '../../src/operations/frame/context.ts';
import { createPortal } from '../../src/portal/app.tsx';
import { SETTINGS_SCHEMA } from '../../src/settings/schema.ts';
import { readSettings, SettingsError } from '../../src/settings/settings.ts';
import { errorMessage } from '../../src/slack/present/error.ts';
import { HttpRefusal, REFUSAL_CODES, refusalAsJson } from '../../src/web/refusal.ts';
import type { Page } from './page.ts';
import { asSlackShows, readHtml } from './plain.ts';
import { readBlocks } from './read-blocks.ts';

const NOW = new Date('2026-03-02T09:00:00Z');
const ID = '019cadc6-a6d8-7616-abdd-e3b129bb01e7';

/** What most refusals know; the rest is for codes whose details are of another kind. */
const DETAIL: DomainErrorDetail = {
  id: ID,
  current: { state: 'blocked', version: 3, by: 'Ada Admin', at: NOW },
  count: 2,
  limit: '50',
};
const near = [
  { id: ID, label: 'Ann Lee <ann@example.com>' },
  { id: ID, label: 'Ann Lea <ann.lea@example.com>' },
];
const DETAILS: Partial<Record<DomainErrorCode, DomainErrorDetail>> = {
  account_not_found: { near },
  account_ambiguous: { near },
  invalid_input: { fields: { state: 'is active, blocked or pending' } },
  password_unacceptable: { fields: { password: 'Use at least 15 characters.' } },
  template_invalid: { fields: { body: 'has an unknown variable: $Nonsense' } },
  operator_unfitting: { current: { state: 'guest' } },
};
const refusalOf = (code: DomainErrorCode) => new DomainError(code, DETAILS[code] ?? DETAIL);

export function showSlackRefusals(page: Page): void {
  page.chapter('Refusals in Slack', 'One for each code, as an operator reads it.');
  for (const code of DOMAIN_ERROR_CODES) {
    page.section(`\`${code}\``);
    const { text, blocks = [] } = errorMessage(refusalOf(code), 'member');
    page.shows(asSlackShows(blocks.length > 0 ? readBlocks(blocks as never) : text, new Map()));
  }
  for (const membership of ['guest', 'bot', 'deactivated', 'stranger'] as const) {
    page.section(`\`not_permitted\`, to a ${membership}`);
    page.shows(errorMessage(new DomainError('not_permitted'), membership).text);
  }
}

export function showConsoleRefusals(page: Page): void {
  page.chapter('Refusals at the console', 'What `npm run operate` prints for each code.');
  for (const code of DOMAIN_ERROR_CODES) {
    page.section(`\`${code}\``);
    page.shows(refusalText(refusalOf(code)));
  }
}

export function showRestErrors(page: Page): void {
  page.chapter('Errors of the management API', 'Status, code and message.');
  const line = ({ status, code, message }: ReturnType<typeof domainErrorAsAzure>): string =>
    `${status} ${code}: ${message}`;
  page.list(DOMAIN_ERROR_CODES.map((code) => [code, line(domainErrorAsAzure(refusalOf(code)))]));
  page.list(REFUSAL_CODES.map((code) => [code, line(refusalAsAzure(new HttpRefusal(code)))]));
}

export async function showErrorPages(page: Page, policy: Policy): Promise<void> {
  const never = () => {
    throw new Error('a refusal page needs no context');
  };
  const portal = createPortal({
    policy,
    limits: {} as never,
    languages: LANGUAGES,
    contextOf: never,
    delegation: null,
  });
  page.chapter('Error pages', 'What a browser shows when HTTP itself refuses.');
  for (const code of REFUSAL_CODES) {
    page.section(`\`${code}\``);
    const html = await portal.refusalPage(new HttpRefusal(code), 'a1b2c3d4').text();
    page.shows(readHtml(html.replace(/<header>.*?<\/header>|<footer>.*?<\/footer>/gs, '')));
  }
  page.section('As JSON');
  for (const code of REFUSAL_CODES)
    page.says('', JSON.stringify(await refusalAsJson(new HttpRefusal(code), 'a1b2c3d4').json()));
}

export async function showMails(page: Page): Promise<void> {
  const brand = {
    organizationName: 'Example Corp',
    supportEmail: 'support@example.com',
    publicUrl: 'https://apis.example.com',
  };
  page.chapter('Mails', 'Subject, preview and text of each, with sample values.');
  for (const name of MAIL_NAMES) {
    const { LinkEnds: _, ...variables } = sampleVariables(name, brand);
    const linkEndsAt = variables.ConfirmUrl ? { linkEndsAt: new Date('2026-03-04T09:00:00Z') } : {};
    const mail = await renderMail({
      template: name,
      text: defaultText(name),
      variables,
      brand,
      ...linkEndsAt,
    });
    const about = TEMPLATES.find((one) => one.name === name);
    page.section(about ? `${about.title} (\`${name}\`)` : `\`${name}\``);
    page.shows(
      [about?.description, '', `Subject: ${mail.subject}`, '', mail.text]
        .filter((one) => one !== undefined)
        .join('\n'),
    );
  }
}

export function showSettings(page: Page): void {
  page.chapter('Settings that are wrong', 'What the server says when it does not start.');
  const wrong = Object.fromEntries(Object.keys(SETTINGS_SCHEMA.shape).map((name) => [name, '@ \u0000']));
  page.section('Every setting with a value that is none');
  page.shows(problemsOf({ ...wrong, MANAGEMENT_OIDC_ROLES: '@', SECOND_OPERATOR_FOR: 'none' }));
  page.section('In production, with nothing set');
  page.shows(problemsOf({ NODE_ENV: 'production' }));
}

function problemsOf(env: Record<string, string>): string {
  try {
    readSettings(env);
    return '';
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
}
