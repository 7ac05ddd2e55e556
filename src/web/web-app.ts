// The Hono app that every page and every REST call hangs on.
import { Hono } from 'hono';
import { routePath } from 'hono/route';
import type { Log } from '../log.ts';
import { HttpRefusal, type RefusalCode, refusalAnswer } from './refusal.ts';
import type { WebEnv } from './request-facts.ts';

/**
 * An app that answers refusals and faults as JSON, `{ error, message, reference }`, and notes the name of the matched
 * route for the metrics. A surface that is mounted on it may answer in its own way with an `onError` of its own.
 */
export function createWebApp(options: { log: Log }): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  app.use(async (c, next) => {
    c.env.facts.route = routeName(routePath(c, -1));
    await next();
  });
  app.onError((error, c) => {
    const refusal = asRefusal(options.log, error, c.env.facts);
    return answerJson(refusal, c.env.facts.id);
  });
  app.notFound((c) => answerJson(new HttpRefusal('not_found'), c.env.facts.id));
  return app;
}

/** The refusal that an error is; a fault, once logged under the reference that the person sees, is one too. */
export function asRefusal(log: Log, error: unknown, facts: { id: string; route: string }): HttpRefusal {
  if (error instanceof HttpRefusal) return error;
  log.error({ err: error, reference: facts.id, route: facts.route }, 'fault');
  return new HttpRefusal('fault');
}

export function answerJson(
  refusal: { code: RefusalCode; retryAfterSeconds: number | null },
  reference: string,
): Response {
  const { status, words } = refusalAnswer(refusal.code);
  return Response.json(
    { error: refusal.code, message: words, reference },
    { status, headers: retryAfter(refusal.retryAfterSeconds) },
  );
}

export function retryAfter(seconds: number | null): Record<string, string> {
  return seconds === null ? {} : { 'retry-after': String(seconds) };
}

/** What matched only the middleware matched nothing. */
function routeName(pattern: string): string {
  return pattern === '' || pattern === '*' || pattern === '/*' ? 'none' : pattern;
}
