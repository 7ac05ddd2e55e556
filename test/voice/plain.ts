// Texts as they reach the eye, without what differs from run to run.
import type { Person } from '../../src/playground/shapes.ts';

/** Slack's markup as Slack shows it: names for ids, words for links, the fallback for times. */
export function asSlackShows(text: string, people: ReadonlyMap<string, Person>): string {
  return text
    .replace(/<!date\^\d+\^[^|>]*\|([^>]*)>/g, '$1')
    .replace(/<@([UW][A-Z0-9]+)(\|[^>]*)?>/g, (_, id: string) => `@${people.get(id)?.realName ?? id}`)
    .replace(/<#[A-Z0-9]+\|([^>]*)>/g, '#$1')
    .replace(/<(?:https?|mailto):[^|>]*\|([^>]*)>/g, '$1')
    .replace(/<(https?:[^>]*)>/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replaceAll('\u200b', '');
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

/** Ids, keys, one-time links and ports differ in each run. */
export const withoutChance = (text: string): string =>
  text
    .replaceAll('\0', '')
    .replace(UUID, '‹id›')
    // Whether a mail has left when a list is drawn depends on the machine.
    .replace(/\bmail (?:queued|delivered)\b/g, 'mail sent')
    .replace(/ticket=[\w-]{43}/g, 'ticket=‹secret›')
    .replace(/\b[0-9a-f]{32,}\b/g, '‹key›')
    .replace(/\bapim_[\w-]{20,}/g, '‹token›')
    .replace(/\bwhsec_[\w+/]{20,}=*/g, '‹secret›')
    .replace(/\b(access-review-\d{4}-\d\d-\d\d)-[0-9a-f]{6}\b/g, '$1-‹id›')
    .replace(/(reference `?)[0-9a-f]{8}\b/gi, '$1‹reference›')
    .replace(/\b(127\.0\.0\.1|localhost):\d{4,5}\b/g, '$1:3000');

/** A page's words: a line for each block, fields as `Label: ____`, buttons in brackets. */
export function readHtml(html: string): string {
  const body = html
    .replace(/<(style|script|head)\b.*?<\/\1>/gs, '')
    .replace(/<input\b[^>]*>/g, (tag) => {
      if (/type="hidden"/.test(tag)) return '';
      if (/type="checkbox"/.test(tag)) return '[ ] ';
      return `____${/placeholder="([^"]*)"/.exec(tag)?.[1] ?? ''}`;
    })
    .replace(/<h1[^>]*>/g, '\n# ')
    .replace(/<h2[^>]*>/g, '\n## ')
    .replace(/<li[^>]*>/g, '\n• ')
    .replace(/<button[^>]*>/g, '\n[')
    .replace(/<\/button>/g, ']\n')
    .replace(/<a [^>]*class="(?:button|way)[^>]*>([^<]*)<\/a>/g, '\n→ $1\n')
    .replace(/<\/dt>/g, ': ')
    .replace(
      /<(?:br|\/?(?:p|div|h1|h2|ul|ol|li|form|label|main|header|footer|nav|dl|dd|section|tr|table|article|pre|details|summary|fieldset|legend))\b[^>]*>/g,
      '\n',
    )
    .replace(/<[^>]+>/g, '');
  return entities(body)
    .split('\n')
    .map((line) => line.replace(/\s+/g, ' ').trim())
    .filter(Boolean)
    .join('\n');
}

const entities = (text: string): string =>
  text
    .replaceAll('&#x27;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&nbsp;', ' ')
    .replaceAll('&amp;', '&');
