// What one request or call said, for whoever opens it in the inspector: made readable, without typed passwords.
import type { Sender } from '../actions/delivery.ts';
import { type Dict, isDict } from '../shapes.ts';
import type { Workspace } from '../workspace/workspace.ts';

const MAX_SHOWN_LENGTH = 40_000;

export type Wire = {
  /** As they were sent; empty for what carries none of its own. */
  headers: [name: string, value: string][];
  sent: string;
  answer: string;
};

/** Null when it is so long ago that it is forgotten. */
export function wireOf(w: Workspace, sender: Sender, id: number): Wire | null {
  const exchange = sender.exchangeOf(id);
  if (exchange !== null) {
    const { request, response } = exchange;
    const head = response.problem || `HTTP ${response.status}`;
    return {
      headers: Object.entries(request.headers),
      sent: readable(request.headers['content-type'] ?? '', request.body),
      answer: [head, readable(response.contentType, response.body)]
        .filter((part) => part !== '')
        .join('\n\n'),
    };
  }
  const call = w.apiCalls.find((one) => one.id === id);
  if (call === undefined) return null;
  return {
    headers: [],
    sent: pretty(call.sent),
    answer: [call.error || 'ok', ...call.messages].join('\n'),
  };
}

function readable(contentType: string, body: string): string {
  if (contentType.startsWith('application/x-www-form-urlencoded')) {
    const fields = Object.fromEntries(new URLSearchParams(body));
    const { payload, ...rest } = fields;
    return pretty(payload === undefined ? rest : parsed(payload));
  }
  return contentType.includes('json') ? pretty(parsed(body)) : bounded(body);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const pretty = (value: unknown): string => bounded(JSON.stringify(withoutPasswords(value), null, 2));
const bounded = (text: string): string =>
  text.length > MAX_SHOWN_LENGTH ? `${text.slice(0, MAX_SHOWN_LENGTH)}\n… (${text.length} characters)` : text;

/** What was typed into a field that is called a password: Slack has it in the clear, an onlooker need not. */
function withoutPasswords(value: unknown, isPassword = false): unknown {
  if (Array.isArray(value)) return value.map((one) => withoutPasswords(one, isPassword));
  if (!isDict(value)) return value;
  const hidden: Dict = {};
  for (const [name, inner] of Object.entries(value)) {
    const isTyped = isPassword && name === 'value' && typeof inner === 'string';
    hidden[name] = isTyped
      ? '(typed, not shown)'
      : withoutPasswords(inner, isPassword || /password/i.test(name));
  }
  return hidden;
}
