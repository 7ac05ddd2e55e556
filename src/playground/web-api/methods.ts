// The methods of Slack's Web API that the app calls, with the token, scopes and errors of the real one.
import type { Dict } from '../shapes.ts';
import { SlackRefusal } from '../workspace/slack-refusal.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { postMessage, updateMessage } from './chat.ts';
import { completeUpload, deleteFile, filesInfo, getUploadUrl } from './files.ts';
import { authTest, conversationsInfo, conversationsMembers, conversationsOpen, usersInfo } from './lookup.ts';
import { openView, publishView, pushView, updateView } from './views.ts';

const METHODS: Record<string, (workspace: Workspace, args: Dict) => Dict> = {
  'auth.test': authTest,
  'chat.postMessage': postMessage,
  'chat.update': updateMessage,
  'conversations.info': conversationsInfo,
  'conversations.members': conversationsMembers,
  'conversations.open': conversationsOpen,
  'files.completeUploadExternal': completeUpload,
  'files.delete': deleteFile,
  'files.getUploadURLExternal': getUploadUrl,
  'files.info': filesInfo,
  'users.info': usersInfo,
  'views.open': openView,
  'views.publish': publishView,
  'views.push': pushView,
  'views.update': updateView,
};
const APP_TOKEN_METHOD = 'apps.connections.open';
/** Arguments that a form carries as JSON text. */
const JSON_ARGUMENTS = ['blocks', 'view', 'files'];

/** Runs one call of the app. A refusal is an answer too: `ok: false` with Slack's error code. */
export function callMethod(w: Workspace, method: string, token: string, raw: Dict): Dict {
  let args = raw;
  try {
    args = readArguments(raw);
    const result = run(w, method, token, args);
    w.recordApiCall({ method, error: '', messages: [], sent: args });
    return { ok: true, ...result };
  } catch (error) {
    if (!(error instanceof SlackRefusal)) throw error;
    w.recordApiCall({ method, error: error.code, messages: error.messages, sent: args });
    return { ok: false, error: error.code, ...error.extra };
  }
}

function run(w: Workspace, method: string, token: string, args: Dict): Dict {
  const isForAppToken = method === APP_TOKEN_METHOD;
  const found = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined;
  if (found === undefined && !isForAppToken) throw new SlackRefusal('unknown_method', { req_method: method });
  if (token === '') throw new SlackRefusal('not_authed');
  if (found === undefined || token.startsWith('xapp-')) throw new SlackRefusal('not_allowed_token_type');
  if (token !== w.credentials.botToken) throw new SlackRefusal('invalid_auth');
  if (w.access.error !== null) throw new SlackRefusal(w.access.error);
  return found(w, args);
}

function readArguments(raw: Dict): Dict {
  const { token: _token, ...args } = raw;
  for (const name of JSON_ARGUMENTS) {
    if (typeof args[name] !== 'string') continue;
    try {
      args[name] = args[name] === '' ? undefined : JSON.parse(args[name]);
    } catch {
      throw name === 'blocks'
        ? new SlackRefusal('invalid_blocks_format')
        : SlackRefusal.forArguments(`${name} is not valid JSON`);
    }
  }
  return args;
}
