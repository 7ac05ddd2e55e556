// The page's own API under /playground/api/: the state, a person's actions, and a stream of changes.
import { Hono, type MiddlewareHandler } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import type { Actions } from '../actions/actions.ts';
import type { ElementName, Place } from '../actions/clicks.ts';
import {
  isSameOrigin,
  limitBody,
  MAX_BODY_BYTES,
  type PlaygroundContext,
  type PlaygroundEnv,
  parseBody,
} from '../http.ts';
import type { Inbox } from '../mail/inbox.ts';
import { type Dict, isDict, type StateValues, textOf } from '../shapes.ts';
import { canRead } from '../workspace/conversations.ts';
import { MAX_FILE_BYTES } from '../workspace/files.ts';
import { ADMIN } from '../workspace/people.ts';
import { SlackRefusal } from '../workspace/slack-refusal.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { type AppFeatures, pageState } from './state.ts';
import { wireOf } from './wire.ts';

/** Changes come in bursts; the page hears of each burst once. */
const TELL_AFTER_MS = 40;
const HEARTBEAT_MS = 15_000;
const MAX_READERS = 50;

export type PageParts = { workspace: Workspace; inbox: Inbox; actions: Actions; features: () => AppFeatures };
type Body = Dict & { values: StateValues; place: Place; element: ElementName };

/** The part of an action's result that the page needs. The rest is in the state. */
type Answer = { options?: Dict[]; errors?: Dict; trouble?: string };

/** A person's actions, by the last part of their address. Each gets the person and the body of the request. */
const ACTIONS: Record<string, (o: PageParts, user: string, body: Body) => object | undefined> = {
  type({ actions }, user, body) {
    const [channel, text] = [textOf(body.channel), textOf(body.text)];
    if (text.trim() === '') return undefined;
    return text.trimStart().startsWith('/')
      ? actions.typeCommand({ user, channel, text })
      : actions.say({ user, channel, text });
  },
  act: ({ actions }, user, { place, element, values, chosen }) =>
    actions.act({ user, place, element, values, chosen: isDict(chosen) ? chosen : {} }),
  suggest: ({ actions }, user, { place, element, values, typed }) =>
    actions.suggest({ user, place, element, values, typed: textOf(typed) }),
  submit: ({ actions }, user, { view, values }) => actions.submitView({ user, view: textOf(view), values }),
  close({ actions }, user, { view, isCleared }) {
    actions.closeView({ user, view: textOf(view), isCleared: isCleared === true });
    return undefined;
  },
  home: ({ actions }, user, { tab }) => actions.openHome(user, tab === 'messages' ? 'messages' : 'home'),
  shortcut({ actions }, user, body) {
    const [callbackId, channel, ts] = [textOf(body.callbackId), textOf(body.channel), textOf(body.ts)];
    return ts === ''
      ? actions.globalShortcut(user, callbackId)
      : actions.messageShortcut({ user, callbackId, channel, ts });
  },
  'back-to-start'({ workspace, inbox }) {
    inbox.clear();
    workspace.backToStart();
    return undefined;
  },
};

