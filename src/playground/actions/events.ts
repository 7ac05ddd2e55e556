// Events API deliveries. Unlike clicks and commands these are sent again when they fail, up to three times.

import type { Dict, Message, Person } from '../shapes.ts';
import { personJson } from '../web-api/lookup.ts';
import { newId } from '../workspace/ids.ts';
import { APP, directMessageId, TEAM } from '../workspace/people.ts';
import { viewJson } from '../workspace/views.ts';
import { type ActionContext, interactionHead, messageJson } from './context.ts';
import type { AppResponse } from './delivery.ts';

/** Slack waits a moment, a minute, five minutes; a playground is livelier than that. */
const RETRY_AFTER_MS = [200, 2_000, 10_000];

function eventBody(c: ActionContext, user: string, event: Dict): Dict {
  const seconds = Math.floor(c.workspace.clock().getTime() / 1000);
  return {
    token: interactionHead(c, 'event', user).token,
    team_id: TEAM.id,
    context_team_id: TEAM.id,
    context_enterprise_id: null,
    api_app_id: APP.id,
    type: 'event_callback',
    event_id: newId('Ev'),
    event_time: seconds,
    authorizations: [
      {
        enterprise_id: null,
        team_id: TEAM.id,
        user_id: APP.botUserId,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: false,
    event: { event_ts: c.workspace.conversations.nextTs(), ...event },
  };
}

export async function sendEvent(c: ActionContext, user: string, event: Dict): Promise<AppResponse> {
  const body = eventBody(c, user, event);
  const kind = `event ${String(event.type)}`;
  const again = (retryNum: number): void => {
    const wait = RETRY_AFTER_MS[retryNum - 1];
    if (wait === undefined) return;
    c.later(wait, async () => {
      const answer = await c.sender.event(kind, user, body, retryNum);
      if (answer.problem !== '') again(retryNum + 1);
    });
  };
  const answer = await c.sender.event(kind, user, body);
  if (answer.problem !== '') again(1);
  return answer;
}

/** A message in the app's direct message, as the app is told of it: the person's, and also its own. */
export const messageEvent = (c: ActionContext, message: Message): Dict => ({
  ...messageJson(message),
  ...(message.files && {
    subtype: 'file_share',
    files: message.files.map((file) => c.workspace.files.json(file)),
    upload: false,
    display_as_bot: false,
  }),
  channel: message.channel,
  channel_type: 'im',
  event_ts: message.ts,
});

/** An app that answers whatever it hears would answer itself. */
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

/** A change of a person (deactivated, made a guest, renamed), told to the app as `user_change`. */
export function changePerson(c: ActionContext, user: string, change: Partial<Person>): Promise<AppResponse> {
  const one = c.workspace.conversations.people.get(user);
  if (one !== undefined) Object.assign(one, change);
  c.workspace.changed();
  return sendEvent(c, user, { type: 'user_change', user: one === undefined ? {} : personJson(one, true) });
}

export function uninstall(c: ActionContext): Promise<AppResponse> {
  c.workspace.access.error = 'account_inactive';
  return sendEvent(c, APP.botUserId, { type: 'app_uninstalled' });
}

export function revokeTokens(c: ActionContext): Promise<AppResponse> {
  c.workspace.access.error = 'token_revoked';
  return sendEvent(c, APP.botUserId, { type: 'tokens_revoked', tokens: { oauth: [], bot: [APP.botUserId] } });
}
