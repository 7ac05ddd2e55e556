import type { VariableName } from './variables.ts';

export const TEMPLATE_SYNTAXES = ['markdown', 'xhtml'] as const;
/** Of a body: people write Markdown, programs XHTML. */
type TemplateSyntax = (typeof TEMPLATE_SYNTAXES)[number];

/** `subject` is plain words; both have variables. Without a syntax the body is Markdown. */
export type TemplateText = { subject: string; body: string; syntax?: TemplateSyntax };

export type MailTemplate = TemplateText & {
  title: string;
  /** When it is sent. */
  description: string;
  /** The footer's first words: why one gets this mail, and what to do about it if one shouldn't. */
  because: string;
  variables: readonly VariableName[];
  /** The link without which the mail is of no use; null when there is none. */
  requiredLink: 'ConfirmUrl' | null;
  /** False for the mails of subscriptions, whose moment is still to come. */
  isInUse: boolean;
};
