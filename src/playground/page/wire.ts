// The content of one request or call, for the inspector: readable, and without typed passwords.
import { type Dict, isDict } from '../shapes.ts';
import type { Workspace } from '../workspace/workspace.ts';

const MAX_SHOWN_LENGTH = 40_000;

/** `headers`: as they were sent; empty for a call of the app. */
export type Wire = { headers: [name: string, value: string][]; sent: string; answer: string };

/** Null when the workspace has forgotten it. */
export function wireOf(w: Workspace, id: number): Wire | null {
  const call = w.apiCalls.find((one) => one.id === id);
  if (call !== undefined)
    return {
      headers: [],
      sent: pretty(call.sent),
      answer: [call.error || 'ok', ...call.messages].join('\n'),
    };
  const delivery = w.deliveries.find((one) => one.id === id);
  if (!delivery?.exchange) return null;
  const { headers, body, answer, answerType } = delivery.exchange;
  const head = delivery.problem || `HTTP ${delivery.status}`;
  return {
    headers: Object.entries(headers),
    sent: readable(headers['content-type'] ?? '', body),
    answer: [head, readable(answerType, answer)].filter((part) => part !== '').join('\n\n'),
  };
}

function readable(contentType: string, body: string): string {
  if (contentType.startsWith('application/x-www-form-urlencoded')) {
    const fields = Object.fromEntries(new URLSearchParams(body));
    return pretty(fields.payload === undefined ? fields : parsed(fields.payload));
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

/** Hides the value of a field that is named for a password: Slack gets it in clear, but an onlooker must not. */
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
