// Two feeds for programs that poll: what happened as CloudEvents, and the audit for a SIEM. Both follow the numbers of the
// audit's chain, so none is missed or comes twice.
import { writeEvents } from '../events/cloud-event.ts';
import { feedAudit } from '../operations/audit/feed.ts';
import { ocsfOf } from '../operations/audit/ocsf.ts';
import { listEvents } from '../operations/events/list.ts';
import type { Context } from '../operations/frame/context.ts';
import { validationError } from './management-error.ts';
import type { Query } from './query.ts';

type Page = { body: string; contentType: string; last: number };
type Feed = { parameters: readonly string[]; read(context: Context, query: Query): Promise<Page> };

const FEEDS: Readonly<Record<string, Feed>> = {
  '/events': {
    parameters: ['type'],
    async read(context, query) {
      const types = query.text('type')?.split(',');
      const { events, last } = await listEvents(context, { ...placeIn(query), ...(types ? { types } : {}) });
      return { ...writeEvents(events), last };
    },
  },
  '/audit': {
    parameters: ['format'],
    async read(context, query) {
      const format = query.text('format') ?? 'ocsf';
      if (format !== 'ocsf' && format !== 'json') throw validationError({ format: 'must be ocsf or json' });
      const { rows, last } = await feedAudit(context, placeIn(query));
      const body = JSON.stringify(format === 'ocsf' ? rows.map(ocsfOf) : rows);
      return { body, contentType: 'application/json; charset=utf-8', last };
    },
  },
};

export const FEED_PATHS = Object.keys(FEEDS);

export const findFeed = (path: string): Feed | undefined => FEEDS[path.replace(/\/$/, '')];

/** A page, and in `Link` where the next one is: the same place again when nothing new has happened. */
export async function respondWithFeed(
  feed: Feed,
  {
    context,
    query,
    path,
    publicUrl,
    headers,
  }: {
    context: Context;
    query: Query;
    path: string;
    publicUrl: string;
    headers: Headers;
  },
): Promise<Response> {
  const { body, contentType, last } = await feed.read(context, query);
  const next = new URL(`${publicUrl}${path}`);
  next.searchParams.set('after', String(last));
  for (const name of ['limit', ...feed.parameters]) {
    const value = query.text(name);
    if (value !== undefined) next.searchParams.set(name, value);
  }
  headers.set('content-type', contentType);
  headers.set('cache-control', 'no-store');
  headers.set('link', `<${next.href}>; rel="next"`);
  return new Response(body, { headers });
}

function placeIn(query: Query) {
  const [after, limit] = [query.number('after'), query.number('limit')];
  return { ...(after === undefined ? {} : { after }), ...(limit === undefined ? {} : { limit }) };
}
