// What a person writes to the app in their direct message: a table, pasted or as a file, is an import, an OpenAPI document is
// for an API, an email names an account, and anything else gets the menu.
import type { EventFromType } from '@slack/bolt';
import { holdsKey } from '../../domain/api-key-form.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { findEmails, formatListedEmail } from '../../domain/email-list.ts';
import { checkImport } from '../../operations/accounts/check-import.ts';
import { showAccount } from '../../operations/accounts/show.ts';
import { isTable } from '../../operations/imports/import-table.ts';
import { setDocument } from '../commands/apis.ts';
import { makeDryRun, postDryRun } from '../commands/import.ts';
import { accountCard } from '../commands/show.ts';
import { findFor } from '../frame/account-command.ts';
import type { SlackRequest } from '../frame/feature.ts';
import { attempt } from '../frame/role.ts';
import { markingClient } from '../frame/service-mark.ts';
import { downloadTextFile } from '../jobs/files.ts';
import { NO_TRIGGER } from '../modals/open.ts';
import { actions, button, type Message, section } from '../present/blocks.ts';
import { escapeText, fittingLines, MAX_VALUE_LENGTH } from '../present/text.ts';
import {
  dispatchRequest,
  type RequestIdentity,
  type SendReply,
  type SlackDependencies,
} from '../receive/dispatcher.ts';
import { takeServiceName } from '../receive/service-meant.ts';
import { foundKeyRefused, keyRefused } from '../receive/typed-keys.ts';
import { splitWords, typedText } from '../receive/typed-words.ts';
import { menu } from './menu.ts';

type MessageEvent = EventFromType<'message'> & {
  user?: string;
  text?: string;
  files?: { id?: string }[];
  /** Ours: the text was left out, because it looks like it has a key. */
  hadKey?: true;
};

/** What is stored of a message until it is answered. Its blocks repeat the text, and a key in it must not be stored. */
export function storableMessage(event: MessageEvent): object {
  const { type, subtype, channel, channel_type, user, text = '', files = [] } = event;
  const hadKey = holdsKey(text);
  return {
    type,
    subtype,
    channel,
    channel_type,
    user,
    files: files.map(({ id }) => ({ id })),
    ...(hadKey ? { hadKey } : { text }),
  };
}

/** Null for what needs no answer: what apps wrote, this one too, and what was edited or deleted. */
export function answerToMessage(
  dependencies: SlackDependencies,
  event: MessageEvent,
  identity: RequestIdentity,
): (() => Promise<void>) | null {
  if (event.channel_type !== 'im' || 'bot_id' in event) return null;
  if (event.subtype !== undefined && event.subtype !== 'file_share') return null;
  const { user, channel, files = [], text = '', hadKey } = event;
  if (!user) return null;
  const { teamId, client, services } = dependencies;
  const reply: SendReply = async ({ text: words, blocks = [] }, how) => {
    await markingClient(client, how?.mark ?? null).chat.postMessage({ channel, text: words, blocks });
  };
  const { named, text: wanted } = takeServiceName(services, splitWords(text), typedText(text));
  const service = { named, channel };
  const source = { ...identity, userId: user, teamId, service, trigger: NO_TRIGGER, reply };
  return () =>
    dispatchRequest(dependencies, source, async (request) => {
      // Two bots that answer each other would never end.
      if (request.actor.membership === 'bot') return;
      if (hadKey) return request.reply(keyRefused);
      if (files.length > 0) return takeFile(dependencies, request, { channel, named: wanted }, files);
      return answerText(request, channel, wanted);
    });
}

/** A table of developers or, by its name, the OpenAPI document of an API. */
async function takeFile(
  dependencies: SlackDependencies,
  request: SlackRequest,
  { channel, named }: { channel: string; named: string },
  [file, ...more]: { id?: string }[],
): Promise<void> {
  // Before the download, so that other people can't make the app download files.
  const sent = await attempt(request, checkImport, {}, () => {
    if (more.length > 0)
      throw new DomainError('invalid_input', { fields: { file: 'send one file per message' } });
    return downloadTextFile(dependencies, file?.id ?? '');
  });
  if (holdsKey(sent.text) || holdsKey(sent.name)) return request.reply(foundKeyRefused);
  if (/\.(json|ya?ml)$/i.test(sent.name))
    return request.reply(await setDocument(request, [named, sent.name], sent.text));
  await postDryRun(request, channel, await makeDryRun(request, sent));
}

async function answerText(request: SlackRequest, channel: string, text: string): Promise<void> {
  const found = findEmails(text);
  const role = await request.role();
  const [one, ...others] = found;
  if (role === null || !one) return request.reply(await menu(request));
  if (isTable(text)) {
    await attempt(request, checkImport, {}, () => {});
    return postDryRun(request, channel, await makeDryRun(request, { name: 'pasted table', text }));
  }
  if (others.length === 0) return request.reply(await aboutEmail(request, one.email));
  if (role !== 'admin') return request.reply(await menu(request));
  return request.reply(
    offerToInvite(`That's ${found.length} emails. Invite these people?`, found.map(formatListedEmail)),
  );
}

/** Refusals, such as that of an invited person, have buttons of their own. */
async function aboutEmail(request: SlackRequest, email: string): Promise<Message> {
  try {
    return await accountCard(request, (await findFor(request, showAccount, email)).id);
  } catch (error) {
    const isNew =
      error instanceof DomainError && error.code === 'account_not_found' && !error.detail.near?.length;
    if (!isNew || (await request.role()) !== 'admin') throw error;
    return offerToInvite(`There is no account with ${escapeText(email)}. Invite them?`, [email]);
  }
}

function offerToInvite(question: string, emails: string[]): Message {
  const fitting = fittingLines(emails, MAX_VALUE_LENGTH);
  const text =
    fitting.length === emails.length
      ? question
      : `${question} The first ${fitting.length} fit here. Use \`/apim-user import\` for larger lists.`;
  const invite = button('menu-invite', 'Invite', fitting.join('\n'), { style: 'primary' });
  return { text, blocks: [section(text), actions([invite])] };
}
