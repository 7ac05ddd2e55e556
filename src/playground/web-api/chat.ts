// chat.*
import { checkMessage } from '../checks/payloads.ts';
import { type Channel, type Dict, textOf } from '../shapes.ts';
import { APP, directMessageId } from '../workspace/people.ts';
import { messageJson } from '../workspace/slack-json.ts';
import { SlackRefusal } from '../workspace/slack-refusal.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { conversationOf, requireScope } from './lookup.ts';

export function postMessage(w: Workspace, args: Dict): Dict {
  requireScope(w, 'chat:write');
  const channel = writableChannel(w, args.channel);
  checkMessage(args);
  const message = w.conversations.post({
    channel: channel.id,
    user: APP.botUserId,
    text: textOf(args.text),
    blocks: args.blocks,
  });
  return { channel: channel.id, ts: message.ts, message: messageJson(message) };
}

export function updateMessage(w: Workspace, args: Dict): Dict {
  requireScope(w, 'chat:write');
  const channel = conversationOf(w, args.channel);
  const message = w.conversations.find(channel.id, textOf(args.ts));
  // Slack doesn't update ephemeral messages.
  if (message === null || message.onlyFor !== null) throw new SlackRefusal('message_not_found');
  if (message.user !== APP.botUserId) throw new SlackRefusal('cant_update_message');
  // Without `blocks` the former ones stay, and then the former text may stay too.
  const text = args.text ?? message.text;
  checkMessage({ ...args, text });
  w.conversations.edit(message, textOf(text), args.blocks);
  return { channel: channel.id, ts: message.ts, text: message.text, message: messageJson(message) };
}

/** Where the app may write. A person's id stands for the direct message with them. */
function writableChannel(w: Workspace, id: unknown): Channel {
  const person = w.conversations.people.get(textOf(id));
  if (person !== undefined) {
    if (person.isDeactivated || person.isBot) throw new SlackRefusal('channel_not_found');
    w.conversations.openDirectMessage(person.id);
    return conversationOf(w, directMessageId(person.id));
  }
  const channel = conversationOf(w, id);
  if (!channel.members.includes(APP.botUserId)) throw new SlackRefusal('not_in_channel');
  return channel;
}
