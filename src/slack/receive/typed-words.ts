// The text that follows `/apim-user`. Slack changes it on the way: it links emails and curls quotes.

const MAX_WORDS = 120;

/** A text of Slack's as the person typed it. */
export const typedText = (text: string): string =>
  text
    .replace(/<mailto:([^|>]+)(?:\|[^>]*)?>/g, '$1')
    .replace(/<(https?:[^|>]+)(?:\|[^>]*)?>/g, '$1')
    .replace(/[\u201c\u201d\u201e]/g, '"')
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/\u2014/g, '--')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

/** The words as the person typed them, at most 120. Spaces and commas separate; quotes hold words together. */
export function splitWords(text: string): string[] {
  // `group:"Early birds"` is one word too; quotes within a word are part of it.
  const words = typedText(text).match(/(?:[a-z]+:)?"[^"]*"(?![^\s,])|[^\s,]+/g) ?? [];
  return words.slice(0, MAX_WORDS).map((word) => word.replace(/^([a-z]+:)?"(.*)"$/, '$1$2'));
}

/** The text that is left after so many words. */
export const textAfter = (text: string, words: number): string =>
  text.replace(new RegExp(`^\\s*(?:\\S+\\s*){0,${words}}`), '');

/** Words as one text that `splitWords` splits alike. */
export const joinWords = (words: readonly string[]): string =>
  words.map((word) => (/[\s,]/.test(word) ? `"${word}"` : word)).join(' ');

/** The value of an option, such as `blocked` for `state:blocked`. */
export const optionIn = (words: readonly string[], name: string): string | undefined =>
  words.find((word) => word.startsWith(`${name}:`))?.slice(name.length + 1);
