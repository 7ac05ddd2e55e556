// Says a text in a language, with the values in it.
import { IntlMessageFormat } from 'intl-messageformat';
import { ENGLISH, type Language, type Text } from './languages.ts';

export type Values = Readonly<Record<string, string | number>>;

/** A text, and the values in it: what a part that knows no language passes on to one that does. */
export type Said = Text | { text: Text; values: Values };

/** Parts of another kind than text, such as React's: values as they are, tags by what makes them of their content. */
type Parts<Part> = Readonly<
  Record<string, string | number | Part | ((content: (string | Part)[]) => string | Part)>
>;

export type Say = {
  (said: Said, values?: Values): string;
  /** The text with `<b>tags</b>` in it, as a list of parts. */
  parts<Part>(text: Text, parts: Parts<Part>): (string | Part)[];
  language: Language;
  number(value: number): string;
  /** In UTC. `how` is a constant: formats are kept by it. */
  date(at: Date, how: Intl.DateTimeFormatOptions): string;
  /** "29 November 2026 at 09:30 UTC" */
  moment(at: Date): string;
  /** "29 November 2026", in UTC */
  day(at: Date): string;
  /** "a, b and c" */
  list(items: readonly string[]): string;
};

/** How English spells days. Other languages need no region. */
const localeOf = ({ tag }: Language): string => (tag === 'en' ? 'en-GB' : tag);

/** Each a constant: formats are kept by them. */
const MOMENT: Intl.DateTimeFormatOptions = { dateStyle: 'long', timeStyle: 'short' };
const DAY: Intl.DateTimeFormatOptions = { dateStyle: 'long' };

const known = new Map<string, Say>();

/** The same for the same language, with what it has read. */
export function sayIn(language: Language): Say {
  const found = known.get(language.tag);
  if (found?.language === language) return found;
  const made = createSay(language);
  known.set(language.tag, made);
  return made;
}

export const sayInEnglish: Say = createSay(ENGLISH);

function createSay(language: Language): Say {
  const locale = localeOf(language);
  const messages = new Map<Text, IntlMessageFormat>();
  const messageOf = (text: Text): IntlMessageFormat => {
    const found = messages.get(text);
    if (found) return found;
    const made = new IntlMessageFormat(language.catalog?.texts[text] ?? text, locale);
    messages.set(text, made);
    return made;
  };
  const formats = new Map<Intl.DateTimeFormatOptions, Intl.DateTimeFormat>();
  const date = (at: Date, how: Intl.DateTimeFormatOptions): string => {
    const format = formats.get(how) ?? new Intl.DateTimeFormat(locale, { timeZone: 'UTC', ...how });
    formats.set(how, format);
    return format.format(at);
  };
  const numbers = new Intl.NumberFormat(locale);
  const lists = new Intl.ListFormat(locale, { type: 'conjunction' });
  const say = (said: Said, values: Values = {}): string => {
    const [text, all] = typeof said === 'string' ? [said, values] : [said.text, said.values];
    return String(messageOf(text).format(all));
  };
  return Object.assign(say, {
    parts<Part>(text: Text, parts: Parts<Part>): (string | Part)[] {
      const made = messageOf(text).format<Part>(parts as never);
      return Array.isArray(made) ? made : [made as string | Part];
    },
    language,
    number: (value: number) => numbers.format(value),
    date,
    moment: (at: Date) => `${date(at, MOMENT)} UTC`,
    day: (at: Date) => date(at, DAY),
    list: (items: readonly string[]) => lists.format(items),
  });
}
