// Moments as people type them: "7 days", "friday 18:00", "24.12.2026", "end of month". Reads all of a text or refuses it.
import { DomainError } from './domain-error.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Longer texts are no moment. */
const MAX_LENGTH = 60;

type TimeOptions = {
  now: Date;
  /** An IANA name. Days begin at midnight there. */
  timeZone?: string | undefined;
  /** Whether "friday", "24 Dec" and "7 days" are ahead or behind. */
  direction?: 'future' | 'past';
};
/** `isSpan`: it is as long as the text says, from whatever moment it begins. */
type Time = { at: Date; isSpan: boolean };
/** `fault`: the text is a moment that can't be taken; without one it is no moment. */
type Reading = Time | { fault: string } | null;

/** Errors: `invalid_input` for `field`, in words that name the readings of an ambiguous text. */
export function readTime(text: string, field: string, options: TimeOptions): Time {
  const reading = parseTime(text, options);
  if (reading && 'at' in reading) return reading;
  const words =
    reading?.fault ??
    'write it like 12h, 7 days, tomorrow, friday 18:00 or end of month, or as a date like 2026-12-24';
  throw new DomainError('invalid_input', { fields: { [field]: words } });
}

/** Null for a text that is no moment at all. */
export function parseTime(text: string, options: TimeOptions): Reading {
  const { now, timeZone = 'UTC' } = options;
  const sign = options.direction === 'past' ? -1 : 1;
  const words = plain(text);
  if (words === '' || words.length > MAX_LENGTH) return null;
  const instant = isoInstant(words);
  if (instant) return { at: instant, isSpan: false };
  const span = parseSpan(words, { now, timeZone, sign });
  if (span) return span;
  const timed = TIME_AT_END.exec(words);
  const [dayWords, timeWords, zone] = timed ? [timed[1] ?? '', timed[2] ?? '', timed[3]] : [words, '', ''];
  const minutes = timeWords === '' ? 0 : minutesOf(timeWords);
  if (minutes === null) return null;
  const usedZone = zone ? 'UTC' : timeZone;
  const today = startOfDay(localOf(now, usedZone));
  const days = dayWords === '' ? [today] : parseDay(dayWords.replace(/,$/, ''), today, sign);
  if (days === null || 'fault' in days) return days;
  const moments = days.map((day) => instantOf(day + minutes * MINUTE_MS, usedZone));
  // A time of day alone is the next one.
  if (dayWords === '' && sign > 0 && moments[0] && moments[0] <= now)
    return { at: instantOf(today + DAY_MS + minutes * MINUTE_MS, usedZone), isSpan: false };
  const [at, other] = moments;
  if (!at) return null;
  if (!other || other.getTime() === at.getTime()) return { at, isSpan: false };
  return {
    fault: `this could be ${dayText(at, usedZone)} or ${dayText(other, usedZone)}; write it like ${isoDay(at, usedZone)}`,
  };
}

/** The words of the day, the time, and UTC. */
const TIME_AT_END =
  /^(.*?)(?:^| |,|t)(?:at )?(\d{1,2}:\d{2} ?(?:am|pm|h)?|\d{1,2} ?(?:am|pm)|noon|midnight)(?: ?(utc|gmt|z))?$/;

const plain = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .replace(/[.,!]+$/, '')
    .replace(/^(?:(?:for|until|till|til|by|on|in|from) )+/, '')
    .replace(/^the /, '');

function isoInstant(words: string): Date | null {
  if (!/^\d{4}-\d{2}-\d{2}[t ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:z|[+-]\d{2}:\d{2})$/.test(words))
    return null;
  const at = new Date(words.toUpperCase().replace(' ', 'T'));
  return Number.isNaN(at.getTime()) || !isDay(words.slice(0, 10)) ? null : at;
}

const NUMBERS = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
];
const UNITS: Record<string, number> = {
  ...{ min: MINUTE_MS, mins: MINUTE_MS, minute: MINUTE_MS, minutes: MINUTE_MS },
  ...{ h: HOUR_MS, hr: HOUR_MS, hrs: HOUR_MS, hour: HOUR_MS, hours: HOUR_MS },
  ...{ d: DAY_MS, day: DAY_MS, days: DAY_MS },
  ...{ w: 7 * DAY_MS, wk: 7 * DAY_MS, wks: 7 * DAY_MS, week: 7 * DAY_MS, weeks: 7 * DAY_MS },
};
/** In calendar months. */
const LONG_UNITS: Record<string, number> = { month: 1, months: 1, year: 12, years: 12 };
const PART = new RegExp(`^(\\d{1,5}|an?|${NUMBERS.join('|')}) ?([a-z]+)(?: and |, ?| |(?=\\d)|$)`);

