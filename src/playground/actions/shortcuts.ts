// Shortcuts: the global ones of the composer's menu, and those of a message.

import { canRead } from '../workspace/conversations.ts';
import { SlackRefusal } from '../workspace/slack-refusal.ts';
import {
  type ActionContext,
  channelOf,
  interactionHead,
  messageJson,
  nameOfChannel,
  responseUrl,
} from './context.ts';
import type { AppResponse } from './delivery.ts';

function tell(c: ActionContext, user: string, answer: AppResponse): AppResponse {
  if (answer.problem !== '') c.workspace.notify(user, `The shortcut failed (${answer.problem}).`);
  return answer;
}

export async function globalShortcut(
  c: ActionContext,
  user: string,
  callbackId: string,
): Promise<AppResponse> {
  const answer = await c.sender.interaction('shortcut', user, {
    ...interactionHead(c, 'shortcut', user),
    callback_id: callbackId,
    action_ts: c.workspace.conversations.nextTs(),
    trigger_id: c.workspace.triggers.mint(user),
  });
  return tell(c, user, answer);
}

export async function messageShortcut(
  c: ActionContext,
  o: { user: string; callbackId: string; channel: string; ts: string },
): Promise<AppResponse> {
  const channel = channelOf(c, o.channel);
  const message = c.workspace.conversations.find(o.channel, o.ts);
  if (message === null || message.onlyFor !== null || !canRead(channel, o.user))
    throw new SlackRefusal('message_not_found');
  const answer = await c.sender.interaction('message_action', o.user, {
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
