// The policy document of a product: Azure keeps limits there. Only a rate and a quota may be in it, and what does nothing.
import { SaxesParser } from 'saxes';
import type { Limits, QuotaPeriod, Rate } from '../../domain/call-limits.ts';
import { MAX_CALLS, MAX_RATE_SECONDS } from '../../domain/limit-words.ts';

const SECTIONS = ['inbound', 'backend', 'outbound', 'on-error'];

/** Azure counts in seconds. The first of a period is the one that we write; a month is a calendar month, whatever is given. */
const SECONDS: Readonly<Record<QuotaPeriod, readonly number[]>> = {
  day: [86_400],
  week: [604_800],
  month: [2_592_000, 2_628_000, 2_629_746, 2_629_800, 2_678_400],
};
const WHAT_WORKS =
  'In <inbound> a product takes <rate-limit calls="100" renewal-period="60" /> and <quota calls="10000" renewal-period="86400" />, and <base /> everywhere. Set everything else in the gateway in front of this server';

/** `what`: a fault and its line, as the end of a sentence. `instead`: what would work. */
export type PolicyFault = { what: string; instead: string };

/** Of an element where it stands: `limit`, or what may stand there and does nothing. */
function placeOf(name: string, open: readonly string[]): 'limit' | 'known' | 'unknown' {
  const place = open.join('/');
  if (place === 'policies/inbound' && (name === 'rate-limit' || name === 'quota')) return 'limit';
  const isKnown =
    place === ''
      ? name === 'policies'
      : place === 'policies'
        ? SECTIONS.includes(name)
        : name === 'base' && open.length === 2;
  return isKnown ? 'known' : 'unknown';
}

/** The limits in a document, and everything else that is in it; of an unknown element, nothing below it. */
export function readPolicy(source: string): { limits: Limits; faults: PolicyFault[] } {
  const limits: Limits = { rate: null, quota: null };
  const faults: PolicyFault[] = [];
  const open: string[] = [];
  let unknownAt: number | null = null;
  const parser = new SaxesParser();
  const note = (what: string, instead = WHAT_WORKS) =>
    void faults.push({ what: `${what} in line ${parser.line}`, instead });
  parser.on('error', ({ message }) => {
    note(`is not well-formed XML (${reasonOf(message)})`, 'Correct it');
    throw NO_XML;
  });
  parser.on('doctype', () => note('has a document type'));
  parser.on('processinginstruction', () => note('has a processing instruction'));
  const onText = (text: string) => {
    if (text.trim() !== '' && unknownAt === null) note(`has the text “${text.trim().slice(0, 40)}”`);
  };
  parser.on('text', onText);
  parser.on('cdata', onText);
  parser.on('opentag', ({ name, attributes }) => {
    const place = placeOf(name, open);
    open.push(name);
    if (unknownAt !== null) return;
    if (place === 'limit') readLimit(limits, name === 'quota' ? 'quota' : 'rate', attributes, note);
    else if (place === 'known') {
      if (Object.keys(attributes).length > 0) note(`has attributes at <${name}>`);
    } else {
      unknownAt = open.length;
      note(`has <${name.slice(0, 40)}>`);
    }
  });
  parser.on('closetag', () => {
    if (unknownAt === open.length) unknownAt = null;
    open.pop();
  });
  try {
    parser.write(source).close();
  } catch (error) {
    if (error !== NO_XML) throw error;
    return { limits: { rate: null, quota: null }, faults };
  }
  return { limits, faults };
}

const NO_XML = new Error('not well-formed');
const ELEMENTS = { rate: 'rate-limit', quota: 'quota' } as const;

/** A limit that can't be kept is left out. */
function readLimit(
  limits: Limits,
  kind: keyof Limits,
  attributes: Record<string, string>,
  note: (what: string, instead?: string) => void,
): void {
  const name = ELEMENTS[kind];
  const other = Object.keys(attributes).find((one) => one !== 'calls' && one !== 'renewal-period');
  if (other) note(`has the attribute ${other.slice(0, 40)} at <${name}>`);
  const calls = wholeNumber(attributes.calls);
  const seconds = wholeNumber(attributes['renewal-period']);
  const period = periodOf(seconds);
  if (limits[kind]) note(`has a second <${name}>`);
  else if (calls === null || calls < 1 || calls > MAX_CALLS)
    note(
      `has <${name}> without a good calls`,
      `Write a number from 1 to ${MAX_CALLS}: no named value and no expression`,
    );
  else if (kind === 'quota' && period) limits.quota = { calls, period };
  else if (kind === 'quota') note(...BAD_PERIOD);
  else if (isRatePeriod(seconds)) limits.rate = { calls, seconds };
  else note(...BAD_RATE_PERIOD);
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
