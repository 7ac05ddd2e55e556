// Slack's selects take no long ids, so an edit keeps what has one.
import type { KnownBlock } from '@slack/types';
import { type ChosenOption, context, isOption } from '../present/blocks.ts';
import { escapeText } from '../present/text.ts';

const keptOf = (things: readonly ChosenOption[]) => things.filter((one) => !isOption(one));

export const keptIds = (things: readonly ChosenOption[]): string[] => keptOf(things).map(({ id }) => id);

/** Names what the form can't show. */
export function keptNote(things: readonly ChosenOption[]): KnownBlock[] {
  const names = keptOf(things).map(({ name }) => escapeText(name));
  return names.length
    ? [context(`These have ids that are too long for Slack, so they stay as they are: ${names.join(', ')}.`)]
    : [];
}
