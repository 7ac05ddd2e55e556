// Every mail that the product can send, with its default text.
import { DomainError } from '../../domain/domain-error.ts';
import { ENGLISH, type Language } from '../../languages/languages.ts';
import { sayIn } from '../../languages/say.ts';
import { readBody } from '../text/read-body.ts';
import { writeXhtml } from '../text/write-xhtml.ts';
import { ACCOUNT_MAILS } from './account-mails.ts';
import { ANNOUNCEMENT_MAILS } from './announcement-mails.ts';
import { checkTextFor } from './check.ts';
import { NOTIFICATION_MAILS } from './notification-mails.ts';
import { OPERATOR_MAILS } from './operator-mails.ts';
import { SUBSCRIPTION_MAILS } from './subscription-mails.ts';
import type { MailTemplate, TemplateText } from './template.ts';
import { writeValue } from './value.ts';
import { COMMON_VARIABLES, type VariableName, variableOf } from './variables.ts';

export { TEMPLATE_SYNTAXES, type TemplateText } from './template.ts';

/** Mails to developers. Operators may change their texts. */
const CATALOG = { ...ACCOUNT_MAILS, ...SUBSCRIPTION_MAILS };
const MAILS = { ...CATALOG, ...ANNOUNCEMENT_MAILS, ...OPERATOR_MAILS, ...NOTIFICATION_MAILS };

export type TemplateName = keyof typeof CATALOG;
/** Includes the mails to the people who run the server, and to recipients of notifications. */
export type MailName = keyof typeof MAILS;
export type AnnouncementMailName = keyof typeof ANNOUNCEMENT_MAILS;
export type NotificationMailName = keyof typeof NOTIFICATION_MAILS;

type TemplateVariable = { name: VariableName; title: string };

export type TemplateEntry = Omit<MailTemplate, 'variables'> & {
  name: TemplateName;
  variables: readonly TemplateVariable[];
};

export const TEMPLATES: readonly TemplateEntry[] = (Object.keys(CATALOG) as TemplateName[]).map((name) => ({
  ...CATALOG[name],
  name,
  variables: CATALOG[name].variables.map((variable) => ({
    name: variable,
    title: variableOf(variable).title,
  })),
}));

export const MAIL_NAMES = Object.keys(MAILS) as MailName[];
export const ANNOUNCEMENT_MAIL_NAMES = Object.keys(ANNOUNCEMENT_MAILS) as AnnouncementMailName[];
export const OPERATOR_MAIL_NAMES = Object.keys(OPERATOR_MAILS) as (keyof typeof OPERATOR_MAILS)[];
export const NOTIFICATION_MAIL_NAMES = Object.keys(NOTIFICATION_MAILS) as NotificationMailName[];

/** The title of a mail, or the name itself when the catalog no longer has it. */
export const titleOf = (name: string): string => (name in MAILS ? MAILS[name as MailName].title : name);

/**
 * The body as XHTML, for programs. A stored text that today's rules refuse gives the default, because that is what is
 * mailed.
 */
export function xhtmlOf(name: TemplateName, text: TemplateText, language: Language = ENGLISH): string {
  if (text.syntax === 'xhtml') return text.body;
  const vocabulary = { field: 'body' as const, variables: CATALOG[name].variables };
  try {
    return writeXhtml(readBody(text, vocabulary));
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return writeXhtml(readBody(defaultText(name, language), vocabulary));
  }
}

/** Of many, so that it waits for others. False for a mail that the catalog no longer has. */
export const isBulkMail = (name: string): boolean => Object.hasOwn(ANNOUNCEMENT_MAILS, name);

export function templateOf(name: MailName): MailTemplate {
  return MAILS[name];
}

/** English where the language has no such mail. */
export function defaultText(name: MailName, language: Language = ENGLISH): TemplateText {
  const own = language.catalog?.mails[name];
  if (own) return { subject: own.subject, body: own.body.join('\n\n') };
  const { subject, body } = MAILS[name];
  return { subject, body };
}

/** In which language a mail is written for a person: operators read English, and so does everyone in a mail without another. */
export const languageOfMail = (name: MailName, wanted: Language): Language =>
  wanted.catalog?.mails[name] ? wanted : ENGLISH;

/** Why the reader gets the mail, with variables. */
export const becauseOf = (name: MailName, language: Language): string =>
  language.catalog?.mails[name]?.because ?? MAILS[name].because;

/**
 * Checks a text before it is stored for a template. `linkHosts` are `name` or `name:port`, our own first.
 * Errors: `template_invalid`, with `fields.subject`, `fields.body` or both.
 */
export function checkTemplate(
  name: TemplateName | AnnouncementMailName,
  text: TemplateText,
  linkHosts: readonly string[],
): void {
  checkTextFor(MAILS[name], text, linkHosts);
}

const BECAUSE = ['Because'] as const;
const SAMPLE_SITE = /^https:\/\/example\.com(?=\/)/;

/** Values for a preview or a test mail. Its one-time link is invalid. */
export function sampleVariables(
  name: MailName,
  brand: { organizationName: string; publicUrl: string },
  language: Language = ENGLISH,
): Record<string, string> {
  const say = sayIn(languageOfMail(name, language));
  const { variables, isBulk }: MailTemplate = MAILS[name];
  const names: readonly VariableName[] = [...COMMON_VARIABLES, ...variables, ...(isBulk ? BECAUSE : [])];
  const samples = Object.fromEntries(
    names.map((variable) => {
      const { kind } = variableOf(variable);
      const sample = writeValue(variableOf(variable).sample, say);
      return [variable, kind === 'link' ? sample.replace(SAMPLE_SITE, brand.publicUrl) : sample];
    }),
  );
  // The renderer sets it.
  const { SupportEmail: _, ...values } = samples;
  return {
    ...values,
    OrganizationName: brand.organizationName,
    DevPortalHost: new URL(brand.publicUrl).host,
  };
}
