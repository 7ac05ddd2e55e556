import { z } from 'zod';
import type { StoredMailText } from '../../db/outbox/mails.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { type Language, languageNamed } from '../../languages/languages.ts';
import {
  checkTemplate,
  TEMPLATE_SYNTAXES,
  TEMPLATES,
  type TemplateText,
} from '../../mail/templates/catalog.ts';
import { MAX_XHTML_LENGTH } from '../../mail/text/xml-tree.ts';
import type { Context } from '../frame/context.ts';

/** Slack's plain text input takes 3,000 characters. Only Markdown comes from there; programs send XHTML. Azure: subject 1–1000. */
export const MAX_TEMPLATE_BODY_LENGTH = 3_000;
export const MAX_TEMPLATE_SUBJECT_LENGTH = 1_000;

const text = (max: number) =>
  z
    .string()
    .max(max, `at most ${max} characters`)
    .refine(
      (words) => !words.includes('\0') && !/\p{Surrogate}/u.test(words),
      'contains a character that cannot be kept',
    );

export const templateName = z.string().max(100);
export const templateText = {
  subject: text(MAX_TEMPLATE_SUBJECT_LENGTH),
  body: text(MAX_XHTML_LENGTH),
  /** The syntax of the body. */
  syntax: z.enum(TEMPLATE_SYNTAXES).default('markdown'),
};

/** Compares names without case, because Azure writes them differently in requests and answers. Errors: `template_not_found`. */
export function demandTemplate(name: string) {
  const template = TEMPLATES.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (!template) throw new DomainError('template_not_found');
  return template;
}

/** In which operators read and change the texts of mails: the service's default. */
export const ownLanguage = ({ policy }: Pick<Context, 'policy'>): Language => languageNamed(policy.language);

/** Ignores how lines end, which differs between senders. */
export const isSameText = (one: string, other: string): boolean => oneLineEnd(one) === oneLineEnd(other);
const oneLineEnd = (words: string): string => words.replace(/\r\n?/g, '\n').trim();

/** Errors: `template_invalid` with the field that is wrong. */
export function checkTemplateText(
  context: Pick<Context, 'policy'>,
  template: ReturnType<typeof demandTemplate>,
  text: TemplateText,
): void {
  if (text.syntax !== 'xhtml' && text.body.length > MAX_TEMPLATE_BODY_LENGTH)
    throw new DomainError('template_invalid', {
      fields: { body: `at most ${MAX_TEMPLATE_BODY_LENGTH} characters` },
    });
  const { mailLinkHosts, publicUrl } = context.policy;
  checkTemplate(template.name, text, [new URL(publicUrl).host, ...mailLinkHosts]);
}

/** Errors: `template_changed`, with the operator who changed it, when it isn't the version that was shown. */
export function demandTextVersion(
  { version, text }: StoredMailText,
  expectedVersion: number | undefined,
): void {
  if (expectedVersion === undefined || expectedVersion === version) return;
  throw new DomainError('template_changed', {
    current: { by: text?.changedBy ?? '', ...(text ? { at: text.changedAt } : {}) },
  });
}
