// users.*, conversations.*, bots.info, team.info, auth.test

import { type Channel, type Dict, type Person, textOf } from '../shapes.ts';
import { APP, TEAM } from '../workspace/people.ts';
import { SlackRefusal } from '../workspace/slack-refusal.ts';
import type { Workspace } from '../workspace/workspace.ts';

export function personJson(one: Person, withEmail: boolean): Dict {
  return {
    id: one.id,
    team_id: one.teamId,
    name: one.name,
    deleted: one.isDeactivated,
    color: '4bbe2e',
    real_name: one.realName,
    tz: 'Europe/London',
    tz_label: 'Greenwich Mean Time',
    tz_offset: 0,
    profile: {
      title: one.title,
      real_name: one.realName,
      real_name_normalized: one.realName,
      display_name: one.name,
      display_name_normalized: one.name,
      team: one.teamId,
      ...(withEmail && one.email !== '' && { email: one.email }),
      ...(one.isBot && one.id === APP.botUserId && { bot_id: APP.botId, api_app_id: APP.id }),
    },
    is_admin: false,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: one.isRestricted,
    is_ultra_restricted: one.isUltraRestricted,
    is_bot: one.isBot,
    is_app_user: false,
    ...(one.teamId !== TEAM.id && { is_stranger: true }),
    updated: 1_700_000_000,
  };
}

function channelJson(w: Workspace, channel: Channel, withCount: boolean): Dict {
  const isIm = channel.kind === 'im';
  return {
    id: channel.id,
    created: 1_700_000_000,
    is_archived: channel.isArchived,
    is_im: isIm,
    is_org_shared: false,
    context_team_id: TEAM.id,
    ...(isIm
      ? { user: channel.members.find((id) => id !== APP.botUserId) ?? '', is_user_deleted: false }
      : {
          name: channel.name,
          name_normalized: channel.name,
          is_channel: true,
          is_group: channel.kind === 'private',
          is_mpim: false,
          is_private: channel.kind === 'private',
          is_general: channel.name === 'general',
          is_member: w.conversations.isBotIn(channel),
          is_shared: channel.isExtShared,
          is_ext_shared: channel.isExtShared,
          is_pending_ext_shared: false,
          shared_team_ids: [TEAM.id, ...(channel.isExtShared ? ['T0PARTNER1'] : [])],
          topic: { value: '', creator: '', last_set: 0 },
          purpose: { value: '', creator: '', last_set: 0 },
        }),
    ...(withCount && { num_members: channel.members.length }),
  };
}

/** A conversation that the app may know of: a private one without the app does not exist for it. */
export function conversationOf(w: Workspace, id: unknown): Channel {
  const channel = w.conversations.channels.get(textOf(id));
  if (channel === undefined || (channel.kind !== 'public' && !w.conversations.isBotIn(channel)))
    throw new SlackRefusal('channel_not_found');
  return channel;
}

export function requireScope(w: Workspace, scope: string): void {
  if (!w.scopes.has(scope))
    throw new SlackRefusal('missing_scope', { needed: scope, provided: [...w.scopes].join(',') });
}

const READING: Record<Channel['kind'], string> = {
  public: 'channels:read',
  private: 'groups:read',
  im: 'im:read',
};
const isTrue = (value: unknown): boolean =>
  value === true || value === 'true' || value === '1' || value === 1;

export function authTest(w: Workspace): Dict {
  return {
    url: `https://${TEAM.domain}.slack.com/`,
    team: w.team.name,
    user: APP.name,
    team_id: w.team.id,
    user_id: APP.botUserId,
    bot_id: APP.botId,
    is_enterprise_install: false,
  };
}

export function usersInfo(w: Workspace, args: Dict): Dict {
  requireScope(w, 'users:read');
  const one = w.conversations.people.get(textOf(args.user));
  if (one === undefined) throw new SlackRefusal('user_not_found');
  return { user: personJson(one, w.scopes.has('users:read.email')) };
}

/** A slice by `cursor` and `limit`, in the form of all of Slack's lists. */
function page<T>(all: T[], args: Dict, max: number): { rows: T[]; next: string } {
  const start =
    args.cursor === undefined || args.cursor === '' ? 0 : Number(textOf(args.cursor).replace(/^at:/, ''));
  if (!Number.isInteger(start) || start < 0) throw new SlackRefusal('invalid_cursor');
  const limit = args.limit === undefined ? max : Number(args.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) throw new SlackRefusal('invalid_limit');
  const end = start + Math.min(limit, max);
  return { rows: all.slice(start, end), next: end < all.length ? `at:${end}` : '' };
}

export function usersList(w: Workspace, args: Dict): Dict {
  requireScope(w, 'users:read');
  const { rows, next } = page([...w.conversations.people.values()], args, 200);
  const withEmail = w.scopes.has('users:read.email');
  return {
    members: rows.map((one) => personJson(one, withEmail)),
    cache_ts: 1_700_000_000,
    response_metadata: { next_cursor: next },
  };
}

export function conversationsInfo(w: Workspace, args: Dict): Dict {
  const channel = conversationOf(w, args.channel);
  requireScope(w, READING[channel.kind]);
  return { channel: channelJson(w, channel, isTrue(args.include_num_members)) };
}

export function conversationsMembers(w: Workspace, args: Dict): Dict {
  const channel = conversationOf(w, args.channel);
  requireScope(w, READING[channel.kind]);
  const { rows, next } = page(channel.members, args, 100);
  return { members: rows, response_metadata: { next_cursor: next } };
}

export function conversationsOpen(w: Workspace, args: Dict): Dict {
  requireScope(w, 'im:write');
  if (textOf(args.channel) !== '') {
    const channel = conversationOf(w, args.channel);
    if (channel.kind !== 'im') throw new SlackRefusal('method_not_supported_for_channel_type');
    return { no_op: true, already_open: true, channel: { id: channel.id } };
  }
  const users = textOf(args.users).split(',').filter(Boolean);
  const [user] = users;
  if (user === undefined) throw new SlackRefusal('users_list_not_supplied');
  if (users.length > 1) requireScope(w, 'mpim:write');
  const one = w.conversations.people.get(user);
  if (one === undefined) throw new SlackRefusal('user_not_found');
  if (one.isDeactivated) throw new SlackRefusal('user_disabled');
  const channel = w.conversations.openDirectMessage(user);
  if (channel === null) throw new SlackRefusal('cannot_dm_bot');
  return { channel: isTrue(args.return_im) ? channelJson(w, channel, false) : { id: channel.id } };
}

export function botsInfo(w: Workspace, args: Dict): Dict {
  requireScope(w, 'users:read');
  if (args.bot !== undefined && args.bot !== APP.botId) throw new SlackRefusal('bot_not_found');
  return {
    bot: { id: APP.botId, deleted: false, name: APP.name, app_id: APP.id, user_id: APP.botUserId, icons: {} },
  };
}

export function teamInfo(w: Workspace): Dict {
  requireScope(w, 'team:read');
  return {
    team: {
      id: TEAM.id,
      name: TEAM.name,
      domain: TEAM.domain,
      email_domain: '',
      icon: {},
      is_verified: false,
    },
  };
}
