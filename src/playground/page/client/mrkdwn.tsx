// Slack's markup as React elements. Nothing is ever set as HTML.
import { createContext, type ReactNode, useContext } from 'react';
import { EMOJI } from './emoji.ts';
import { formatDate } from './slack-date.ts';

export type Names = { user: (id: string) => string; channel: (id: string) => string };
export const NamesContext = createContext<Names>({ user: (id) => id, channel: (id) => id });

const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
const emojify = (text: string): string =>
  text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => EMOJI[name] ?? whole);

/** Code first (nothing is read inside it), then references, then the three kinds of emphasis. */
const TOKEN =
  /```([\s\S]+?)```|`([^`\n]+)`|<([^<>\n]+)>|(?<![\w*])\*(\S(?:[^*\n]*\S)?)\*(?![\w*])|(?<![\w_])_(\S(?:[^_\n]*\S)?)_(?![\w_])|(?<![\w~])~(\S(?:[^~\n]*\S)?)~(?![\w~])/g;

function parse(text: string, names: Names): ReactNode[] {
  const out: ReactNode[] = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [whole, pre, code, reference, bold, italic, strike] = match;
    if (match.index > end) out.push(emojify(unescaped(text.slice(end, match.index))));
    const key = match.index;
    if (pre !== undefined) out.push(<pre key={key}>{unescaped(pre.replace(/^\n/, ''))}</pre>);
    else if (code !== undefined) out.push(<code key={key}>{unescaped(code)}</code>);
    else if (reference !== undefined) out.push(<Reference key={key} inside={reference} names={names} />);
    else if (bold !== undefined) out.push(<strong key={key}>{parse(bold, names)}</strong>);
    else if (italic !== undefined) out.push(<em key={key}>{parse(italic, names)}</em>);
    else if (strike !== undefined) out.push(<s key={key}>{parse(strike, names)}</s>);
    end = match.index + whole.length;
  }
  if (end < text.length) out.push(emojify(unescaped(text.slice(end))));
  return out;
}

function Reference({ inside, names }: { inside: string; names: Names }): ReactNode {
  const [target = '', label] = inside.split('|');
  if (target.startsWith('@')) return <span className="mention">@{names.user(target.slice(1))}</span>;
  if (target.startsWith('#')) return <span className="mention">#{names.channel(target.slice(1))}</span>;
  if (target.startsWith('!date^')) return <time>{formatDate(target, unescaped(label ?? ''))}</time>;
  if (target.startsWith('!')) return <span className="mention loud">@{target.slice(1).split('^')[0]}</span>;
  const words = unescaped(label ?? target.replace(/^mailto:/, ''));
  if (!/^(https?:|mailto:)/.test(target)) return <>{unescaped(`<${inside}>`)}</>;
  return (
    <a href={unescaped(target)} target="_blank" rel="noreferrer">
      {words}
    </a>
  );
}

/** Lines that begin with `>` are quotes; all else flows, with its line breaks kept by the style sheet. */
export function Mrkdwn({ text }: { text: string }): ReactNode {
  const names = useContext(NamesContext);
  const parts: { isQuote: boolean; lines: string[] }[] = [];
  for (const line of text.split('\n')) {
    const isQuote = line.startsWith('&gt;') || line.startsWith('>');
    const last = parts.at(-1);
    const content = isQuote ? line.replace(/^(&gt;|>)\s?/, '') : line;
    if (last !== undefined && last.isQuote === isQuote) last.lines.push(content);
    else parts.push({ isQuote, lines: [content] });
  }
  return parts.map(({ isQuote, lines }, i) =>
    isQuote ? (
      <blockquote key={i}>{parse(lines.join('\n'), names)}</blockquote>
    ) : (
      <span key={i} className="flow">
        {parse(lines.join('\n'), names)}
      </span>
    ),
  );
}

/** A text object: markup or plain. */
export function Text({ value }: { value: unknown }): ReactNode {
  if (typeof value !== 'object' || value === null) return null;
  const { type, text } = value as { type?: string; text?: string };
  if (typeof text !== 'string') return null;
  return type === 'mrkdwn' ? <Mrkdwn text={text} /> : <span className="flow">{emojify(text)}</span>;
}

export const plain = (value: unknown): string => {
  const text = (value as { text?: unknown } | null | undefined)?.text;
  return typeof text === 'string' ? emojify(text) : '';
};
