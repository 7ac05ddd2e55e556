// Events for the app. Slack retries a failed event up to three times, but never a click or a command.
import type { Dict, Message, Person } from '../shapes.ts';
import { newId } from '../workspace/ids.ts';
import { APP, directMessageId, TEAM } from '../workspace/people.ts';
import { messageJson, personJson, viewJson } from '../workspace/slack-json.ts';
import { type ActionContext, interactionHead, personOf } from './context.ts';
import type { AppResponse } from './delivery.ts';

/** Shorter than Slack's waits (almost none, a minute, five minutes), so that a person can watch the retries. */
const RETRY_AFTER_MS = [200, 2_000, 10_000];

export async function sendEvent(c: ActionContext, user: string, event: Dict): Promise<AppResponse> {
  const body = eventBody(c, user, event);
  const attempt = async (retryNum: number): Promise<AppResponse> => {
    const response = await c.sender.event(`event ${String(event.type)}`, user, body, retryNum);
    const wait = RETRY_AFTER_MS[retryNum];
    if (response.problem !== '' && wait !== undefined) c.later(wait, () => void attempt(retryNum + 1));
    return response;
  };
  return attempt(0);
}

/** The event for a message in the app's direct message, whether a person or the app wrote it. */
export const messageEvent = (c: ActionContext, message: Message): Dict => ({
  ...messageJson(message),
  ...(message.files && {
    subtype: 'file_share',
    files: message.files.map((file) => c.workspace.files.json(file)),
  }),
  channel: message.channel,
  channel_type: 'im',
  event_ts: message.ts,
});

/** Slack sends an app events for its own messages too: an app that answers each message answers itself. */
export async function sendOwnMessage(c: ActionContext, message: Message): Promise<void> {
  const isDirect = c.workspace.conversations.channels.get(message.channel)?.kind === 'im';
  if (isDirect && message.user === APP.botUserId && message.onlyFor === null)
    await sendEvent(c, APP.botUserId, messageEvent(c, message));
}

export function openHome(
  c: ActionContext,
  user: string,
  tab: 'home' | 'messages' = 'home',
): Promise<AppResponse> {
  c.workspace.conversations.openDirectMessage(user);
  const view = c.workspace.views.home(user);
  return sendEvent(c, user, {
    type: 'app_home_opened',
    user,
    channel: directMessageId(user),
    tab,
    ...(view !== null && tab === 'home' && { view: viewJson(view) }),
  });
}

/** Changes a person and sends the app `user_change`. Errors: `user_not_found`. */
export function changePerson(c: ActionContext, user: string, change: Partial<Person>): Promise<AppResponse> {
  const person = Object.assign(personOf(c, user), change);
  c.workspace.changed();
  return sendEvent(c, user, { type: 'user_change', user: personJson(person, true) });
}

export function revokeTokens(c: ActionContext): Promise<AppResponse> {
  c.workspace.access.error = 'token_revoked';
  return sendEvent(c, APP.botUserId, { type: 'tokens_revoked', tokens: { oauth: [], bot: [APP.botUserId] } });
}

function eventBody(c: ActionContext, user: string, event: Dict): Dict {
  return {
    token: interactionHead(c, 'event', user).token,
    team_id: TEAM.id,
    context_team_id: TEAM.id,
    api_app_id: APP.id,
    type: 'event_callback',
    event_id: newId('Ev'),
    event_time: Math.floor(c.workspace.clock().getTime() / 1000),
    authorizations: [{ team_id: TEAM.id, user_id: APP.botUserId, is_bot: true }],
    event: { event_ts: c.workspace.conversations.nextTs(), ...event },
  };
}
