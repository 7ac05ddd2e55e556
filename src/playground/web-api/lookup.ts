// auth.test, users.info, conversations.*
import { type Channel, type Dict, textOf } from '../shapes.ts';
import { APP, TEAM } from '../workspace/people.ts';
import { channelJson, personJson } from '../workspace/slack-json.ts';
import { SlackRefusal } from '../workspace/slack-refusal.ts';
import type { Workspace } from '../workspace/workspace.ts';

const READ_SCOPES: Record<Channel['kind'], string> = {
  public: 'channels:read',
  private: 'groups:read',
  im: 'im:read',
};
const MAX_MEMBERS = 1_000;

export function authTest(): Dict {
  return {
    url: `https://${TEAM.domain}.slack.com/`,
    team: TEAM.name,
    user: APP.name,
    team_id: TEAM.id,
    user_id: APP.botUserId,
    bot_id: APP.botId,
    is_enterprise_install: false,
  };
}

export function usersInfo(w: Workspace, args: Dict): Dict {
  requireScope(w, 'users:read');
  const person = w.conversations.people.get(textOf(args.user));
  if (person === undefined) throw new SlackRefusal('user_not_found');
  return { user: personJson(person, w.scopes.has('users:read.email')) };
}

export function conversationsInfo(w: Workspace, args: Dict): Dict {
  const channel = conversationOf(w, args.channel);
  requireScope(w, READ_SCOPES[channel.kind]);
  return { channel: channelJson(channel) };
}

export function conversationsMembers(w: Workspace, args: Dict): Dict {
  const channel = conversationOf(w, args.channel);
  requireScope(w, READ_SCOPES[channel.kind]);
  const limit = Number(args.limit ?? MAX_MEMBERS);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_MEMBERS) throw new SlackRefusal('invalid_limit');
  return { members: channel.members.slice(0, limit), response_metadata: { next_cursor: '' } };
}

export function conversationsOpen(w: Workspace, args: Dict): Dict {
  requireScope(w, 'im:write');
  const [user, ...others] = textOf(args.users).split(',').filter(Boolean);
  if (user === undefined) throw new SlackRefusal('users_list_not_supplied');
  if (others.length > 0) requireScope(w, 'mpim:write');
  const person = w.conversations.people.get(user);
  if (person === undefined) throw new SlackRefusal('user_not_found');
  if (person.isDeactivated) throw new SlackRefusal('user_disabled');
  const channel = w.conversations.openDirectMessage(user);
  if (channel === null) throw new SlackRefusal('cannot_dm_bot');
  return { channel: { id: channel.id } };
}

/** A conversation that is public or has the app in it. Errors: `channel_not_found`. */
export function conversationOf(w: Workspace, id: unknown): Channel {
  const channel = w.conversations.channels.get(textOf(id));
  if (channel === undefined || (channel.kind !== 'public' && !channel.members.includes(APP.botUserId)))
    throw new SlackRefusal('channel_not_found');
  return channel;
}

/** Errors: `missing_scope`. */
export function requireScope(w: Workspace, scope: string): void {
  if (!w.scopes.has(scope))
    throw new SlackRefusal('missing_scope', { needed: scope, provided: [...w.scopes].join(',') });
}
