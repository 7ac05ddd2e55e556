// When a block ends, as a person types it: "7 days", "until friday 18:00", "24.12.2026".
import { DomainError } from './domain-error.ts';
import { parseTime, readTime } from './time-words.ts';

const HOUR_MS = 3_600_000;
const MIN_BLOCK_HOURS = 1;
const MAX_BLOCK_DAYS = 366;
export const MAX_BLOCK_END_LENGTH = 60;
/** As in "until the 24th of december 2026 at 18:00 utc". */
const MAX_WORDS_OF_END = 9;

/**
 * When a block that begins now ends; null for an empty text. Errors: `invalid_input` for `end`, in words, for a text that
 * can't be read or can mean two days, and for an end sooner than in an hour or later than in a year.
 */
export function blockEnd(text: string, now: Date, timeZone?: string): Date | null {
  if (text.trim() === '') return null;
  const { at } = readTime(text, 'end', { now, timeZone });
  const ms = at.getTime() - now.getTime();
  if (ms <= 0) throw refusal('this time has passed; choose a later one');
  if (ms < MIN_BLOCK_HOURS * HOUR_MS || ms > MAX_BLOCK_DAYS * 24 * HOUR_MS)
    throw refusal('choose a time between 1 hour and 1 year from now');
  return at;
}

/**
 * The end in a form that means the same to another person and later: a span as it was typed, because it begins with the
 * block, and anything else as a moment in UTC. Errors: those of `blockEnd`.
 */
export function settledBlockEnd(text: string, now: Date, timeZone: string): string {
  const end = blockEnd(text, now, timeZone);
  if (!end) return '';
  return readTime(text, 'end', { now, timeZone }).isSpan ? text : end.toISOString();
}

const refusal = (words: string) => new DomainError('invalid_input', { fields: { end: words } });

/**
 * Finds the end of a block in the words after an account, first or last: `for 7d leaked a key`. The other words are the
 * reason. Errors: `invalid_input` for `end` when words that look like an end may belong to the reason, because that must
 * not become a block without an end.
 */
export function splitBlockEnd(words: readonly string[], now: Date): { end: string; reason: string } {
  const isTime = (part: readonly string[]) => part.length > 0 && parseTime(part.join(' '), { now }) !== null;
  const longest = (from: number): number => {
    const most = Math.min(words.length - from, MAX_WORDS_OF_END);
    for (let count = most; count > 0; count--) if (isTime(words.slice(from, from + count))) return count;
    return 0;
  };
  const split = (from: number, count: number) => ({
    end: words.slice(from, from + count).join(' '),
    reason: words.toSpliced(from, count).join(' '),
  });
  const keyword = (word: string | undefined) => /^(for|until|till)$/i.test(word ?? '');
  const beginning = longest(0);
  if (keyword(words[0])) {
    if (beginning > 1) return split(0, beginning);
    if (!/^for$/i.test(words[0] ?? '') || /^\d/.test(words[1] ?? '')) return split(0, 2);
  } else if (beginning > 0) {
    const isAll = beginning === words.length;
    const isPlain = /^\d+ ?[a-z]+$/i.test(words.slice(0, beginning).join(' ')) && words[beginning] !== 'of';
    if (isAll || isPlain) return split(0, beginning);
    throw unclear(words.slice(0, beginning));
  }
  for (let at = 1; at < words.length; at++) {
    const count = longest(at);
    const isEnd =
      keyword(words[at]) && count > 1 && (!/^for$/i.test(words[at] ?? '') || /^\d/.test(words[at + 1] ?? ''));
    if (isEnd && at + count === words.length) return split(at, count);
    if (isEnd || (at === words.length - 1 && /^\d+[hdw]$/i.test(words[at] ?? '')))
      throw unclear(words.slice(at, at + count));
  }
  const last = words.length - 2;
  return last > 0 && keyword(words[last]) && /^\d/.test(words[last + 1] ?? '') ? split(last, 2) : split(0, 0);
}

const unclear = (part: readonly string[]) =>
  refusal(
    `“${part.join(' ')}” could be the end or part of the reason. Begin with the end, like for 7d or until friday, or put the reason in quotes`,
  );
