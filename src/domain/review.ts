// What a review of access is about, and what is known of an account in it.
import { DomainError } from './domain-error.ts';
import { readTime } from './time-words.ts';

export const REVIEW_SCOPES = ['product', 'group', 'all'] as const;
/** `escalate`: the admins get a week more. `block`: accounts without an answer are blocked. */
export const REVIEW_ENDS = ['escalate', 'block'] as const;

/** How an account came in. */
type LetIn = {
  how: 'invited' | 'added' | 'signed up';
  /** Empty when no audit row tells. */
  by: string;
  approvedBy: string;
  at: string;
};

/** What is shown beside an account, as of a moment. Times are texts: it is stored as JSON. */
export type ReviewEvidence = {
  email: string;
  name: string;
  state: 'active' | 'blocked' | 'pending' | 'deleted';
  stateChangedAt: string;
  stateChangedBy: string;
  /** Days in UTC; null: never. */
  lastSignInOn: string | null;
  lastCallOn: string | null;
  /** Calls that passed. */
  calls30: number;
  calls90: number;
  letIn: LetIn;
  groups: string[];
  subscriptions: { name: string; state: string }[];
};

const HOUR_MS = 3_600_000;
const MAX_REVIEW_DAYS = 180;
export const MAX_REVIEW_END_LENGTH = 60;
/** What a review takes when no end is typed. */
export const USUAL_REVIEW = '14 days';

/** When a review that begins now ends. Errors: `invalid_input` for `end`, in words. */
export function reviewEnd(text: string, now: Date, timeZone?: string): Date {
  const { at } = readTime(text.trim() || USUAL_REVIEW, 'end', { now, timeZone });
  const ms = at.getTime() - now.getTime();
  if (ms < HOUR_MS || ms > MAX_REVIEW_DAYS * 24 * HOUR_MS)
    throw new DomainError('invalid_input', {
      fields: { end: `choose a time between 1 hour and ${MAX_REVIEW_DAYS} days from now` },
    });
  return at;
}

/** Half of the time, and a day before the end, as far as they are ahead; null when none is. */
export function nextReminder(
  { createdAt, endsAt }: { createdAt: Date; endsAt: Date },
  now: Date,
): Date | null {
  const half = new Date((createdAt.getTime() + endsAt.getTime()) / 2);
  const dayBefore = new Date(endsAt.getTime() - 24 * HOUR_MS);
  const [next = null] = [half, dayBefore].filter((at) => at > now).sort((one, other) => +one - +other);
  return next;
}
