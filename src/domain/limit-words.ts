// Rates and quotas as people type and read them: "100 per minute", "10,000 per day".
import { type Say, sayInEnglish } from '../languages/say.ts';
import type { Limits, OwnLimits, Quota, QuotaPeriod, Rate } from './call-limits.ts';

export const MAX_CALLS = 1_000_000_000;
/** As in Azure. */
export const MAX_RATE_SECONDS = 300;
export const MAX_LIMIT_LENGTH = 60;

const SECONDS: Readonly<Record<string, number>> = {
  ...sameFor(1, ['s', 'sec', 'secs', 'second', 'seconds']),
  ...sameFor(60, ['min', 'mins', 'minute', 'minutes']),
  ...sameFor(3_600, ['h', 'hr', 'hrs', 'hour', 'hours']),
  ...sameFor(86_400, ['d', 'day', 'days']),
  ...sameFor(604_800, ['w', 'wk', 'week', 'weeks']),
};
const MONTHS = ['mo', 'month', 'months'];
const PERIOD_OF_SECONDS: Readonly<Record<number, QuotaPeriod>> = { 86400: 'day', 604800: 'week' };
const ADVERBS: Readonly<Record<string, string>> = { daily: 'day', weekly: 'week', monthly: 'month' };
const FACTORS: Readonly<Record<string, number>> = {
  k: 1_000,
  thousand: 1_000,
  m: 1_000_000,
  million: 1_000_000,
};

const UNLIMITED = ['unlimited', 'none', 'no limit', 'no limits'];
const AS_PRODUCT = ['as product', 'as the product', 'as its product'];

function sameFor(seconds: number, units: readonly string[]): Record<string, number> {
  return Object.fromEntries(units.map((unit) => [unit, seconds]));
}

/** `fault`: what is wrong with the text and what would work, as a clause. */
export type Fault = { fault: string };
type ReadLimit<Limit> = { limit: Limit | 'unlimited' | null } | Fault;

/** Null: the text is empty, or says that it is as the product has it. */
export const readRate = (text: string): ReadLimit<Rate> => read(text, rateIn, RATE_EXAMPLE);
/** Null: the text is empty, or says that it is as the product has it. */
export const readQuota = (text: string): ReadLimit<Quota> => read(text, quotaIn, QUOTA_EXAMPLE);

const RATE_EXAMPLE = 'write it like 100 per minute or 20/10s, or unlimited';
const QUOTA_EXAMPLE = 'write it like 10,000 per day, per week or per month, or unlimited';

export const rateText = ({ calls, seconds }: Rate): string => {
  const [count, unit] = seconds % 60 === 0 ? [seconds / 60, 'minute'] : [seconds, 'second'];
  return `${figure(calls)} per ${count === 1 ? unit : `${count} ${unit}s`}`;
};
export const quotaText = ({ calls, period }: Quota, say: Say = sayInEnglish): string =>
  say('{calls, number} per {period, select, day {day} week {week} other {month}}', { calls, period });

/** A subscription's own limit; null is `as product`. */
export const ownRateText = (rate: OwnLimits['rate']): string => ownText(rate, rateText);
export const ownQuotaText = (quota: OwnLimits['quota']): string =>
  ownText(quota, (limit) => quotaText(limit));

const ownText = <Limit extends object>(
  own: Limit | 'unlimited' | null,
  text: (limit: Limit) => string,
): string => (own === null ? 'as product' : typeof own === 'string' ? own : text(own));

/** "100 calls per minute and 10,000 per day"; null without a limit. */
export function limitWords({ rate, quota }: Limits, say: Say = sayInEnglish): string | null {
  const rateWords = rate && rateCalls(rate, say);
  if (rateWords === null) return quota && quotaCalls(quota, say);
  return quota ? say('{rate} and {quota}', { rate: rateWords, quota: quotaText(quota, say) }) : rateWords;
}

const rateCalls = ({ calls, seconds }: Rate, say: Say): string =>
  seconds % 60 === 0
    ? say(
        '{calls, plural, one {# call} other {# calls}} per {minutes, plural, one {minute} other {# minutes}}',
        { calls, minutes: seconds / 60 },
      )
    : say(
        '{calls, plural, one {# call} other {# calls}} per {seconds, plural, one {second} other {# seconds}}',
        { calls, seconds },
      );

const quotaCalls = ({ calls, period }: Quota, say: Say): string =>
  say(
    '{calls, plural, one {# call} other {# calls}} per {period, select, day {day} week {week} other {month}}',
    { calls, period },
  );

export const figure = (calls: number): string => calls.toLocaleString('en-US');

type Parsed = { calls: number; count: number; unit: string };

function read<Limit>(
  text: string,
  limitIn: (parsed: Parsed) => Limit | Fault,
  example: string,
): ReadLimit<Limit> {
  const words = text.trim().toLowerCase().replace(/\s+/g, ' ');
  if (words === '' || AS_PRODUCT.includes(words)) return { limit: null };
  if (UNLIMITED.includes(words)) return { limit: 'unlimited' };
  const parsed = words.length > MAX_LIMIT_LENGTH ? null : parse(words);
  if (!parsed) return { fault: example };
  const { calls } = parsed;
  if (calls < 1)
    return {
      fault:
        'at least 1 call. To let no call pass, suspend the subscription or take the product out of “published”',
    };
  if (calls > MAX_CALLS)
    return { fault: `at most ${figure(MAX_CALLS)} calls; write a smaller number, or unlimited` };
  const limit = limitIn(parsed);
  return typeof limit === 'object' && limit !== null && 'fault' in limit ? limit : { limit };
}

function parse(words: string): Parsed | null {
  const found =
    /^(\d[\d,_ ]*?) ?(k|m|thousand|million)?(?: (?:calls?|requests?))?(?: ?\/ ?| (?:per|an?|each|every|in) )(?:(\d{1,9}) ?)?([a-z]+)$/.exec(
      words,
    ) ??
    /^(\d[\d,_ ]*?) ?(k|m|thousand|million)?(?: (?:calls?|requests?))?()() (daily|weekly|monthly)$/.exec(
      words,
    );
  if (!found) return null;
  const [, number = '', factor = '', count, unit, adverb = ''] = found;
  // `1,00` could be a typing error, so groups have three digits.
  if (!/^(\d+|\d{1,3}([,_ ]\d{3})+)$/.test(number)) return null;
  const calls = Number(number.replace(/\D/g, '')) * (FACTORS[factor] ?? 1);
  return { calls, count: Number(count || 1), unit: ADVERBS[adverb] ?? unit ?? '' };
}

function rateIn({ calls, count, unit }: Parsed): Rate | Fault {
  const seconds = unit === 'm' ? 60 * count : (SECONDS[unit] ?? 0) * count;
  if (seconds > MAX_RATE_SECONDS || MONTHS.includes(unit))
    return {
      fault: `a rate is for at most 5 minutes, like ${figure(calls)} per minute. Set a limit for a day, week or month as the quota`,
    };
  return seconds === 0 ? { fault: RATE_EXAMPLE } : { calls, seconds };
}

function quotaIn({ calls, count, unit }: Parsed): Quota | Fault {
  const period =
    MONTHS.includes(unit) && count === 1 ? 'month' : PERIOD_OF_SECONDS[(SECONDS[unit] ?? 0) * count];
  if (period) return { calls, period };
  const isShort = (SECONDS[unit] ?? 86_400) * count < 86_400;
  return {
    fault: `a quota is per day, per week or per month, like ${figure(calls)} per day${isShort ? '. Set a limit for seconds or minutes as the rate' : ''}`,
  };
}
