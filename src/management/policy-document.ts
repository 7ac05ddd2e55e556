// The policy document of a product: Azure keeps limits there. Only a rate and a quota may be in it, and what does nothing.
import { SaxesParser } from 'saxes';
import type { Limits, QuotaPeriod, Rate } from '../domain/call-limits.ts';
import { MAX_CALLS, MAX_RATE_SECONDS } from '../domain/limit-words.ts';
import { MAX_POLICY_LENGTH } from '../operations/catalog/input.ts';
import { validationError } from './management-error.ts';

const SECTIONS = ['inbound', 'backend', 'outbound', 'on-error'];

/** Azure counts in seconds. The first of a period is the one that we write; a month is a calendar month, whatever is given. */
const SECONDS: Readonly<Record<QuotaPeriod, readonly number[]>> = {
  day: [86_400],
  week: [604_800],
  month: [2_592_000, 2_628_000, 2_629_746, 2_629_800, 2_678_400],
};
const WHAT_WORKS =
  'In <inbound> a product takes <rate-limit calls="100" renewal-period="60" /> and <quota calls="10000" renewal-period="86400" />, and <base /> everywhere. Set everything else in the gateway in front of this server';

/** Errors: `ValidationError` for `value`, with the line, for anything else than the two limits. */
export function readPolicy(source: string): Limits {
  if (source.length > MAX_POLICY_LENGTH)
    throw validationError({ value: `must have at most ${MAX_POLICY_LENGTH} characters` });
  if (!(source as string & { isWellFormed(): boolean }).isWellFormed())
    throw validationError({ value: 'contains a character that cannot be kept' });
  const limits: Limits = { rate: null, quota: null };
  const open: string[] = [];
  const parser = new SaxesParser();
  const refuse = (fault: string, more = WHAT_WORKS): never => {
    throw validationError({ value: `${fault} in line ${parser.line}. ${more}` });
  };
  parser.on('error', ({ message }) => refuse(`is not well-formed XML (${reasonOf(message)})`, 'Correct it'));
  parser.on('doctype', () => refuse('has a document type'));
  parser.on('processinginstruction', () => refuse('has a processing instruction'));
  const onText = (text: string) => {
    if (text.trim() !== '') refuse(`has the text “${text.trim().slice(0, 40)}”`);
  };
  parser.on('text', onText);
  parser.on('cdata', onText);
  parser.on('opentag', ({ name, attributes }) => {
    const place = open.join('/');
    open.push(name);
    const names = Object.keys(attributes);
    const isLimit = place === 'policies/inbound' && (name === 'rate-limit' || name === 'quota');
    if (!isLimit) {
      const isKnown =
        place === '' ? name === 'policies' : place === 'policies' ? SECTIONS.includes(name) : name === 'base';
      if (!isKnown || open.length > 3) refuse(`has <${name.slice(0, 40)}>`);
      if (names.length > 0) refuse(`has attributes at <${name}>`);
      return;
    }
    const other = names.find((one) => one !== 'calls' && one !== 'renewal-period');
    if (other) refuse(`has the attribute ${other.slice(0, 40)} at <${name}>`);
    if (limits[name === 'quota' ? 'quota' : 'rate']) refuse(`has a second <${name}>`);
    const calls = wholeNumber(attributes.calls);
    const seconds = wholeNumber(attributes['renewal-period']);
    if (calls === null || calls < 1 || calls > MAX_CALLS)
      refuse(
        `has <${name}> without a good calls`,
        `Write a number from 1 to ${MAX_CALLS}: no named value and no expression`,
      );
    else if (name === 'quota') limits.quota = { calls, period: periodOf(seconds) ?? refuse(...BAD_PERIOD) };
    else limits.rate = isRatePeriod(seconds) ? { calls, seconds } : refuse(...BAD_RATE_PERIOD);
  });
  parser.on('closetag', () => void open.pop());
  parser.write(source).close();
  return limits;
}

const wholeNumber = (text: string | undefined): number | null =>
  text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : null;
const isRatePeriod = (seconds: number | null): seconds is Rate['seconds'] =>
  seconds !== null && seconds >= 1 && seconds <= MAX_RATE_SECONDS;
const PERIODS = Object.entries(SECONDS) as [QuotaPeriod, readonly number[]][];
const periodOf = (seconds: number | null): QuotaPeriod | null =>
  PERIODS.find(([, all]) => all.includes(seconds ?? 0))?.[0] ?? null;
const BAD_PERIOD: [string, string] = [
  'has <quota> with a renewal-period that is no day, week or month',
  `Write ${SECONDS.day[0]} for a day, ${SECONDS.week[0]} for a week from Monday, or ${SECONDS.month[0]} for a calendar month, all in UTC`,
];
const BAD_RATE_PERIOD: [string, string] = [
  'has <rate-limit> without a good renewal-period',
  `Write 1 to ${MAX_RATE_SECONDS} seconds; for a day, week or month add a <quota>`,
];

/** Without the place that the parser puts first. */
const reasonOf = (message: string): string =>
  message
    .replace(/^\d+:\d+: /, '')
    .replace(/\.$/, '')
    .slice(0, 120);

/** As Azure lays it out. */
export function writePolicy({ rate, quota }: Limits): string {
  const limit = (name: string, calls: number, seconds: number | undefined) =>
    `    <${name} calls="${calls}" renewal-period="${seconds}" />`;
  const section = (name: string) => [`  <${name}>`, '    <base />', `  </${name}>`];
  return [
    '<policies>',
    '  <inbound>',
    '    <base />',
    ...(rate ? [limit('rate-limit', rate.calls, rate.seconds)] : []),
    ...(quota ? [limit('quota', quota.calls, SECONDS[quota.period][0])] : []),
    '  </inbound>',
    ...['backend', 'outbound', 'on-error'].flatMap(section),
    '</policies>',
  ].join('\r\n');
}
