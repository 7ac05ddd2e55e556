// What every action of a person needs, and the fields that Slack puts into each payload.
import type { Channel, Dict, Message, Person } from '../shapes.ts';
import { canRead } from '../workspace/conversations.ts';
import { APP, TEAM } from '../workspace/people.ts';
import { SlackRefusal } from '../workspace/slack-refusal.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { AppResponse, Sender } from './delivery.ts';

export type ActionContext = {
  workspace: Workspace;
  sender: Sender;
  /** Where the app reaches the playground: the base of every response_url. */
  ownUrl: () => string;
  /** Runs work later, such as the retry of an event. Stopping the playground cancels it. */
  later: (ms: number, work: () => void) => void;
};

/** Slack still sends its former verification token. Apps must not trust it. */
const OLD_TOKEN = 'playground-verification-token';

/** Errors: `user_not_found`. */
export function personOf(c: ActionContext, user: string): Person {
  const found = c.workspace.conversations.people.get(user);
  if (found === undefined) throw new SlackRefusal('user_not_found');
  return found;
}

/** A channel that the person can read. Errors: `channel_not_found`. */
export function channelFor(c: ActionContext, user: string, channel: string): Channel {
  const found = c.workspace.conversations.channels.get(channel);
  if (found === undefined || !canRead(found, user)) throw new SlackRefusal('channel_not_found');
  return found;
}

/** A message that the person can read. Errors: `message_not_found`. */
export function messageFor(c: ActionContext, user: string, channel: string, ts: string): Message {
  const { channels, find } = c.workspace.conversations;
  const [around, message] = [channels.get(channel), find(channel, ts)];
  const isHidden = message?.onlyFor !== null && message?.onlyFor !== user;
  if (around === undefined || message === null || isHidden || !canRead(around, user))
    throw new SlackRefusal('message_not_found');
  return message;
}

export const responseUrl = (c: ActionContext, user: string, channel: string, about: Message | null): string =>
  `${c.ownUrl()}/playground/slack/${c.workspace.responseUrls.mint(user, channel, about)}`;

/** Tells the person when the app failed to answer. */
export function reportProblem(
  c: ActionContext,
  user: string,
  response: AppResponse,
  words: string,
): AppResponse {
  if (response.problem !== '') c.workspace.notify(user, `${words} (${response.problem})`);
  return response;
}

/** The part that every interaction payload begins with. */
export function interactionHead(c: ActionContext, type: string, user: string): Dict {
  const { id, name, teamId } = personOf(c, user);
  return {
    type,
    user: { id, username: name, name, team_id: teamId },
    api_app_id: APP.id,
    token: OLD_TOKEN,
    team: { id: TEAM.id, domain: TEAM.domain },
    enterprise: null,
    is_enterprise_install: false,
  };
}

export function commandFields(c: ActionContext, user: string, channel: Channel): Record<string, string> {
  const { id, name } = personOf(c, user);
  return {
    token: OLD_TOKEN,
    team_id: TEAM.id,
    team_domain: TEAM.domain,
    channel_id: channel.id,
    channel_name: channelInPayload(channel).name,
    user_id: id,
    user_name: name,
    api_app_id: APP.id,
    is_enterprise_install: 'false',
  };
}

const NAMES_BY_KIND = { im: 'directmessage', private: 'privategroup' };

/** Slack does not tell an app the names of direct messages and private channels. */
export const channelInPayload = ({ id, kind, name }: Channel): { id: string; name: string } => ({
  id,
  name: kind === 'public' ? name : NAMES_BY_KIND[kind],
});
