// Values that are written in the language of their mail.
import { ENGLISH } from '../../languages/languages.ts';
import { type Say, sayInEnglish } from '../../languages/say.ts';

/** Text, or what writes it. */
export type MailValue = string | ((say: Say) => string);

export const writeValue = (value: MailValue, say: Say): string =>
  typeof value === 'string' ? value : value(say);

export const writeValues = (values: Readonly<Record<string, MailValue>>, say: Say): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, writeValue(value, say)]));

export const momentOf =
  (at: Date): MailValue =>
  (say) =>
    writeMoment(at, say);

export const dayOf =
  (at: Date): MailValue =>
  (say) =>
    say.day(at);

/** Such as "Thursday, 26 November 2026, 09:30 UTC": mails are read late, and far away. */
export function writeMoment(at: Date, say: Say = sayInEnglish): string {
  if (say.language !== ENGLISH) return `${say.date(at, WHOLE)} UTC`;
  // What ICU puts between these differs between Node's versions.
  return `${say.date(at, WEEKDAY)}, ${say.day(at)}, ${say.date(at, TIME)} UTC`;
}

const WHOLE: Intl.DateTimeFormatOptions = { dateStyle: 'full', timeStyle: 'short' };
const WEEKDAY: Intl.DateTimeFormatOptions = { weekday: 'long' };
const TIME: Intl.DateTimeFormatOptions = { timeStyle: 'short' };
