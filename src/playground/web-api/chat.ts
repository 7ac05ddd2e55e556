// chat.*
import { messageJson } from '../actions/context.ts';
import { checkMessage } from '../checks/messages.ts';
import { type Channel, type Dict, type Message, textOf } from '../shapes.ts';
import { APP, directMessageId, TEAM } from '../workspace/people.ts';
import { SlackRefusal } from '../workspace/slack-refusal.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { conversationOf, requireScope } from './lookup.ts';

/** Where the app may write. A person's id stands for the direct message with them. */
function writableChannel(w: Workspace, id: unknown): Channel {
  const name = textOf(id);
  if (w.conversations.people.has(name)) {
    const one = w.conversations.people.get(name);
    if (one?.isDeactivated || one?.isBot) throw new SlackRefusal('channel_not_found');
    w.conversations.openDirectMessage(name);
    return conversationOf(w, directMessageId(name));
  }
  const channel = conversationOf(w, id);
  if (!w.conversations.isBotIn(channel)) throw new SlackRefusal('not_in_channel');
  if (channel.isArchived) throw new SlackRefusal('is_archived');
  return channel;
}

export function postMessage(w: Workspace, args: Dict): Dict {
  requireScope(w, 'chat:write');
  const channel = writableChannel(w, args.channel);
  checkMessage(args);
  refuseDisguise(w, args);
  const threadTs = textOf(args.thread_ts) || null;
  if (threadTs !== null && w.conversations.find(channel.id, threadTs) === null)
    throw new SlackRefusal('thread_not_found');
  const message = w.conversations.post({
    channel: channel.id,
    user: APP.botUserId,
    text: textOf(args.text),
    blocks: args.blocks,
    threadTs,
  });
  return {
    channel: channel.id,
    ts: message.ts,
    message: { ...messageJson(message), bot_profile: botProfile() },
  };
}

export function postEphemeral(w: Workspace, args: Dict): Dict {
  requireScope(w, 'chat:write');
  const channel = writableChannel(w, args.channel);
  checkMessage(args);
  refuseDisguise(w, args);
  const user = textOf(args.user);
  if (!channel.members.includes(user)) throw new SlackRefusal('user_not_in_channel');
  const message = w.conversations.post({
    channel: channel.id,
    user: APP.botUserId,
    text: textOf(args.text),
    blocks: args.blocks,
    threadTs: textOf(args.thread_ts) || null,
    onlyFor: user,
  });
  return { message_ts: message.ts };
}

export function updateMessage(w: Workspace, args: Dict): Dict {
  requireScope(w, 'chat:write');
  const message = ownMessage(w, args, 'cant_update_message');
  // Without `blocks` the former ones stay, and then the former text may stay too.
  checkMessage({ ...args, text: args.text ?? message.text });
  const blocks = args.blocks;
  w.conversations.edit(message, textOf(args.text ?? message.text), blocks);
  return { channel: message.channel, ts: message.ts, text: message.text, message: messageJson(message) };
}

export function deleteMessage(w: Workspace, args: Dict): Dict {
  requireScope(w, 'chat:write');
  const message = ownMessage(w, args, 'cant_delete_message');
  w.conversations.remove(message);
  return { channel: message.channel, ts: message.ts };
}

export function getPermalink(w: Workspace, args: Dict): Dict {
  const channel = conversationOf(w, args.channel);
  const message = w.conversations.find(channel.id, textOf(args.message_ts));
  if (message === null || message.onlyFor !== null) throw new SlackRefusal('message_not_found');
  return {
    channel: channel.id,
    permalink: `https://${TEAM.domain}.slack.com/archives/${channel.id}/p${message.ts.replace('.', '')}`,
  };
}

/** Ephemeral messages can't be found by their time, and those of others can't be changed. */
function ownMessage(w: Workspace, args: Dict, foreign: string): Message {
  const channel = conversationOf(w, args.channel);
  const message = w.conversations.find(channel.id, textOf(args.ts));
  if (message === null || message.onlyFor !== null) throw new SlackRefusal('message_not_found');
  if (message.user !== APP.botUserId) throw new SlackRefusal(foreign);
  return message;
}

function refuseDisguise(w: Workspace, args: Dict): void {
  if (args.username !== undefined || args.icon_url !== undefined || args.icon_emoji !== undefined)
    requireScope(w, 'chat:write.customize');
}

const botProfile = (): Dict => ({
  id: APP.botId,
  app_id: APP.id,
  user_id: APP.botUserId,
  name: APP.name,
  deleted: false,
  team_id: TEAM.id,
});
