// The page's own API under /playground/api/: read the state, do what a person does, hear of changes.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Deeds } from '../actions/actions.ts';
import type { ElementName, Place } from '../actions/clicks.ts';
import { isSameOrigin, parseBody, readBody, readBytes, sendJson } from '../http.ts';
import type { Inbox } from '../mail/inbox.ts';
import { type Dict, isDict, type StateValues, textOf } from '../shapes.ts';
import { SlackRefusal } from '../web-api/refusal.ts';
import { canRead } from '../workspace/conversations.ts';
import { MAX_FILE_BYTES } from '../workspace/files.ts';
import { ADMIN } from '../workspace/people.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { type AppFeatures, pageState } from './state.ts';
import { wireOf } from './wire.ts';

/** Changes come in bursts; the page is told of each burst once. */
const TELL_AFTER_MS = 40;
const HEARTBEAT_MS = 15_000;
const MAX_READERS = 50;

export type PageParts = { workspace: Workspace; inbox: Inbox; deeds: Deeds; features: () => AppFeatures };
export type PageApi = ReturnType<typeof createPageApi>;

type DeedOf = (o: PageParts, user: string, body: Dict) => Promise<Dict> | Dict;

/** What a person does, by the last part of its address. Each gets who does it and the body that the page sent. */
const DEEDS: Record<string, DeedOf> = {
  async type({ deeds }, user, body) {
    const [channel, text] = [textOf(body.channel), textOf(body.text)];
    if (text.trim() === '') return {};
    if (text.trimStart().startsWith('/')) await deeds.typeCommand({ user, channel, text });
    else await deeds.say({ user, channel, text });
    return {};
  },
  async act({ deeds }, user, body) {
    const chosen = isDict(body.chosen) ? body.chosen : {};
    const answer = await deeds.act({ user, ...pointed(body), chosen, values: valuesOf(body) });
    return { problem: answer.problem };
  },
  async suggest({ deeds }, user, body) {
    const typed = textOf(body.typed);
    const found = await deeds.suggest({ user, ...pointed(body), typed, values: valuesOf(body) });
    return { options: found.options, groups: found.groups, problem: found.answer.problem };
  },
  async submit({ deeds }, user, body) {
    const done = await deeds.submitView({ user, view: textOf(body.view), values: valuesOf(body) });
    return { errors: done.errors, trouble: done.trouble };
  },
  async close({ deeds }, user, body) {
    const isCleared = body.isCleared === true;
    await deeds.closeView({ user, view: textOf(body.view), isCleared, values: valuesOf(body) });
    return {};
  },
  async home({ deeds }, user, body) {
    await deeds.openHome(user, body.tab === 'messages' ? 'messages' : 'home');
    return {};
  },
  async shortcut({ deeds }, user, body) {
    const callbackId = textOf(body.callbackId);
    const [channel, ts] = [textOf(body.channel), textOf(body.ts)];
    if (ts === '') await deeds.globalShortcut(user, callbackId);
    else await deeds.messageShortcut({ user, callbackId, channel, ts });
    return {};
  },
  'back-to-start'({ workspace, inbox }) {
    inbox.clear();
    workspace.backToStart();
    return {};
  },
};

const valuesOf = (body: Dict): StateValues => (isDict(body.values) ? (body.values as StateValues) : {});
const pointed = (body: Dict): { place: Place; element: ElementName } => ({
  place: (isDict(body.place) ? body.place : {}) as Place,
  element: (isDict(body.element) ? body.element : {}) as ElementName,
});