type From = { now: Date; timeZone: string; sign: number };

function parseSpan(words: string, { now, timeZone, sign }: From): Reading {
  let rest = words.replace(/^next (?=\d)/, '').replace(/ ago$/, '');
  let ms = 0;
  let months = 0;
  while (rest !== '') {
    const [whole, count = '', unit = ''] = PART.exec(rest) ?? [''];
    if (whole === '') return null;
    const number = /^\d/.test(count)
      ? Number(count)
      : Math.max(NUMBERS.indexOf(count), count.startsWith('a') ? 1 : 0);
    const [short, long] = [UNITS[unit], LONG_UNITS[unit]];
    if (unit === 'm') return { fault: '“m” could be minutes or months; write months, or hours like 12h' };
    if (short === undefined && long === undefined) return null;
    ms += number * (short ?? 0);
    months += number * (long ?? 0);
    rest = rest.slice(whole.length);
  }
  const from = months === 0 ? now : instantOf(addMonths(localOf(now, timeZone), sign * months), timeZone);
  const at = new Date(from.getTime() + sign * ms);
  return Number.isNaN(at.getTime()) ? null : { at, isSpan: true };
}

function minutesOf(words: string): number | null {
  if (words === 'noon') return 12 * 60;
  if (words === 'midnight') return 0;
  const [, hourText, minuteText = '0', half] = /^(\d{1,2})(?::(\d{2}))? ?(am|pm|h)?$/.exec(words) ?? [];
  const [hour, minute] = [Number(hourText), Number(minuteText)];
  const isHalf = half === 'am' || half === 'pm';
  if (minute > 59 || (isHalf ? hour < 1 || hour > 12 : hour > 23)) return null;
  return (isHalf ? (hour % 12) + (half === 'pm' ? 12 : 0) : hour) * 60 + minute;
}

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const MONTHS = [
  ...['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september'],
  ...['october', 'november', 'december'],
];
/** From three letters on: `tue`, `tues`, `tuesday`. */
const indexOf = (names: readonly string[], word: string): number =>
  word.length < 3 ? -1 : names.findIndex((name) => name.startsWith(word.replace(/\.$/, '')));

/** The beginnings of the days that a text can mean, as wall time; null for no day. */
function parseDay(words: string, today: number, sign: number): number[] | { fault: string } | null {
  const named = namedDay(words, today, sign);
  if (named) return named;
  const [, next, weekday = ''] = /^(?:(next|last) |this |coming )?([a-z]+)$/.exec(words) ?? [];
  const target = indexOf(WEEKDAYS, weekday);
  if (target >= 0) {
    const away = (sign * (target - new Date(today).getUTCDay()) + 7) % 7 || 7;
    const first = today + sign * away * DAY_MS;
    return next === 'next' && away < 7 ? [first, first + 7 * DAY_MS] : [first];
  }
  return dateOf(words, today, sign);
}

function namedDay(words: string, today: number, sign: number): number[] | null {
  const day = new Date(today);
  const month = (ahead: number) => Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + ahead, 1);
  const monday = today + ((8 - day.getUTCDay()) % 7 || 7) * DAY_MS;
  const known: Record<string, number> = {
    today,
    tomorrow: today + DAY_MS,
    'day after tomorrow': today + 2 * DAY_MS,
    'end of day': today + DAY_MS,
    'end of today': today + DAY_MS,
    'end of the day': today + DAY_MS,
    'next week': monday,
    'next month': month(1),
    'end of month': month(1),
    'end of the month': month(1),
    'month end': month(1),
    'end of next month': month(2),
    'end of year': Date.UTC(day.getUTCFullYear() + 1, 0, 1),
    'end of the year': Date.UTC(day.getUTCFullYear() + 1, 0, 1),
    ...(sign < 0 ? { yesterday: today - DAY_MS, 'day before yesterday': today - 2 * DAY_MS } : {}),
  };
  const found = Object.hasOwn(known, words) ? known[words] : undefined;
  return found === undefined ? null : [found];
}

