import { z } from 'zod';
import { DomainError } from '../domain/domain-error.ts';
import { checkTemplate, TEMPLATES } from '../mail/templates.ts';
import type { Context } from './context.ts';

/** Slack's plain text input takes 3,000 characters; Azure's subject 1,000. */
export const MAX_TEMPLATE_BODY_LENGTH = 3_000;
export const MAX_TEMPLATE_SUBJECT_LENGTH = 1_000;

export const templateName = z.string().max(100);
export const templateText = {
  subject: z.string().max(MAX_TEMPLATE_SUBJECT_LENGTH, `at most ${MAX_TEMPLATE_SUBJECT_LENGTH} characters`),
  body: z.string().max(MAX_TEMPLATE_BODY_LENGTH, `at most ${MAX_TEMPLATE_BODY_LENGTH} characters`),
};

/** Names compare without case, as Azure answers them in another case than it is asked. Errors: `template_not_found`. */
export function demandTemplate(name: string) {
  const template = TEMPLATES.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (!template) throw new DomainError('template_not_found');
  return template;
}

/** Errors: `template_invalid` with the field that is wrong. */
export function checkTemplateText(
  context: Pick<Context, 'policy'>,
  template: ReturnType<typeof demandTemplate>,
  text: { subject: string; body: string },
): void {
  const { mailLinkHosts, publicUrl } = context.policy;
  checkTemplate(template.name, text, [new URL(publicUrl).host, ...mailLinkHosts]);
}
