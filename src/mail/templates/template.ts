import type { VariableName } from './variables.ts';

export const TEMPLATE_SYNTAXES = ['markdown', 'xhtml'] as const;
/** People write Markdown, programs XHTML. */
type TemplateSyntax = (typeof TEMPLATE_SYNTAXES)[number];

/** `subject` is plain text. Both may have variables. Without a `syntax` the body is Markdown. */
export type TemplateText = { subject: string; body: string; syntax?: TemplateSyntax };

/** Groups the mails where operators choose one. */
type Occasion =
  | 'Joining'
  | 'Email'
  | 'Password'
  | 'Account'
  | 'Subscriptions'
  | 'Announcements'
  | 'Operators';

export type MailTemplate = TemplateText & {
  occasion: Occasion;
  title: string;
  /** What Azure calls it, for programs. */
  azureTitle?: string;
  /** When the mail is sent. */
  description: string;
  /** Begins the footer: why the reader gets this mail, and what to do if they shouldn't. */
  because: string;
  variables: readonly VariableName[];
  /** The link that the mail must have. Null: none. */
  requiredLink: 'ConfirmUrl' | null;
  /** Tells of something that happened, so it is sent even when its link has died: without the link. */
  isNotice?: true;
  /** Called off when the account that it goes to is no longer active. */
  isOnlyForActive?: true;
  /** Written by an operator to many, in whatever language: it waits for other mails, and has no default. */
  isBulk?: true;
  /** False for a mail of Azure's that the product never sends. */
  isInUse: boolean;
};