function dateOf(words: string, today: number, sign: number): number[] | { fault: string } | null {
  const year = (text: string | undefined) =>
    text === undefined ? null : Number(text) + (text.length === 2 ? 2_000 : 0);
  const one = (y: string | undefined, m: number, d: string | undefined) =>
    dayOf({ year: year(y), month: m, day: Number(d) }, today, sign);
  const iso = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$/.exec(words);
  if (iso) return asDays([one(iso[1], Number(iso[2]), iso[3])], words);
  const dotted = /^(\d{1,2})\. ?(\d{1,2})(?:\. ?(\d{4}|\d{2}))?$/.exec(words);
  if (dotted) return asDays([one(dotted[3], Number(dotted[2]), dotted[1])], words);
  const slashed = /^(\d{1,2})([/-])(\d{1,2})(?:\2(\d{4}|\d{2}))?$/.exec(words);
  if (slashed) {
    const [, a, , b, y] = slashed;
    return asDays([one(y, Number(b), a), one(y, Number(a), b)], words);
  }
  const dayFirst = /^(\d{1,2})(?:st|nd|rd|th|\.)? (?:of )?([a-z]{3,9}\.?)(?:,? (\d{4}))?$/.exec(words);
  const monthFirst = /^([a-z]{3,9}\.?) (\d{1,2})(?:st|nd|rd|th)?(?:,? (\d{4}))?$/.exec(words);
  const [day, name, y] = dayFirst
    ? dayFirst.slice(1)
    : monthFirst
      ? [monthFirst[2], monthFirst[1], monthFirst[3]]
      : [];
  const month = indexOf(MONTHS, name ?? '');
  return month < 0 ? null : asDays([one(y, month + 1, day)], words);
}

function asDays(days: (number | null)[], words: string): number[] | { fault: string } {
  const real = days.flatMap((day) => day ?? []);
  return real.length > 0 ? real : { fault: `${words} is no day of the calendar` };
}

/** Without a year, the nearest such day ahead or behind. */
function dayOf(
  { year, month, day }: { year: number | null; month: number; day: number },
  today: number,
  sign: number,
): number | null {
  const at = (y: number) => {
    const ms = Date.UTC(y, month - 1, day);
    const date = new Date(ms);
    return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? ms : null;
  };
  if (year !== null) return at(year);
  const thisYear = new Date(today).getUTCFullYear();
  // The 29th of February may be up to eight years away.
  for (let ahead = 0; ahead <= 8; ahead++) {
    const found = at(thisYear + sign * ahead);
    if (found !== null && sign * (found - today) >= (sign > 0 ? DAY_MS : 0)) return found;
  }
  return null;
}

const isDay = (text: string): boolean => {
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
};

const startOfDay = (local: number): number => Math.floor(local / DAY_MS) * DAY_MS;

/** The same day of a later month, or its last one. */
function addMonths(local: number, months: number): number {
  const date = new Date(local);
  const first = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1);
  const lastDay = new Date(
    Date.UTC(new Date(first).getUTCFullYear(), new Date(first).getUTCMonth() + 1, 0),
  ).getUTCDate();
  return first + (Math.min(date.getUTCDate(), lastDay) - 1) * DAY_MS + (local - startOfDay(local));
}

/** Wall time there, as the milliseconds of a time in UTC with the same figures. */
function localOf(at: Date, timeZone: string): number {
  if (timeZone === 'UTC') return at.getTime();
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
}

/** Twice, because the offset may change between the first guess and the moment itself. */
function instantOf(local: number, timeZone: string): Date {
  const guess = local - (localOf(new Date(local), timeZone) - local);
  const offset = localOf(new Date(guess), timeZone) - guess;
  return new Date(local - offset);
}

/** The zone, when this machine knows it; else UTC. */
export function knownTimeZone(timeZone: string | null | undefined): string {
  try {
    return timeZone ? new Intl.DateTimeFormat('en-US', { timeZone }).resolvedOptions().timeZone : 'UTC';
  } catch {
    return 'UTC';
  }
}

const dayText = (at: Date, timeZone: string): string => {
  const local = new Date(localOf(at, timeZone));
  const [weekday = '', month = ''] = [WEEKDAYS[local.getUTCDay()], MONTHS[local.getUTCMonth()]].map(
    (name) => `${name?.[0]?.toUpperCase()}${name?.slice(1, 3)}`,
  );
  return `${weekday} ${local.getUTCDate()} ${month} ${local.getUTCFullYear()}`;
};
const isoDay = (at: Date, timeZone: string): string =>
  new Date(localOf(at, timeZone)).toISOString().slice(0, 10);

/** "Fri 4 Dec 2026, 18:00 UTC (in 5 days)". */
export function timeInWords(at: Date, now: Date, timeZone = 'UTC'): string {
  const time = new Date(localOf(at, timeZone)).toISOString().slice(11, 16);
  const hours = Math.round((at.getTime() - now.getTime()) / HOUR_MS);
  const count = hours < 48 ? `${hours} hour${hours === 1 ? '' : 's'}` : `${Math.round(hours / 24)} days`;
  return `${dayText(at, timeZone)}, ${time} ${timeZone} (in ${count})`;
}
