// Values are data. What somebody typed as a name must reach a reader as those very characters and do nothing else.

/** Longer values are cut; no field that feeds one is longer. */
const MAX_VALUE_LENGTH = 2_000;

const ZERO_WIDTH_SPACE = '\u200B';
// Controls, and the marks that turn the direction of writing (a name could make the words after it read backwards).
const UNSAFE = /[\p{Cc}\u202A-\u202E\u2066-\u2069\uFEFF]/gu;

/** One value, without control characters, at most `MAX_VALUE_LENGTH` long; line ends become `\n`. */
export function cleanValue(value: string): string {
  const lines = value
    .replace(/\p{Cs}/gu, '\uFFFD')
    .replace(/\r\n?|[\u2028\u2029\u0085]/g, '\n')
    .replaceAll('\t', ' ')
    .split('\n')
    .map((line) => line.replace(UNSAFE, ''));
  return shorten(lines.join('\n').trim(), MAX_VALUE_LENGTH);
}

/**
 * Mail clients make links of whatever looks like an address. An invisible space behind the dots, the @ and the colons
 * keeps them from it; the reader sees no difference.
 */
export function unlink(text: string): string {
  return text
    .replace(/(?<=[\p{L}\p{N}_%-])[.\u3002\uFF0E\uFF61](?=[\p{L}\p{N}])/gu, `$&${ZERO_WIDTH_SPACE}`)
    .replace(/@(?=\S)/g, `@${ZERO_WIDTH_SPACE}`)
    .replace(/(?<=\p{L}):(?=\S)/gu, `:${ZERO_WIDTH_SPACE}`);
}

const EMAIL_ADDRESS = /^[^@/:\\]+@[^@/:\\]+$/;

/** The same for words of a template: an e-mail address stays as it is, so that it can be copied. */
export function unlinkWords(text: string): string {
  return text.replace(/\S+/g, (word) => (EMAIL_ADDRESS.test(word) ? word : unlink(word)));
}

/** At most `max` UTF-16 units, ending in “…” when something was cut. Never ends in half a character. */
export function shorten(text: string, max: number): string {
  if (text.length <= max) return text;
  return `${text.slice(0, max - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
