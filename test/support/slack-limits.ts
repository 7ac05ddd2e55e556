// Judges what was drawn for Slack: its limits, by the playground's own check, and that nothing typed works as markup.
import type { KnownBlock, ModalView } from '@slack/types';
import { checkMessage, checkView } from '../../src/playground/checks/payloads.ts';
import { SlackRefusal } from '../../src/playground/workspace/slack-refusal.ts';
import type { Message } from '../../src/slack/present/blocks.ts';
import { markupIn } from './markup.ts';

export type Drawn = Message | ModalView | { type: 'home'; blocks: KnownBlock[] };

const OUR_DATE = /<!date\^-?\d+\^\{date_short_pretty\} at \{time\}\|[\d-]{10} \d\d:\d\d UTC>/g;
const LONE_HALF = /\p{Surrogate}/u;
const TURNS = /[\u202a-\u202e\u2066-\u2069]/;

/** What is wrong with it; empty when Slack takes it and shows only what the product says. `ours`: mentions that it makes. */
export function faultsIn(drawn: Drawn, ours: readonly string[] = []): string[] {
  return [
    ...limitsPassed(drawn),
    ...markupIn(drawn).flatMap((text) => markupFaults(text, ours)),
    ...stringsIn(drawn).flatMap((text) => (LONE_HALF.test(text) ? [`half a character in ${text}`] : [])),
    ...wordsIn(drawn).flatMap((text) => (TURNS.test(text) ? [`turns the direction: ${text}`] : [])),
  ];
}

function limitsPassed(view: Drawn): string[] {
  try {
    if (!('type' in view)) checkMessage(view);
    else checkView(view, view.type === 'home' ? 'home' : 'modal');
    return [];
  } catch (error) {
    if (!(error instanceof SlackRefusal)) throw error;
    return [`${error.code} ${JSON.stringify(error.extra.errors ?? '')}`];
  }
}

function markupFaults(text: string, ours: readonly string[]): string[] {
  const rest = ours.reduce((left, one) => left.replaceAll(one, ''), text.replace(OUR_DATE, ''));
  return [
    ...(/<|:\/\//.test(rest) ? [`a mention or link: ${rest}`] : []),
    ...(/&(?!(?:amp|lt|gt);)/.test(rest) ? [`half an entity: ${rest}`] : []),
  ];
}

const stringsIn = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(stringsIn)
      : [];

/** Every text that is shown; a field that a person edits holds what was typed. */
function wordsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(wordsIn);
  if (typeof value !== 'object' || value === null) return [];
  const { text, ...rest } = value as Record<string, unknown>;
  return [...(typeof text === 'string' ? [text] : wordsIn(text)), ...Object.values(rest).flatMap(wordsIn)];
}
