// Mails that operators write to many developers: to addressees, of what kind, and who is left out.

/** An operational one is about what developers use: a new version, an end of life, an incident. News can be refused. */
export const ANNOUNCEMENT_KINDS = ['operational', 'news'] as const;

export const ANNOUNCEMENT_STATES = ['draft', 'sending', 'done', 'stopped'] as const;

/** The subscribers of a product or an API, a group's accounts, or all. */
export const AUDIENCES = ['everyone', 'product', 'api', 'group'] as const;
export const LEFT_OUT_REASONS = [
  'blocked',
  'pending',
  'deleted',
  'unsubscribed',
  'complained',
  'bounced',
] as const;
export type LeftOutReason = (typeof LEFT_OUT_REASONS)[number];

/** How many, by why. */
export type LeftOut = Partial<Record<LeftOutReason, number>>;

/** What becomes of a recipient: left out after all, the state of the mail, or nothing yet. */
export const ANNOUNCEMENT_FATES = [
  'waiting',
  'queued',
  'accepted',
  'delivered',
  'bounced',
  'complained',
  'failed',
  'unknown',
  'cancelled',
  'blocked',
  'pending',
  'deleted',
  'unsubscribed',
] as const;
export type AnnouncementFate = (typeof ANNOUNCEMENT_FATES)[number];
