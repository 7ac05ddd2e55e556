// Checks messages, views and answers to options requests against Slack's limits.
import { z } from 'zod';
import { type Dict, textOf } from '../shapes.ts';
import { SlackRefusal } from '../workspace/slack-refusal.ts';
import { home, messageBlocks, modal, options } from './block-kit.ts';

const MAX_TEXT = 40_000;
const MAX_BLOCKS_BYTES = 100_000;
const MAX_VIEW_BYTES = 250_000;

/**
 * A message must have a top-level `text` here even when it has blocks: Slack only warns, but notifications and screen
 * readers have nothing else to read. Errors: `no_text`, `msg_too_long`, `invalid_blocks`, `msg_blocks_too_long`.
 */
export function checkMessage(body: Dict): void {
  const text = textOf(body.text);
  if (text.trim() === '') throw new SlackRefusal('no_text');
  if (text.length > MAX_TEXT) throw new SlackRefusal('msg_too_long');
  const { blocks } = body;
  if (blocks === undefined || blocks === null) return;
  check(messageBlocks, blocks, 'invalid_blocks', '/blocks');
  if (Buffer.byteLength(JSON.stringify(blocks)) > MAX_BLOCKS_BYTES)
    throw new SlackRefusal('msg_blocks_too_long');
}

/** Errors: `invalid_arguments`, `view_too_large`. */
export function checkView(view: unknown, kind: 'modal' | 'home'): void {
  check(kind === 'modal' ? modal : home, view, 'invalid_arguments', '/view');
  if (Buffer.byteLength(JSON.stringify(view)) > MAX_VIEW_BYTES) throw new SlackRefusal('view_too_large');
}

/** The answer to an options request, which may be an empty list. Errors: `invalid_options`. */
export function checkOptionsAnswer(body: unknown): void {
  check(z.strictObject({ options }), body, 'invalid_options', '');
}

/** Throws `code` with every problem in `response_metadata.messages`, in Slack's form. */
function check(schema: z.ZodType, value: unknown, code: string, at: string): void {
  const result = schema.safeParse(value, { error: wordsFor });
  if (result.success) return;
  const errors = result.error.issues.map(
    ({ message, path }) => `${message} [json-pointer:${[at, ...path.map(String)].join('/')}]`,
  );
  throw new SlackRefusal(code, {
    errors,
    response_metadata: { messages: errors.map((words) => `[ERROR] ${words}`) },
  });
}

function wordsFor(issue: z.core.$ZodRawIssue): string | undefined {
  const isText = issue.origin === 'string';
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'missing required field';
      return `must be ${/^[aeio]/.test(issue.expected) ? 'an' : 'a'} ${issue.expected}`;
    case 'too_small':
      return isText
        ? `must be more than ${Number(issue.minimum) - 1} characters`
        : `no fewer than ${issue.minimum} items allowed`;
    case 'too_big':
      return isText
        ? `must be less than ${Number(issue.maximum) + 1} characters`
        : `no more than ${issue.maximum} items allowed`;
    case 'unrecognized_keys':
      return `invalid additional property: ${issue.keys.join(', ')}`;
    case 'invalid_value':
      return `must be one of: ${issue.values.join(', ')}`;
    case 'invalid_union':
      return `unsupported type: ${(issue.input as Dict | undefined)?.type}`;
    default:
      return undefined;
  }
}
