// Shortcuts: the global ones of the composer's menu, and those of a message.

import { SlackRefusal } from '../web-api/refusal.ts';
import { canRead } from '../workspace/conversations.ts';
import {
  channelOf,
  type DeedContext,
  interactionHead,
  messageJson,
  nameOfChannel,
  responseUrl,
} from './context.ts';
import type { Answer } from './delivery.ts';

function tell(c: DeedContext, user: string, answer: Answer): Answer {
  if (answer.problem !== '') c.workspace.notify(user, `The shortcut failed (${answer.problem}).`);
  return answer;
}

export async function globalShortcut(c: DeedContext, user: string, callbackId: string): Promise<Answer> {
  const answer = await c.courier.interaction('shortcut', user, {
    ...interactionHead(c, 'shortcut', user),
    callback_id: callbackId,
    action_ts: c.workspace.conversations.nextTs(),
    trigger_id: c.workspace.triggers.mint(user),
  });
  return tell(c, user, answer);
}

export async function messageShortcut(
  c: DeedContext,
  o: { user: string; callbackId: string; channel: string; ts: string },
): Promise<Answer> {
  const channel = channelOf(c, o.channel);
  const message = c.workspace.conversations.find(o.channel, o.ts);
  if (message === null || message.onlyFor !== null || !canRead(channel, o.user))
    throw new SlackRefusal('message_not_found');
  const answer = await c.courier.interaction('message_action', o.user, {
    ...interactionHead(c, 'message_action', o.user),
    callback_id: o.callbackId,
    action_ts: c.workspace.conversations.nextTs(),
    message_ts: message.ts,
    trigger_id: c.workspace.triggers.mint(o.user),
    response_url: responseUrl(c, o.user, channel.id, null),
    channel: { id: channel.id, name: nameOfChannel(channel) },
    message: messageJson(message),
  });
  return tell(c, o.user, answer);
}
