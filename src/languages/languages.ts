// The languages of the portal, of the pages behind mailed links, and of mails to developers. English is in the code, where a
// text is said; each other language is one file.
import de from './de.json' with { type: 'json' };
import fr from './fr.json' with { type: 'json' };
import nl from './nl.json' with { type: 'json' };

/** What is said in English, and so its name in every other language: a message in ICU's syntax. */
export type Text = keyof (typeof de)['texts'];

export const isText = (words: string): words is Text => Object.hasOwn(de.texts, words);

/** A mail in another language: Markdown with the variables of its English text, a paragraph an item. */
type MailWords = { subject: string; because: string; body: readonly string[] };

type Catalog = {
  texts: Readonly<Record<Text, string>>;
  mails: Readonly<Record<string, MailWords>>;
};

/** By its BCP 47 tag. */
export type Languages = Readonly<Record<string, Language>>;

export type Language = {
  tag: string;
  /** In the language itself. */
  name: string;
  direction: 'ltr' | 'rtl';
  /** Null: English. */
  catalog: Catalog | null;
};

export const ENGLISH: Language = { tag: 'en', name: 'English', direction: 'ltr', catalog: null };

export const LANGUAGES: Languages = {
  en: ENGLISH,
  nl: { tag: 'nl', name: 'Nederlands', direction: 'ltr', catalog: nl },
  de: { tag: 'de', name: 'Deutsch', direction: 'ltr', catalog: de },
  fr: { tag: 'fr', name: 'Français', direction: 'ltr', catalog: fr },
};

const MAX_HEADER_LENGTH = 500;

/**
 * The language that a browser likes best of those we have; null when it likes none of them. `header` is its
 * `Accept-Language`, of which a region is left out: `de-AT` is German.
 * Source: RFC 9110 12.5.4; RFC 4647 3.4.
 */
export function preferredLanguage(header: string | undefined, languages: Languages): Language | null {
  const ranges = (header ?? '').slice(0, MAX_HEADER_LENGTH).toLowerCase().split(',');
  const liked = ranges.flatMap((range) => {
    const [tag = '', ...parameters] = range.split(';').map((part) => part.trim());
    const weight = parameters.find((part) => part.startsWith('q='));
    const language = languageOf(tag.split('-')[0], languages);
    return language ? [{ language, weight: weight ? Number(weight.slice(2)) : 1 }] : [];
  });
  // A stable sort: of two that are liked as much, the browser's first one.
  return liked.filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight)[0]?.language ?? null;
}

/** English for a tag that is none of ours, such as that of a language which was there once. */
export const languageNamed = (tag: string | null | undefined): Language =>
  languageOf(tag, LANGUAGES) ?? ENGLISH;

/** Null for a tag that is none of ours. */
export const languageOf = (tag: string | null | undefined, languages: Languages): Language | null =>
  (tag && Object.hasOwn(languages, tag) && languages[tag]) || null;
