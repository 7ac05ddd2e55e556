import { describe, expect, it } from 'vitest';
import { ENGLISH, LANGUAGES } from '../../../src/languages/languages.ts';
import { sayIn } from '../../../src/languages/say.ts';
import { renderMail } from '../../../src/mail/render.ts';
import {
  ANNOUNCEMENT_MAIL_NAMES,
  becauseOf,
  checkTemplate,
  defaultText,
  languageOfMail,
  sampleVariables,
  TEMPLATES,
} from '../../../src/mail/templates/catalog.ts';
import { writeMoment } from '../../../src/mail/templates/value.ts';

const brand = {
  organizationName: 'Acme',
  supportEmail: 'support@example.com',
  publicUrl: 'https://developers.example.com',
};
const linkEndsAt = new Date('2026-11-26T09:30:00Z');
const NAMES = [...TEMPLATES.map(({ name }) => name), ...ANNOUNCEMENT_MAIL_NAMES];
const OTHERS = Object.values(LANGUAGES).filter(({ catalog }) => catalog !== null);

const variablesIn = (text: string) => [...new Set(text.match(/\$[A-Z]\w+/g))].sort();
const linksIn = (text: string) => [...text.matchAll(/\]\((\$\w+)\)/g)].map(([, link]) => link);

describe.each(OTHERS)('T103: in $name', (language) => {
  const say = sayIn(language);

  it('there is every mail that developers get, and no other', () => {
    expect(Object.keys(language.catalog?.mails ?? {}).sort()).toEqual([...NAMES].sort());
  });

  it.each(NAMES)('a mail has the values, buttons and link of the English one: %s', (name) => {
    const [own, english] = [defaultText(name, language), defaultText(name)];
    checkTemplate(name, own, ['developers.example.com']);
    expect(variablesIn(own.subject)).toEqual(variablesIn(english.subject));
    expect(variablesIn(own.body)).toEqual(variablesIn(english.body));
    expect(variablesIn(becauseOf(name, language))).toEqual(variablesIn(becauseOf(name, ENGLISH)));
    expect(linksIn(own.body)).toEqual(linksIn(english.body));
    expect(own.body.split('\n\n')).toHaveLength(english.body.split('\n\n').length);
    expect(own.subject + own.body + becauseOf(name, language)).not.toMatch(/['"]| {2}/);
  });

  it.each(NAMES)('a mail has no English line and no open variable: %s', async (name) => {
    expect(languageOfMail(name, language)).toBe(language);
    const { LinkEnds: _, ...variables } = sampleVariables(name, brand, language);
    const mail = { template: name, text: defaultText(name, language), language, brand };
    const { subject, html, text } = await renderMail({ ...mail, variables, linkEndsAt });
    expect(html).toContain(`<html dir="ltr" lang="${language.tag}"`);
    expect(subject.length).toBeLessThan(110);
    expect(subject + text).not.toMatch(/\$[A-Z]|undefined/);
    expect(text).not.toMatch(
      /You get this mail|Links in our mails|Questions\? Reply|The link works|November,|\bprimary\b|per day/,
    );
    expect(text).toContain(
      say('Questions? Reply to this mail, or write to {email}.', { email: brand.supportEmail }),
    );
    if (variables.ConfirmUrl) expect(text).toContain(writeMoment(linkEndsAt, say));
  });

  it.each(NAMES)('a mail greets well without a name: %s', async (name) => {
    const none = { DevFirstName: '', DevLastName: '', PersonalLine: '', OperatorMessage: '' };
    const variables = { ...sampleVariables(name, brand, language), ...none };
    const mail = { template: name, text: defaultText(name, language), language, brand };
    const { text } = await renderMail({ ...mail, variables, linkEndsAt });
    expect(text).toMatch(/^\p{L}+( Tag)?,\n/u);
    expect(text).not.toMatch(/there,| ,|\*/);
  });
});
