// The words that narrow and order a list of accounts, wherever they are typed: `state:active idle:90d sort:last-call`.
import { DomainError } from './domain-error.ts';

/** A day in UTC, such as `2026-08-01`, before or after which something last happened. Never is before any day. */
export type DayBound = { side: 'before' | 'after'; day: string };

/** `idle`: the longest idle first. Else the latest first. */
const ACCOUNT_SORTS = ['idle', 'last-call', 'last-sign-in', 'registered'] as const;
export type AccountSort = { by: (typeof ACCOUNT_SORTS)[number]; isReversed: boolean };

const DAYS = { d: 1, w: 7, m: 30 } as const;
const MAX_IDLE_DAYS = 3_650;

/** What each word takes, for a refusal. */
export const FILTER_HELP = {
  idle: `write a number of days, weeks or months, ${MAX_IDLE_DAYS} days at most, such as idle:90d, idle:12w or idle:3m`,
  'last-call': 'write < or > and a day, such as last-call:<2026-08-01',
  'last-sign-in': 'write < or > and a day, such as last-sign-in:<2026-08-01',
  sort: `write ${ACCOUNT_SORTS.slice(0, -1).join(', ')} or ${ACCOUNT_SORTS.at(-1)}, such as sort:idle, or sort:-idle for the other way round`,
} as const;

/** The days of `90d`, `12w` or `3m`; a month has 30. Null for anything else. */
export function idleDaysIn(text: string): number | null {
  const [, count = '', unit = ''] = /^([1-9]\d{0,3})([dwm])$/i.exec(text.trim()) ?? [];
  const days = Number(count) * (DAYS[unit.toLowerCase() as keyof typeof DAYS] ?? 0);
  return days > 0 && days <= MAX_IDLE_DAYS ? days : null;
}

/** `<2026-08-01` or `>2026-08-01`. Null for anything else. */
export function dayBoundIn(text: string): DayBound | null {
  const [, sign, day = ''] = /^([<>]) ?(\d{4}-\d{2}-\d{2})$/.exec(text.trim()) ?? [];
  const at = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== day) return null;
  return { side: sign === '<' ? 'before' : 'after', day };
}

/** `idle`, or `-idle` for the other way round. Null for anything else. */
export function accountSortIn(text: string): AccountSort | null {
  const [, sign, name] = /^(-?)(.*)$/.exec(text.trim().toLowerCase()) ?? [];
  const by = ACCOUNT_SORTS.find((one) => one === name);
  return by ? { by, isReversed: sign === '-' } : null;
}

const STATES = ['active', 'pending', 'blocked', 'deleted'] as const;

/** As they were typed. `group` is a name. */
export type AccountFilterWords = {
  text?: string;
  state?: (typeof STATES)[number];
  group?: string;
  idle?: string;
  neverSignedIn?: true;
  lastCall?: string;
  lastSignIn?: string;
  sort?: string;
};

/** The words, in any order; those without a colon are the text. Errors: `invalid_input`, with an example for the word. */
export function readAccountFilter(words: readonly string[]): AccountFilterWords {
  const found: AccountFilterWords = {};
  const texts: string[] = [];
  for (const word of words) {
    const [, name = '', value = ''] = /^([a-z-]+):(.*)$/i.exec(word) ?? [];
    const read = Object.hasOwn(READERS, name.toLowerCase()) ? READERS[name.toLowerCase()] : undefined;
    if (word.toLowerCase() === 'never-signed-in') found.neverSignedIn = true;
    else if (read) Object.assign(found, read(value));
    else if (name === '' || value.startsWith('//')) texts.push(word);
    else refuse(name, `is no filter; there are ${Object.keys(READERS).join(', ')} and never-signed-in`);
  }
  return texts.length ? { text: texts.join(' '), ...found } : found;
}

const READERS: Record<string, (value: string) => AccountFilterWords> = {
  state: (value) => ({
    state:
      STATES.find((one) => one === value.toLowerCase()) ??
      refuse('state', `write ${STATES.slice(0, -1).join(', ')} or ${STATES.at(-1)}`),
  }),
  group: (value) => ({ group: value }),
  idle: (value) => ({ idle: idleDaysIn(value) ? value : refuse('idle', FILTER_HELP.idle) }),
  'last-call': (value) => ({
    lastCall: dayBoundIn(value) ? value : refuse('last-call', FILTER_HELP['last-call']),
  }),
  'last-sign-in': (value) => ({
    lastSignIn: dayBoundIn(value) ? value : refuse('last-sign-in', FILTER_HELP['last-sign-in']),
  }),
  sort: (value) => ({ sort: accountSortIn(value) ? value : refuse('sort', FILTER_HELP.sort) }),
};

function refuse(name: string, words: string): never {
  throw new DomainError('invalid_input', { fields: { [name]: words } });
}
