// What every deed of a person needs, and the fields that Slack puts into each payload.

import type { Channel, Dict, Message, Person } from '../shapes.ts';
import { APP, TEAM } from '../workspace/people.ts';
import { SlackRefusal } from '../workspace/slack-refusal.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { Sender } from './delivery.ts';

export type ActionContext = {
  workspace: Workspace;
  sender: Sender;
  /** Where the app reaches us: the base of every response_url. */
  ownUrl: () => string;
  /** Runs what Slack does later (retries of events), and is stopped with the playground. */
  later: (ms: number, work: () => void) => void;
};

/** The verification token of old: Slack still sends it, nobody should trust it. */
const OLD_TOKEN = 'playground-verification-token';

export function personOf(c: ActionContext, user: string): Person {
  const found = c.workspace.conversations.people.get(user);
  if (found === undefined) throw new SlackRefusal('user_not_found');
  return found;
}

export function channelOf(c: ActionContext, channel: string): Channel {
  const found = c.workspace.conversations.channels.get(channel);
  if (found === undefined) throw new SlackRefusal('channel_not_found');
  return found;
}

export const nameOfChannel = (channel: Channel): string =>
  channel.kind === 'im' ? 'directmessage' : channel.kind === 'private' ? 'privategroup' : channel.name;

export const responseUrl = (c: ActionContext, user: string, channel: string, about: Message | null): string =>
  `${c.ownUrl()}/playground/slack/${c.workspace.responseUrls.mint(user, channel, about)}`;

/** The part that every interaction payload begins with. */
export function interactionHead(c: ActionContext, type: string, user: string): Dict {
  const one = personOf(c, user);
  return {
    type,
    user: { id: one.id, username: one.name, name: one.name, team_id: one.teamId },
    api_app_id: APP.id,
    token: OLD_TOKEN,
    team: { id: TEAM.id, domain: TEAM.domain },
    enterprise: null,
    is_enterprise_install: false,
  };
}

export function commandFields(c: ActionContext, user: string, channel: Channel): Record<string, string> {
  const one = personOf(c, user);
  return {
    token: OLD_TOKEN,
    team_id: TEAM.id,
    team_domain: TEAM.domain,
    channel_id: channel.id,
    channel_name: nameOfChannel(channel),
    user_id: one.id,
    user_name: one.name,
    api_app_id: APP.id,
    is_enterprise_install: 'false',
  };
}

/** A message as Slack writes it into payloads and answers. */
export function messageJson(message: Message): Dict {
  return {
    type: 'message',
    ...(message.user === APP.botUserId && {
      subtype: 'bot_message',
      bot_id: APP.botId,
      app_id: APP.id,
      team: TEAM.id,
    }),
    user: message.user,
    text: message.text,
    ts: message.ts,
    ...(message.blocks.length > 0 && { blocks: message.blocks }),
    ...(message.threadTs !== null && { thread_ts: message.threadTs }),
    ...(message.editedTs !== null && { edited: { user: message.user, ts: message.editedTs } }),
  };
}
