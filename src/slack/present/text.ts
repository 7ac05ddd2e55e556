/** Slack's limit for the text of a section. */
export const MAX_SECTION_LENGTH = 3_000;
/** Slack's limit for the value of a button. */
export const MAX_VALUE_LENGTH = 2_000;

/** Marks that turn the direction of the text after them, so that it reads as another text. */
const DIRECTION_MARKS = /[\u202a-\u202e\u2066-\u2069]/g;

export const withoutTurns = (text: string): string => text.replace(DIRECTION_MARKS, '');

/** Makes a text that a person wrote harmless in mrkdwn: no mention, no link, no markup, no change of direction. */
export function escapeText(text: string): string {
  return withoutTurns(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[*_~`]/g, '$&\u200b')
    .replace(/:\/\//g, ':\u200b//');
}

/** Slack shows the time in the reader's time zone. Clients that can't, such as notifications, show it in UTC. */
export function formatDate(at: Date): string {
  const fallback = `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return `<!date^${Math.floor(at.getTime() / 1_000)}^{date_short_pretty} at {time}|${fallback}>`;
}

export const capital = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}`;

/** With a capital and a full stop. */
export const sentenceOf = (words: string): string => `${capital(words)}${/[.!?…]$/.test(words) ? '' : '.'}`;

/** Slack takes no half of a character. */
export const HALF_CHARACTER = /[\ud800-\udbff]$/;

export function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1).replace(HALF_CHARACTER, '')}…`;
}

/** Such as `&lt` or `<!date^1764`, which Slack would show as it is. */
const HALF_MARKUP = /(?:&[a-z]{0,3}|<[^>]*)$/;

/** Like `cut`, for a text whose typed parts are escaped. */
export function cutMarkup(text: string, max: number): string {
  if (text.length <= max) return text;
  return `${text
    .slice(0, max - 1)
    .replace(HALF_CHARACTER, '')
    .replace(HALF_MARKUP, '')}…`;
}

/** The first lines that fit, whole. */
export function fittingLines(lines: readonly string[], max: number): string[] {
  let length = -1;
  return lines.filter((line) => {
    length += line.length + 1;
    return length <= max;
  });
}

/** Joins lines into as few texts as fit into sections, without cutting a line. */
export function joinLines(lines: readonly string[]): string[] {
  const texts: string[] = [];
  for (const line of lines) {
    const last = texts.at(-1);
    if (last !== undefined && last.length + 1 + line.length <= MAX_SECTION_LENGTH)
      texts[texts.length - 1] = `${last}\n${line}`;
    else texts.push(line);
  }
  return texts;
}

/** "a, b and c". */
export const listText = (items: readonly string[]): string => LISTS.format(items);
const LISTS = new Intl.ListFormat('en', { type: 'conjunction' });
