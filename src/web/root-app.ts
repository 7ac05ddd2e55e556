// The Hono app that every page, webhook and REST call is mounted on.
import { Hono } from 'hono';
import { routePath } from 'hono/route';
import type { Log } from '../log.ts';
import { asRefusal, HttpRefusal, type RefusalResponder, refusalAsJson } from './refusal.ts';
import type { WebEnv } from './request-facts.ts';

/**
 * Mount surfaces with `route(path, app)`. The app notes the name of the matched route for the metrics, and `respond`
 * answers refusals, faults and addresses that no surface has: as JSON, `{ error, message, reference }`, unless given.
 */
export function createRootApp(options: { log: Log; respond?: RefusalResponder }): Hono<WebEnv> {
  const { log, respond = refusalAsJson } = options;
  const app = new Hono<WebEnv>();
  app.use(async (c, next) => {
    c.env.facts.route = routeName(routePath(c, -1));
    await next();
  });
  app.onError((error, c) => respond(asRefusal(log, error, c.env.facts), c.env.facts.id, c));
  app.notFound((c) => respond(new HttpRefusal('not_found'), c.env.facts.id, c));
  return app;
}

/** A request that matched only the middleware matched nothing. */
function routeName(pattern: string): string {
  return pattern === '' || pattern === '*' || pattern === '/*' ? 'none' : pattern;
}
