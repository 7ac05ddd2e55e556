// Descriptions in OpenAPI documents are Markdown with HTML in it, written by people we don't know. The portal shows their
// words without the markup, so that nothing in them is a link, an image or a script.

const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&nbsp;': ' ',
  '&amp;': '&',
};

/** Each pattern has a bounded length, so that no text makes them slow. */
const REPLACED: readonly [RegExp, string][] = [
  [/\r\n?/g, '\n'],
  [/<br\s{0,3}\/?>/gi, '\n'],
  [/<\/(?:p|div|li|h[1-6]|tr)>/gi, '\n'],
  [/<\/?[a-z!][^<>]{0,300}>/gi, ''],
  [/!?\[([^[\]\n]{1,300})\]\((https?:\/\/[^()\s]{1,500})\)/g, '$1 ($2)'],
  [/!?\[([^[\]\n]{1,300})\]\([^()\n]{0,500}\)/g, '$1'],
  [/^[ \t]{0,3}(?:```|~~~)[^\n]{0,100}$/gm, ''],
  [/^[ \t]{0,3}#{1,6}[ \t]{1,5}/gm, ''],
  [/(\*\*|__)(?=\S)/g, ''],
  [/(?<=\S)(\*\*|__)/g, ''],
  [/^[ \t]{0,5}[*+][ \t]{1,5}/gm, '- '],
  [/`/g, ''],
  [/[ \t]{1,50}\n/g, '\n'],
  [/\n{3,50}/g, '\n\n'],
];

/** The words of a text in Markdown or HTML, at most `max` characters of them. Empty for what is no text. */
export function plainWords(text: unknown, max: number): string {
  if (typeof text !== 'string') return '';
  // Markup is seldom longer than the words in it.
  let words = text.slice(0, max * 4).replaceAll('\0', '');
  for (const [pattern, by] of REPLACED) words = words.replace(pattern, by);
  words = words.replace(/&(?:lt|gt|quot|#39|nbsp|amp);/g, (entity) => ENTITIES[entity] ?? entity);
  return cutWords(words.trim(), max);
}

/** The same in one line. */
export const plainLine = (text: unknown, max: number): string =>
  cutWords(plainWords(text, max).replace(/\s+/g, ' '), max);

/** Ends with `…` where something was left out. Never half of a character. */
export function cutWords(text: string, max: number): string {
  if (text.length <= max) return text;
  return `${text.slice(0, max - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