export function createPageApi(o: PageParts) {
  const readers = new Set<ServerResponse>();
  let timer: NodeJS.Timeout | null = null;
  const tell = (): void => {
    timer ??= setTimeout(() => {
      timer = null;
      for (const reader of readers) reader.write(`data: ${o.workspace.sequence()}\n\n`);
    }, TELL_AFTER_MS).unref();
  };
  const forget = [o.workspace.onChange(tell), o.inbox.onChange(tell)];
  const heartbeat = setInterval(() => {
    for (const reader of readers) reader.write(': still here\n\n');
  }, HEARTBEAT_MS).unref();

  function hear(res: ServerResponse): void {
    if (readers.size >= MAX_READERS) {
      sendJson(res, 503, { error: 'too many windows' });
      return;
    }
    res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    res.write(`data: ${o.workspace.sequence()}\n\n`);
    readers.add(res);
    res.once('close', () => readers.delete(res));
  }

  async function serve(path: string, req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (req.method === 'GET' && path === 'events') return hear(res);
    if (req.method === 'GET' && path === 'state') {
      const asked = new URL(req.url ?? '', 'http://localhost').searchParams.get('as') ?? '';
      const me = o.workspace.conversations.people.has(asked) ? asked : ADMIN;
      return sendJson(res, 200, pageState(o.workspace, o.inbox, o.features(), me));
    }
    if (req.method === 'GET' && path === 'wire') {
      const asked = new URL(req.url ?? '', 'http://localhost').searchParams.get('id');
      const found = wireOf(o.workspace, o.deeds.courier, Number(asked));
      return found === null ? sendJson(res, 404, { error: 'forgotten' }) : sendJson(res, 200, found);
    }
    if (req.method === 'GET' && path === 'file') return serveFile(req, res);
    const deed = Object.hasOwn(DEEDS, path) ? DEEDS[path] : undefined;
    if (deed === undefined && path !== 'share') return sendJson(res, 404, { error: 'not_found' });
    if (req.method !== 'POST') return sendJson(res, 405, { error: 'method_not_allowed' }, { allow: 'POST' });
    if (!isSameOrigin(req)) return sendJson(res, 403, { error: 'not_same_origin' });
    await (deed === undefined ? share(req, res) : perform(deed, req, res));
  }

  /** A file comes as it is, not as JSON: who shares it, where, and its name are in the address. */
  async function share(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const asked = new URL(req.url ?? '', 'http://localhost').searchParams;
    const [user = '', channel = '', name = ''] = ['as', 'channel', 'name'].map((one) => asked.get(one) ?? '');
    const bytes = await readBytes(req, MAX_FILE_BYTES);
    await answerDeed(user, res, async () => {
      await o.deeds.shareFile({ user, channel, name, bytes });
      return {};
    });
  }

  /** Never shown as a page of ours, whatever is in it. */
  function serveFile(req: IncomingMessage, res: ServerResponse): void {
    const asked = new URL(req.url ?? '', 'http://localhost').searchParams;
    const file = o.workspace.files.find(asked.get('id') ?? '');
    const channel = o.workspace.conversations.channels.get(file?.channel ?? '');
    if (file === null || channel === undefined || !canRead(channel, asked.get('as') ?? '')) {
      sendJson(res, 404, { error: 'file_not_found' });
      return;
    }
    res.writeHead(200, {
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
    res.end(file.bytes);
  }

  async function perform(deed: DeedOf, req: IncomingMessage, res: ServerResponse): Promise<void> {
    const isJson = (req.headers['content-type'] ?? '').includes('application/json');
    const body = isJson ? parseBody('application/json', await readBody(req)) : null;
    if (body === null) return sendJson(res, 400, { error: 'invalid_json' });
    const user = textOf(body.as);
    await answerDeed(user, res, () => deed(o, user, body));
  }

  async function answerDeed(
    user: string,
    res: ServerResponse,
    deed: () => Promise<Dict> | Dict,
  ): Promise<void> {
    if (!o.workspace.conversations.people.has(user)) return sendJson(res, 400, { error: 'user_not_found' });
    try {
      sendJson(res, 200, await deed());
    } catch (error) {
      if (!(error instanceof SlackRefusal)) throw error;
      o.workspace.notify(user, wordsFor(error.code));
      sendJson(res, 409, { error: error.code });
    }
  }

  function closePages(): void {
    clearInterval(heartbeat);
    if (timer !== null) clearTimeout(timer);
    for (const end of forget) end();
    for (const reader of readers) reader.end();
  }

  return { serve, closePages };
}

/** Slack's client would not have offered what was refused here; mostly it was repainted in the meantime. */
function wordsFor(code: string): string {
  if (code === 'unknown_command') return 'There is no such command here. Try /apim-user';
  if (code.startsWith('view_')) return 'That window is no longer open.';
  return 'That is no longer there: it was changed in the meantime.';
}
