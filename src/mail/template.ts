import type { VariableName } from './variables.ts';

/** `subject` is plain words, `body` Markdown; both with variables. */
export type TemplateText = { subject: string; body: string };

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
