// A person types: a slash command, or a message.

import { type Dict, isDict, type Message, textOf } from '../shapes.ts';
import { canRead } from '../workspace/conversations.ts';
import { APP, SLACKBOT } from '../workspace/people.ts';
import { SlackRefusal } from '../workspace/slack-refusal.ts';
import { type ActionContext, channelOf, commandFields, personOf, responseUrl } from './context.ts';
import type { AppResponse } from './delivery.ts';
import { messageEvent, sendEvent } from './events.ts';

const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** What `should_escape: true` makes of typed words: people, channels, addresses and links arrive as references. */
function escapeTyped(c: ActionContext, text: string): string {
  const { people, channels } = c.workspace.conversations;
  return escapeText(text)
    .replace(/(?<![\w.@])@([a-z0-9._-]*[a-z0-9])/gi, (whole, name: string) => {
      const found = [...people.values()].find((one) => one.name === name.toLowerCase());
      return found === undefined ? whole : `<@${found.id}|${found.name}>`;
    })
    .replace(/(?<![\w&])#([a-z0-9_-]+)/gi, (whole, name: string) => {
      const found = [...channels.values()].find(
        (one) => one.kind !== 'im' && one.name === name.toLowerCase(),
      );
      return found === undefined ? whole : `<#${found.id}|${found.name}>`;
    })
    .replace(/\bhttps?:\/\/[^\s<>|]+/g, (url) => `<${url}>`)
    .replace(
      /(?<![\w.+'/@-])[\w.+'-]+@(?:[a-z0-9-]+\.)+[a-z]{2,}(?![\w@])/gi,
      (address) => `<mailto:${address}|${address}>`,
    );
}

/** Sends `/apim-user …` as Slack would and shows the person what Slack would show. */
export async function typeCommand(
  c: ActionContext,
  o: { user: string; channel: string; text: string; changes?: Record<string, string> },
): Promise<AppResponse> {
  const channel = channelOf(c, o.channel);
  if (!canRead(channel, o.user)) throw new SlackRefusal('channel_not_found');
  const [command = '', ...rest] = o.text.trim().split(' ');
  if (command !== APP.command) throw new SlackRefusal('unknown_command');
  const answer = await c.sender.command(o.user, {
    ...commandFields(c, o.user, channel),
    command,
    text: escapeTyped(c, rest.join(' ').trim()),
    response_url: responseUrl(c, o.user, channel.id, null),
    trigger_id: c.workspace.triggers.mint(o.user),
    ...o.changes,
  });
  showCommandAnswer(c, o.user, channel.id, answer);
  return answer;
}

function showCommandAnswer(c: ActionContext, user: string, channel: string, answer: AppResponse): void {
  const tell = (text: string): Message =>
    c.workspace.conversations.post({ channel, user: SLACKBOT, text, onlyFor: user });
  if (answer.problem !== '') {
    tell(`${APP.command} failed with the error "${answer.problem}"`);
    return;
  }
  if (answer.body.trim() === '') return;
  const body = readAnswer(answer);
  c.workspace.recordApiCall({ method: 'command answer', error: '', messages: [], sent: body });
  try {
    c.workspace.responseUrls.apply(user, channel, null, body);
  } catch (error) {
    if (!(error instanceof SlackRefusal)) throw error;
    c.workspace.recordApiCall({ method: 'command answer', error: error.code, messages: [], sent: body });
    tell(`${APP.command} failed with the error "invalid_command_response"`);
  }
}

function readAnswer(answer: AppResponse): Dict {
  if (!answer.contentType.includes('json')) return { text: answer.body };
  try {
    const parsed: unknown = JSON.parse(answer.body);
    return isDict(parsed) ? parsed : { text: textOf(parsed) };
  } catch {
    return { text: answer.body };
  }
}

/** A plain message of a person. In the app's direct message the app hears of it. */
export async function say(
  c: ActionContext,
  o: { user: string; channel: string; text: string; threadTs?: string },
): Promise<Message> {
  const channel = channelOf(c, o.channel);
  personOf(c, o.user);
  if (!canRead(channel, o.user)) throw new SlackRefusal('channel_not_found');
  const message = c.workspace.conversations.post({
    channel: channel.id,
    user: o.user,
    text: escapeTyped(c, o.text),
    threadTs: o.threadTs ?? null,
  });
  if (channel.kind === 'im') await sendEvent(c, o.user, messageEvent(c, message));
  return message;
}

/** A file from a person's machine. Where the app is, it hears of it. */
export async function shareFile(
  c: ActionContext,
  o: { user: string; channel: string; name: string; bytes: Buffer },
): Promise<Message> {
  const channel = channelOf(c, o.channel);
  personOf(c, o.user);
  if (!canRead(channel, o.user)) throw new SlackRefusal('channel_not_found');
  const file = c.workspace.files.add(o.user, o.name, o.bytes);
  c.workspace.files.shareIn(file.id, channel.id);
  const message = c.workspace.conversations.post({
    channel: channel.id,
    user: o.user,
    text: '',
    files: [file],
  });
  if (channel.kind === 'im') await sendEvent(c, o.user, messageEvent(c, message));
  return message;
}
