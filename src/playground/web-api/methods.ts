// The methods of Slack's Web API that the app calls, with the token, scopes and errors of the real one.

import { type Dict, isDict, textOf } from '../shapes.ts';
import { SlackRefusal } from '../workspace/slack-refusal.ts';
import type { Workspace } from '../workspace/workspace.ts';
import * as chat from './chat.ts';
import * as files from './files.ts';
import * as lookup from './lookup.ts';
import * as views from './views.ts';

type Method = (workspace: Workspace, args: Dict) => Dict;

const METHODS: Record<string, Method> = {
  'api.test': () => ({}),
  'auth.test': lookup.authTest,
  'bots.info': lookup.botsInfo,
  'chat.delete': chat.deleteMessage,
  'chat.getPermalink': chat.getPermalink,
  'chat.postEphemeral': chat.postEphemeral,
  'chat.postMessage': chat.postMessage,
  'chat.update': chat.updateMessage,
  'conversations.info': lookup.conversationsInfo,
  'conversations.members': lookup.conversationsMembers,
  'conversations.open': lookup.conversationsOpen,
  'files.completeUploadExternal': files.completeUpload,
  'files.getUploadURLExternal': files.getUploadUrl,
  'files.info': files.filesInfo,
  'team.info': lookup.teamInfo,
  'users.info': lookup.usersInfo,
  'users.list': lookup.usersList,
  'views.open': views.openView,
  'views.publish': views.publishView,
  'views.push': views.pushView,
  'views.update': views.updateView,
};
const APP_TOKEN_METHODS = ['apps.connections.open'];
/** Arguments that a form carries as JSON text. */
const JSON_ARGUMENTS = ['blocks', 'view', 'attachments', 'metadata', 'files'];

/** One call; always an answer, never a throw: `ok: false` with Slack's error when it was refused. */
export function callMethod(w: Workspace, method: string, token: string, raw: Dict): Dict {
  let args = raw;
  try {
    args = readArguments(raw);
    const result = run(w, method, token, args);
    w.recordApiCall({ method, error: '', messages: [], sent: args });
    return { ok: true, ...result };
  } catch (error) {
    if (!(error instanceof SlackRefusal)) throw error;
    const messages = messagesOf(error.extra);
    w.recordApiCall({ method, error: error.code, messages, sent: args });
    return { ok: false, error: error.code, ...error.extra };
  }
}

function run(w: Workspace, method: string, token: string, args: Dict): Dict {
  const isForAppToken = APP_TOKEN_METHODS.includes(method);
  const found = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined;
  if (found === undefined && !isForAppToken) throw new SlackRefusal('unknown_method', { req_method: method });
  if (method === 'api.test') return {};
  if (token === '') throw new SlackRefusal('not_authed');
  if (token.startsWith('xapp-') !== isForAppToken) throw new SlackRefusal('not_allowed_token_type');
  if (token !== w.credentials.botToken) throw new SlackRefusal('invalid_auth');
  if (w.access.error !== null) throw new SlackRefusal(w.access.error);
  if (found === undefined) throw new SlackRefusal('not_allowed_token_type');
  return found(w, args);
}

function readArguments(raw: Dict): Dict {
  const { token: _token, ...args } = raw;
  for (const name of JSON_ARGUMENTS) {
    const value = args[name];
    if (typeof value !== 'string') continue;
    if (value === '') delete args[name];
    else {
      try {
        args[name] = JSON.parse(value);
      } catch {
        throw new SlackRefusal(name === 'blocks' ? 'invalid_blocks_format' : 'invalid_arguments', {
          response_metadata: { messages: [`[ERROR] ${name} is not valid JSON`] },
        });
      }
    }
  }
  return args;
}

function messagesOf(extra: Dict): string[] {
  const metadata = extra.response_metadata;
  return isDict(metadata) && Array.isArray(metadata.messages) ? metadata.messages.map(textOf) : [];
}

export const scopesHeader = (w: Workspace): string => [...w.scopes].join(',');
export const isBotToken = (w: Workspace, token: string): boolean => token === w.credentials.botToken;
