// What a person does in the composer: sends a slash command, a message or a file.
import { type Dict, isDict, type Message, textOf } from '../shapes.ts';
import { APP, SLACKBOT } from '../workspace/people.ts';
import { SlackRefusal } from '../workspace/slack-refusal.ts';
import { type ActionContext, channelFor, commandFields, personOf, responseUrl } from './context.ts';
import type { AppResponse } from './delivery.ts';
import { messageEvent, sendEvent } from './events.ts';

/**
 * Sends `/apim-user …` as Slack would and shows the person what Slack would show. `changes`: form fields that a test
 * overrides. Errors: `channel_not_found`, `unknown_command`.
 */
export async function typeCommand(
  c: ActionContext,
  o: { user: string; channel: string; text: string; changes?: Record<string, string> },
): Promise<AppResponse> {
  const channel = channelFor(c, o.user, o.channel);
  const [command = '', ...rest] = o.text.trim().split(' ');
  if (command !== APP.command) throw new SlackRefusal('unknown_command');
  const response = await c.sender.command(o.user, {
    ...commandFields(c, o.user, channel),
    command,
    text: escapeTyped(c, rest.join(' ').trim()),
    response_url: responseUrl(c, o.user, channel.id, null),
    trigger_id: c.workspace.triggers.mint(o.user),
    ...o.changes,
  });
  showResponse(c, o.user, channel.id, response);
  return response;
}

/** Posts a person's message; in the app's direct message also as an event. Errors: `channel_not_found`. */
export function say(c: ActionContext, o: { user: string; channel: string; text: string }): Promise<Message> {
  return post(c, { ...o, text: escapeTyped(c, o.text) });
}

/** Shares a person's file; in the app's direct message also as an event. Errors: `channel_not_found`. */
export function shareFile(
  c: ActionContext,
  o: { user: string; channel: string; name: string; bytes: Buffer; text?: string },
): Promise<Message> {
  const { user, channel } = o;
  channelFor(c, user, channel);
  const file = c.workspace.files.add(user, o.name, o.bytes);
  c.workspace.files.shareIn(file.id, channel);
  return post(c, { user, channel, text: escapeTyped(c, o.text ?? ''), files: [file] });
}

async function post(
  c: ActionContext,
  o: Pick<Message, 'user' | 'channel' | 'text' | 'files'>,
): Promise<Message> {
  const channel = channelFor(c, personOf(c, o.user).id, o.channel);
  const message = c.workspace.conversations.post(o);
  if (channel.kind === 'im') await sendEvent(c, o.user, messageEvent(c, message));
  return message;
}

function showResponse(c: ActionContext, user: string, channel: string, response: AppResponse): void {
  const fail = (code: string): void => {
    const text = `${APP.command} failed with the error "${code}"`;
    c.workspace.conversations.post({ channel, user: SLACKBOT, text, onlyFor: user });
  };
  if (response.problem !== '') fail(response.problem);
  if (response.body.trim() === '') return;
  const sent = readBody(response);
  const record = (error: string): void =>
    c.workspace.recordApiCall({ method: 'command answer', error, messages: [], sent });
  try {
    c.workspace.responseUrls.apply(user, channel, null, sent);
    record('');
  } catch (error) {
    if (!(error instanceof SlackRefusal)) throw error;
    record(error.code);
    fail('invalid_command_response');
  }
}

function readBody({ contentType, body }: AppResponse): Dict {
  if (!contentType.includes('json')) return { text: body };
  try {
    const parsed: unknown = JSON.parse(body);
    return isDict(parsed) ? parsed : { text: textOf(parsed) };
  } catch {
    return { text: body };
  }
}

/** Escapes as Slack does for `should_escape: true`: people, channels, emails and links become references. */
function escapeTyped(c: ActionContext, text: string): string {
  const { people, channels } = c.workspace.conversations;
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/(?<![\w.@])@([a-z0-9._-]*[a-z0-9])/gi, (whole, name: string) => {
      const found = [...people.values()].find((one) => one.name === name.toLowerCase());
      return found === undefined ? whole : `<@${found.id}|${found.name}>`;
    })
    .replace(/(?<![\w&])#([a-z0-9_-]+)/gi, (whole, name: string) => {
      const named = [...channels.values()].filter((one) => one.kind !== 'im');
      const found = named.find((one) => one.name === name.toLowerCase());
      return found === undefined ? whole : `<#${found.id}|${found.name}>`;
    })
    .replace(/\bhttps?:\/\/[^\s<>|]+/g, '<$&>')
    .replace(/(?<![\w.+'/@-])[\w.+'-]+@(?:[a-z0-9-]+\.)+[a-z]{2,}(?![\w@])/gi, '<mailto:$&|$&>');
}
