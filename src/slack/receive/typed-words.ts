// The text that follows `/apim-user`. Slack changes it on the way: it links emails and curls quotes.
import damerauLevenshtein from 'damerau-levenshtein';

const MAX_WORDS = 120;

/** The words as the person typed them, at most 120. Spaces and commas separate; quotes hold words together. */
export function splitWords(text: string): string[] {
  const plain = text
    .replace(/<mailto:([^|>]+)(?:\|[^>]*)?>/g, '$1')
    .replace(/<(https?:[^|>]+)(?:\|[^>]*)?>/g, '$1')
    .replace(/[\u201c\u201d\u201e]/g, '"')
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/\u2014/g, '--')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
  // `group:"Early birds"` is one word too; quotes within a word are part of it.
  const words = plain.match(/(?:[a-z]+:)?"[^"]*"(?![^\s,])|[^\s,]+/g) ?? [];
  return words.slice(0, MAX_WORDS).map((word) => word.replace(/^([a-z]+:)?"(.*)"$/, '$1$2'));
}

/** The value of an option, such as `blocked` for `state:blocked`. */
export const optionIn = (words: readonly string[], name: string): string | undefined =>
  words.find((word) => word.startsWith(`${name}:`))?.slice(name.length + 1);

/** Null when none of `known` is near the word. Two swapped letters count as one mistake. */
export function nearestWord(word: string, known: readonly string[]): string | null {
  const typed = word.toLowerCase();
  const [best] = known
    // A much longer word can't be near, and its distance would cost much memory.
    .filter((one) => Math.abs(one.length - typed.length) <= maxMistakes(one))
    .map((one) => ({ one, mistakes: damerauLevenshtein(typed, one).steps }))
    .sort((a, b) => a.mistakes - b.mistakes);
  return best && best.mistakes <= maxMistakes(best.one) ? best.one : null;
}

function maxMistakes(word: string): number {
  return Math.ceil(word.length / 3);
}
