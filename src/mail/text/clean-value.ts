// Makes values harmless: a mail shows the characters that a person typed, and they do nothing.

/** No input field is longer. */
const MAX_VALUE_LENGTH = 2_000;

const ZERO_WIDTH_SPACE = '\u200B';
// Controls, and marks that change the writing direction: a name could reverse the text after it.
const UNSAFE = /[\p{Cc}\u202A-\u202E\u2066-\u2069\uFEFF]/gu;

/** Removes control characters, makes every line end `\n`, and shortens to 2,000 UTF-16 units. */
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
 * Mail clients make a link of every text that looks like an address. A zero-width space after dots, @ and colons prevents
 * it, and the reader sees no difference.
 */
export function unlink(text: string): string {
  return text
    .replace(/(?<=[\p{L}\p{N}_%-])[.\u3002\uFF0E\uFF61](?=[\p{L}\p{N}])/gu, `$&${ZERO_WIDTH_SPACE}`)
    .replace(/@(?=\S)/g, `@${ZERO_WIDTH_SPACE}`)
    .replace(/(?<=\p{L}):(?=\S)/gu, `:${ZERO_WIDTH_SPACE}`);
}

const EMAIL_ADDRESS = /^[^@/:\\]+@[^@/:\\]+$/;

/** Does the same to a template's own text, but keeps email addresses, so that readers can copy them. */
export function unlinkWords(text: string): string {
  return text.replace(/\S+/g, (word) => (EMAIL_ADDRESS.test(word) ? word : unlink(word)));
}

/** At most `max` UTF-16 units. A cut text ends in “…”, never in half a character. */
export function shorten(text: string, max: number): string {
  if (text.length <= max) return text;
  return `${text.slice(0, max - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
