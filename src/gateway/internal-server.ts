// A second port, for gateways and scrapers on the internal network, so that the public port has neither.
import type { Log } from '../log.ts';
import { type Check, createHealth } from '../web/health.ts';
import type { Metrics } from '../web/metrics.ts';
import { createRootApp } from '../web/root-app.ts';
import { createHttpServer, type HttpServer } from '../web/server.ts';
import { type Gateway, routesOf } from './gateway.ts';

/**
 * `/gateway`, `/metrics`, `/healthz`, and a `/readyz` of its own: it says whether checks can be answered, which
 * an old index can do while the database is away and pages can't.
 */
export function createInternalServer(options: {
  log: Log;
  clock: () => Date;
  metrics: Metrics;
  /** By the name of the service; the first is that of the default one. */
  gateways: ReadonlyMap<string, Gateway>;
  database: Check;
}): HttpServer {
  const { log, clock, metrics, database } = options;
  const gateways = [...options.gateways.values()];
  const app = createRootApp({ log });
  const canAnswer: Check = async () => {
    if (!gateways.every((gateway) => gateway.isLoaded())) throw new Error('not loaded');
    if (!gateways.every((gateway) => gateway.canAnswerAlone())) await database();
  };
  app.route('/', createHealth({ checks: { gateway: canAnswer }, metrics }));
  return createHttpServer({
    log,
    clock,
    metrics,
    trustedProxies: [],
    routes: routesOf(options.gateways),
    fetch: app.fetch,
  });
}
