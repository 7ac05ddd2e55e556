// Every mail with its default text, as a mail program shows it: light and dark, on a wide screen and on a phone.
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject } from 'vitest';
import { ENGLISH, LANGUAGES } from '../../src/languages/languages.ts';
import { renderMail } from '../../src/mail/render.ts';
import {
  defaultText,
  languageOfMail,
  MAIL_NAMES,
  type MailName,
  sampleVariables,
} from '../../src/mail/templates/catalog.ts';
import { faultsOnPage } from '../support/axe.ts';
import { story } from '../support/browser-app.ts';

const MAILS = MAIL_NAMES;
const BRAND = {
  organizationName: 'Example Corp',
  supportEmail: 'support@example.com',
  publicUrl: 'https://developers.example.com',
};
const LONG = 'Hohenwolkenstein-Sonnenblumenfeld_'.repeat(3);

let browser: Browser | undefined;
beforeAll(async () => {
  const endpoint = inject('chromium');
  if (endpoint !== null) browser = await chromium.connect(endpoint);
});
afterAll(() => browser?.close());

async function windowOf(look: Parameters<Browser['newContext']>[0]): Promise<Page> {
  const context = await browser?.newContext(look);
  if (!context) throw new Error('no browser');
  return context.newPage();
}

async function show(
  page: Page,
  template: MailName,
  values: Record<string, string> = {},
  wanted = ENGLISH,
): Promise<void> {
  const language = languageOfMail(template, wanted);
  const { LinkEnds: _, ...samples } = sampleVariables(template, BRAND, language);
  const { html } = await renderMail({
    template,
    text: defaultText(template, language),
    language,
    variables: { ...samples, ...values },
    brand: BRAND,
    ...(samples.ConfirmUrl ? { linkEndsAt: new Date('2026-12-24T12:00:00Z') } : {}),
  });
  await page.setContent(html);
}

describe('axe finds nothing serious in any mail', () => {
  for (const colorScheme of ['light', 'dark'] as const)
    story(colorScheme, async () => {
      const page = await windowOf({ colorScheme });
      for (const name of MAILS) {
        await show(page, name);
        expect(await faultsOnPage(page), name).toEqual([]);
      }
    });
});

describe('no mail is wider than a phone, even with very long names and words', () => {
  const values = {
    ...{ DevFirstName: LONG, DevLastName: LONG, PersonalLine: LONG, OperatorMessage: LONG },
    DevEmail: `${LONG}@example.com`,
  };
  for (const language of Object.values(LANGUAGES))
    story(language.name, async () => {
      const page = await windowOf({ viewport: { width: 360, height: 640 }, isMobile: true });
      for (const name of MAILS) {
        await show(page, name, values, language);
        const isAsWide = 'document.documentElement.scrollWidth <= document.documentElement.clientWidth';
        expect(await page.evaluate(isAsWide), name).toBe(true);
      }
    });
});
