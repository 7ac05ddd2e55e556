// When a block ends, as a person types it: "7d", "for 12h", "until 2026-12-24".
import { DomainError } from './domain-error.ts';

const HOUR_MS = 3_600_000;
const MIN_BLOCK_HOURS = 1;
const MAX_BLOCK_DAYS = 366;
export const MAX_BLOCK_END_LENGTH = 40;
const HOURS = { h: 1, d: 24, w: 168 } as const;

type BlockEnd = { hours: number } | { at: Date };

/** Null for an empty text. Errors: `invalid_input` for `end`, in words. */
export function readBlockEnd(text: string): BlockEnd | null {
  const words = text.trim().toLowerCase();
  if (words === '') return null;
  const span = /^(?:for )?(\d{1,5}) ?([hdw])$/.exec(words);
  if (span) {
    const hours = Number(span[1]) * HOURS[span[2] as keyof typeof HOURS];
    demandSpan(hours * HOUR_MS);
    return { hours };
  }
  const day = /^(?:until )?(\d{4}-\d{2}-\d{2})$/.exec(words)?.[1];
  const at = day ? new Date(`${day}T00:00:00Z`) : null;
  // JavaScript reads the 31st of February as a day of March.
  if (at && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day ?? ' ')) return { at };
  throw refusal('write it like 12h, 7d or 2w, or as a date like 2026-12-24');
}

/**
 * When a block that begins now ends; null when it has no end. Dates are the beginning of that day in UTC.
 * Errors: `invalid_input` for `end` when that is sooner than in an hour or later than in a year.
 */
export function blockEnd(text: string, now: Date): Date | null {
  const typed = readBlockEnd(text);
  if (!typed) return null;
  const end = 'at' in typed ? typed.at : new Date(now.getTime() + typed.hours * HOUR_MS);
  demandSpan(end.getTime() - now.getTime());
  return end;
}

function demandSpan(ms: number): void {
  if (ms < MIN_BLOCK_HOURS * HOUR_MS || ms > MAX_BLOCK_DAYS * 24 * HOUR_MS)
    throw refusal('must be between 1 hour and 1 year from now (dates begin at 00:00 UTC)');
}

const refusal = (words: string) => new DomainError('invalid_input', { fields: { end: words } });

/**
 * Finds the end of a block in the words after an account, first or last: `for 7d leaked a key`. The other words are the
 * reason. Words that look like an end are taken as one, so that a typing error is refused, not a block without an end.
 */
export function splitBlockEnd(words: readonly string[]): { end: string; reason: string } {
  const begins = [0, words.length - 2].find(
    (at) =>
      at >= 0 &&
      ((/^for$/i.test(words[at] ?? '') && /^\d/.test(words[at + 1] ?? '')) ||
        (/^until$/i.test(words[at] ?? '') && (at === 0 || /^\d/.test(words[at + 1] ?? '')))),
  );
  if (begins === undefined) return { end: '', reason: words.join(' ') };
  const rest = words.toSpliced(begins, 2);
  return { end: words.slice(begins, begins + 2).join(' '), reason: rest.join(' ') };
}
