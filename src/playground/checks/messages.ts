// Whole payloads against Slack's limits: messages, views, and what an options request is answered with.

import { type Dict, dictsOf, isDict, textOf } from '../shapes.ts';
import { SlackRefusal } from '../web-api/refusal.ts';
import { checkBlocks, type Surface } from './blocks.ts';
import {
  checkFields,
  checkOptionalString,
  checkOptionGroups,
  checkOptions,
  checkText,
  MAX_ID_LENGTH,
  type Report,
} from './objects.ts';

const MAX_TEXT = 40_000;
const MAX_BLOCKS_BYTES = 100_000;
const MAX_VIEW_BYTES = 250_000;
const MAX_PRIVATE_METADATA = 3_000;
const MAX_TITLE = 24;

/** Runs checks and throws `code` with every complaint in `response_metadata.messages`, as Slack answers. */
function refuseFaults(code: string, check: (report: Report) => void, prefix = ''): void {
  const messages: string[] = [];
  check((pointer, words) => messages.push(`[ERROR] ${words} [json-pointer:${prefix}${pointer}]`));
  if (messages.length === 0) return;
  throw new SlackRefusal(code, {
    errors: messages.map((m) => m.replace('[ERROR] ', '')),
    response_metadata: { messages },
  });
}

/**
 * A message must have a top-level `text` here even when it has blocks: Slack only warns, but notifications and screen
 * readers have nothing else to read.
 */
export function checkMessage(body: Dict): void {
  const text = textOf(body.text);
  if (text.trim() === '') throw new SlackRefusal('no_text');
  if (text.length > MAX_TEXT) throw new SlackRefusal('msg_too_long');
  const { blocks } = body;
  if (blocks === undefined || blocks === null) return;
  refuseFaults('invalid_blocks', (report) => checkBlocks(report, blocks, 'message'));
  if (Buffer.byteLength(JSON.stringify(blocks)) > MAX_BLOCKS_BYTES)
    throw new SlackRefusal('msg_blocks_too_long');
}

const HOME_FIELDS = ['type', 'blocks', 'private_metadata', 'callback_id', 'external_id'];
const MODAL_FIELDS = [
  ...HOME_FIELDS,
  'title',
  'submit',
  'close',
  'clear_on_close',
  'notify_on_close',
  'submit_disabled',
];

export function checkView(view: unknown, kind: Exclude<Surface, 'message'>): void {
  refuseFaults(
    'invalid_arguments',
    (report) => {
      if (!isDict(view)) return report('', 'must be an object');
      if (view.type !== kind) report('/type', `must be ${kind}`);
      checkFields(report, '', view, kind === 'home' ? HOME_FIELDS : MODAL_FIELDS);
      checkOptionalString(report, '/private_metadata', view.private_metadata, MAX_PRIVATE_METADATA, 0);
      checkOptionalString(report, '/callback_id', view.callback_id, MAX_ID_LENGTH, 0);
      checkOptionalString(report, '/external_id', view.external_id, MAX_ID_LENGTH, 0);
      if (kind === 'modal') checkModal(report, view);
      checkBlocks(report, view.blocks, kind);
    },
    '/view',
  );
  if (Buffer.byteLength(JSON.stringify(view)) > MAX_VIEW_BYTES) throw new SlackRefusal('view_too_large');
}

function checkModal(report: Report, view: Dict): void {
  checkText(report, '/title', view.title, MAX_TITLE);
  for (const name of ['submit', 'close'])
    if (view[name] !== undefined && view[name] !== null) checkText(report, `/${name}`, view[name], MAX_TITLE);
  const hasInput = dictsOf(view.blocks).some((block) => block.type === 'input');
  if (hasInput && !isDict(view.submit))
    report('/submit', 'missing required field: a view with input blocks needs submit');
}

/** The answer to an options request: `options` or `option_groups`; both may be empty (then nothing was found). */
export function checkOptionsAnswer(body: unknown): void {
  refuseFaults('invalid_options', (report) => {
    if (!isDict(body)) return report('', 'must be an object');
    const { options, option_groups: groups } = body;
    if ((options === undefined) === (groups === undefined))
      return report('', 'exactly one of options, option_groups is required');
    const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;
    if (options !== undefined && !isEmpty(options)) checkOptions(report, '/options', options);
    if (groups !== undefined && !isEmpty(groups)) checkOptionGroups(report, '/option_groups', groups);
  });
}
