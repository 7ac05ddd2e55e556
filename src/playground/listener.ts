// Everything under /playground.
import type { RequestListener } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import type { Log } from '../log.ts';
import type { Faults } from './faults.ts';
import { isLocalRequest, type PlaygroundEnv } from './http.ts';
import { resendRoutes } from './mail/http.ts';
import { createPageApi, type PageParts } from './page/api.ts';
import { pageRoutes } from './page/page.ts';
import { slackRoutes } from './web-api/http.ts';

export type ListenerParts = PageParts & {
  faults: Faults;
  apiKey: string;
  log: Log;
  /** Everything under /playground/company. */
  company: RequestListener;
};

export function createListener(o: ListenerParts): { listener: RequestListener; closePages: () => void } {
  const pageApi = createPageApi(o);
  const app = new Hono<PlaygroundEnv>();
  app.use(async (c, next) => {
    c.header('cache-control', 'no-store');
    c.header('x-content-type-options', 'nosniff');
    c.header('cross-origin-resource-policy', 'same-origin');
    await next();
  });
  app.route('/playground/slack', slackRoutes(o));
  app.route('/playground/resend', resendRoutes(o));
  app.route('/playground/api', pageApi.routes);
  app.route('/playground', pageRoutes());
  app.notFound((c) => c.json({ ok: false, error: 'not_found' }, 404));
  app.onError((error, c) => {
    // An aborted request is no failure. An error's message may quote the request, so the log gets only its name.
    if (!c.env.incoming.destroyed) o.log.error({ name: error.name }, 'playground request failed');
    return c.json({ ok: false, error: 'internal_error' }, 500);
  });
  const serve = getRequestListener(app.fetch);
  const listener: RequestListener = (req, res) => {
    const isForCompany = (req.url ?? '').startsWith('/playground/company/');
    if (isLocalRequest(req)) isForCompany ? o.company(req, res) : void serve(req, res);
    else res.writeHead(404).end();
  };
  return { listener, closePages: pageApi.closePages };
}
