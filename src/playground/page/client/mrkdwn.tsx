// Slack's markup as React elements. Nothing is ever set as HTML.
import { type ReactNode, useContext } from 'react';
import { objectText } from '../../workspace/blocks.ts';
import { DirectoryContext } from './api.ts';

/** Code first (nothing is read inside it), then references, then the three kinds of emphasis. */
const TOKEN =
  /```(?<pre>[\s\S]+?)```|`(?<code>[^`\n]+)`|<(?<reference>[^<>\n]+)>|(?<![\w*])\*(?<bold>\S(?:[^*\n]*\S)?)\*(?![\w*])|(?<![\w_])_(?<italic>\S(?:[^_\n]*\S)?)_(?![\w_])|(?<![\w~])~(?<strike>\S(?:[^~\n]*\S)?)~(?![\w~])/g;
/** The short names that the app writes; others stay as they are. */
const EMOJI: Record<string, string> = { warning: '⚠️' };
const DAY_MS = 86_400_000;

/** Lines that begin with `>` are quotes; all else flows, with its line breaks kept by the style sheet. */
export function Mrkdwn({ text }: { text: string }): ReactNode {
  const parts: { isQuote: boolean; lines: string[] }[] = [];
  for (const line of text.split('\n')) {
    const isQuote = /^(&gt;|>)/.test(line);
    const content = line.replace(/^(&gt;|>)\s?/, '');
    const last = parts.at(-1);
    if (last?.isQuote === isQuote) last.lines.push(content);
    else parts.push({ isQuote, lines: [content] });
  }
  return parts.map(({ isQuote, lines }, i) => {
    const children = parse(lines.join('\n'));
    return isQuote ? (
      <blockquote key={i}>{children}</blockquote>
    ) : (
      <span key={i} className="flow">
        {children}
      </span>
    );
  });
}

/** A text object: markup or plain. */
export function Text({ value }: { value: unknown }): ReactNode {
  const isMarkup = (value as { type?: string } | null)?.type === 'mrkdwn';
  return isMarkup ? <Mrkdwn text={objectText(value)} /> : <span className="flow">{plain(value)}</span>;
}

export const plain = (value: unknown): string => emojify(objectText(value));

function parse(text: string): ReactNode[] {
  const out: ReactNode[] = [];
  let end = 0;
  for (const { 0: whole, index, groups: found = {} } of text.matchAll(TOKEN)) {
    out.push(emojify(unescapeText(text.slice(end, index))));
    if (found.pre) out.push(<pre key={index}>{unescapeText(found.pre.replace(/^\n/, ''))}</pre>);
    else if (found.code) out.push(<code key={index}>{unescapeText(found.code)}</code>);
    else if (found.reference) out.push(<Reference key={index} inside={found.reference} />);
    else if (found.bold) out.push(<strong key={index}>{parse(found.bold)}</strong>);
    else if (found.italic) out.push(<em key={index}>{parse(found.italic)}</em>);
    else if (found.strike) out.push(<s key={index}>{parse(found.strike)}</s>);
    end = index + whole.length;
  }
  return [...out, emojify(unescapeText(text.slice(end)))];
}

function Reference({ inside }: { inside: string }): ReactNode {
  const { people, channels } = useContext(DirectoryContext);
  const [target = '', label] = inside.split('|');
  const id = target.slice(1);
  if (target.startsWith('@'))
    return <span className="mention">@{people.find((one) => one.id === id)?.realName ?? id}</span>;
  if (target.startsWith('#'))
    return (
      <span className="mention">#{channels.find((one) => one.id === id)?.name ?? 'private channel'}</span>
    );
  if (target.startsWith('!date^')) return <time>{formatDate(target, unescapeText(label ?? ''))}</time>;
  if (!/^(https?:|mailto:)/.test(target)) return unescapeText(`<${inside}>`);
  return (
    <a href={unescapeText(target)} target="_blank" rel="noreferrer">
      {unescapeText(label ?? target.replace(/^mailto:/, ''))}
    </a>
  );
}

/** `!date^1700000000^{date_short_pretty} at {time}` in the reader's own language and time zone. */
function formatDate(target: string, fallback: string): string {
  const [, seconds, format] = target.split('^');
  const at = new Date(Number(seconds) * 1000);
  if (format === undefined || Number.isNaN(at.getTime())) return fallback;
  return format
    .replace('{date_short_pretty}', prettyDay(at))
    .replace('{time}', at.toLocaleTimeString(undefined, { hour: 'numeric', minute: '2-digit' }));
}

function prettyDay(at: Date): string {
  const days = Math.floor((at.getTime() - new Date().setHours(0, 0, 0, 0)) / DAY_MS);
  const name = ['yesterday', 'today', 'tomorrow'][days + 1];
  return name ?? at.toLocaleDateString(undefined, { year: 'numeric', month: 'short', day: 'numeric' });
}

const unescapeText = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
const emojify = (text: string): string =>
  text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => EMOJI[name] ?? whole);