export function createPageApi(o: PageParts) {
  const changes = createChangeStream(o);
  const { workspace } = o;
  const routes = new Hono<PlaygroundEnv>();
  routes.get('/events', changes.serve);
  routes.get('/state', (c) => {
    const as = c.req.query('as') ?? '';
    const me = workspace.conversations.people.has(as) ? as : ADMIN;
    return c.json(pageState(workspace, o.inbox, o.features(), me));
  });
  routes.get('/wire', (c) => {
    const found = wireOf(workspace, Number(c.req.query('id')));
    return found === null ? c.json({ error: 'forgotten' }, 404) : c.json(found);
  });
  routes.get('/file', (c) => serveFile(workspace, c));
  for (const [name, action] of Object.entries(ACTIONS)) {
    routes.post(`/${name}`, requireSameOrigin, limitBody(MAX_BODY_BYTES), async (c) => {
      const isJson = (c.req.header('content-type') ?? '').includes('application/json');
      const body = isJson ? parseBody('application/json', await c.req.text()) : null;
      if (body === null) return c.json({ error: 'invalid_json' }, 400);
      const objects = Object.fromEntries(
        ['values', 'place', 'element'].map((field) => [field, isDict(body[field]) ? body[field] : {}]),
      );
      const user = textOf(body.as);
      return perform(workspace, user, c, async () => {
        const { options, errors, trouble } = ((await action(o, user, { ...body, ...objects } as Body)) ??
          {}) as Answer;
        return { options, errors, trouble };
      });
    });
    routes.all(`/${name}`, refuseMethod);
  }
  // The body is the file itself, so the person, the channel and the file's name are in the query.
  routes.post('/share', requireSameOrigin, limitBody(MAX_FILE_BYTES), async (c) => {
    const { as: user = '', channel = '', name = '' } = c.req.query();
    const bytes = Buffer.from(await c.req.arrayBuffer());
    return perform(workspace, user, c, async () => {
      await o.actions.shareFile({ user, channel, name, bytes });
      return {};
    });
  });
  routes.all('/share', refuseMethod);
  return { routes, closePages: changes.close };
}

/** Tells every open page that something changed; the page then fetches the state. */
function createChangeStream(o: PageParts) {
  const readers = new Set<SSEStreamingApi>();
  let timer: NodeJS.Timeout | null = null;
  const sequence = (): string => String(o.workspace.sequence());
  const tell = (): void => {
    timer ??= setTimeout(() => {
      timer = null;
      for (const reader of readers) void reader.writeSSE({ data: sequence() });
    }, TELL_AFTER_MS).unref();
  };
  const unsubscribe = [o.workspace.onChange(tell), o.inbox.onChange(tell)];
  const heartbeat = setInterval(() => {
    for (const reader of readers) void reader.write(': still here\n\n');
  }, HEARTBEAT_MS).unref();

  function serve(c: PlaygroundContext): Response {
    if (readers.size >= MAX_READERS) return c.json({ error: 'too many windows' }, 503);
    return streamSSE(c, async (stream) => {
      readers.add(stream);
      await stream.writeSSE({ data: sequence() });
      await new Promise<void>((resolve) => stream.onAbort(resolve));
      readers.delete(stream);
    });
  }

  function close(): void {
    clearInterval(heartbeat);
    if (timer !== null) clearTimeout(timer);
    for (const end of unsubscribe) end();
    for (const reader of readers) reader.abort();
  }

  return { serve, close };
}

const requireSameOrigin: MiddlewareHandler<PlaygroundEnv> = async (c, next) =>
  isSameOrigin(c) ? next() : c.json({ error: 'not_same_origin' }, 403);

const refuseMethod = (c: PlaygroundContext): Response =>
  c.json({ error: 'method_not_allowed' }, 405, { allow: 'POST' });

/** Always a download, so that no file can run as a page of ours. */
function serveFile(w: Workspace, c: PlaygroundContext): Response {
  const file = w.files.find(c.req.query('id') ?? '');
  const channel = w.conversations.channels.get(file?.channel ?? '');
  if (file === null || channel === undefined || !canRead(channel, c.req.query('as') ?? ''))
    return c.json({ error: 'file_not_found' }, 404);
  return c.body(new Uint8Array(file.bytes), 200, {
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`,
  });
}

async function perform(
  w: Workspace,
  user: string,
  c: PlaygroundContext,
  action: () => Promise<Dict>,
): Promise<Response> {
  if (!w.conversations.people.has(user)) return c.json({ error: 'user_not_found' }, 400);
  try {
    return c.json(await action());
  } catch (error) {
    if (!(error instanceof SlackRefusal)) throw error;
    w.notify(user, wordsFor(error.code));
    return c.json({ error: error.code }, 409);
  }
}

/** The page offers only what is possible, so a refusal mostly means that the app has changed it meanwhile. */
function wordsFor(code: string): string {
  if (code === 'unknown_command') return 'Unknown command. Try /apim-user';
  if (code.startsWith('view_')) return 'That window is no longer open.';
  return 'That’s gone: the message has changed. Look at it again.';
}
