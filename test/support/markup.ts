// Finds what Slack reads as markup in everything that was sent to it.

/** Form fields of the Web API hold JSON in text. */
export function read(value: unknown): unknown {
  if (typeof value === 'string' && /^[[{]/.test(value)) {
    try {
      return read(JSON.parse(value));
    } catch {
      return value;
    }
  }
  if (Array.isArray(value)) return value.map(read);
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, read(one)]));
  return value;
}

/** Every text that Slack reads as markup: the text of a message, and every `mrkdwn`. Plain text is shown as it is. */
export function markupIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(markupIn);
  if (value === null || typeof value !== 'object') return [];
  const { type, text, ...rest } = value as Record<string, unknown>;
  const own = typeof text === 'string' && type !== 'plain_text' ? [text] : markupIn(text);
  return [...own, ...markupIn(Object.values(rest))];
}

/** Slack knows people, channels, dates, groups and links in angle brackets; anything else is our mistake. */
const STRAY = /<(?!@[UW][A-Z0-9]|#C|!date\^|!subteam\^|https?:|mailto:)/;

/** Texts with angle brackets that mean nothing to Slack, such as `<account>` written without `&lt;`. */
export const strayMarkup = (sent: readonly { sent: unknown }[]): string[] =>
  sent.flatMap((call) => markupIn(read(call.sent))).filter((text) => STRAY.test(text));
