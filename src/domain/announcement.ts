// Mails that operators write to many developers: to whom, of what kind, and who is left out.

/** Nobody unsubscribes from what an operational one says: a new version, an end of life, an incident. */
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
type LeftOutReason = (typeof LEFT_OUT_REASONS)[number];

/** How many, by why. */
export type LeftOut = Partial<Record<LeftOutReason, number>>;
