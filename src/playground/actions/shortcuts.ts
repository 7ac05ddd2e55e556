// Shortcuts: the global ones of the composer's menu, and those of a message.
import { messageJson } from '../workspace/slack-json.ts';
import { SlackRefusal } from '../workspace/slack-refusal.ts';
import {
  type ActionContext,
  channelFor,
  channelInPayload,
  interactionHead,
  messageFor,
  reportProblem,
  responseUrl,
} from './context.ts';
import type { AppResponse } from './delivery.ts';

export const globalShortcut = (c: ActionContext, user: string, callbackId: string): Promise<AppResponse> =>
  run(c, 'shortcut', user, callbackId, {});

/** Errors: `message_not_found`; `channel_not_found`. */
export async function messageShortcut(
  c: ActionContext,
  o: { user: string; callbackId: string; channel: string; ts: string },
): Promise<AppResponse> {
  const message = messageFor(c, o.user, o.channel, o.ts);
  if (message.onlyFor !== null) throw new SlackRefusal('message_not_found');
  return run(c, 'message_action', o.user, o.callbackId, {
    message_ts: message.ts,
    response_url: responseUrl(c, o.user, o.channel, null),
    channel: channelInPayload(channelFor(c, o.user, o.channel)),
    message: messageJson(message),
  });
}

async function run(
  c: ActionContext,
  type: 'shortcut' | 'message_action',
  user: string,
  callbackId: string,
  about: object,
): Promise<AppResponse> {
  const response = await c.sender.interaction(type, user, {
    ...interactionHead(c, type, user),
    callback_id: callbackId,
    action_ts: c.workspace.conversations.nextTs(),
    trigger_id: c.workspace.triggers.mint(user),
    ...about,
  });
  return reportProblem(c, user, response, 'The shortcut failed.');
}
