import { slackErrorOf } from '../frame/slack-error.ts';
import type { Message } from '../present/blocks.ts';
import type { SlackJobDependencies } from './dependencies.ts';

/** Slack's errors for a person who can't get direct messages: deactivated, a bot, of another workspace, or unknown. */
const CANNOT_BE_WRITTEN_TO = new Set([
  'cannot_dm_bot',
  'invalid_user_combination',
  'user_disabled',
  'user_not_found',
  'user_not_visible',
  'users_not_found',
]);

/** The channel of the direct message, or null when Slack does not deliver to this person. */
export async function openDirectMessage(
  { client }: SlackJobDependencies,
  userId: string,
): Promise<string | null> {
  try {
    const { channel } = await client.conversations.open({ users: userId });
    return channel?.id ?? null;
  } catch (error) {
    // This operator can no longer act, so they must not delay the cards of the others.
    if (CANNOT_BE_WRITTEN_TO.has(slackErrorOf(error))) return null;
    throw error;
  }
}

export async function sendDirectMessage(
  dependencies: SlackJobDependencies,
  userId: string,
  message: Message,
): Promise<void> {
  const channel = await openDirectMessage(dependencies, userId);
  if (channel) await post(dependencies, channel, message);
}

export async function post(
  { client }: SlackJobDependencies,
  channel: string,
  { text, blocks = [] }: Message,
): Promise<void> {
  await client.chat.postMessage({ channel, text, blocks });
}

/** The id of a person (`T012/U345`) in the bound workspace; null for a person or program from elsewhere. */
export function userIdIn({ teamId }: SlackJobDependencies, person: string): string | null {
  const [team, userId] = person.split('/');
  return team === teamId && userId ? userId : null;
}
