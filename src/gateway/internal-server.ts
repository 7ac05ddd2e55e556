// A second port, for gateways and scrapers inside the house, so that the public one has neither.
import type { Log } from '../log.ts';
import { type Check, createHealth } from '../web/health.ts';
import type { Metrics } from '../web/metrics.ts';
import { createRootApp } from '../web/root-app.ts';
import { createHttpServer, type HttpServer } from '../web/server.ts';
import type { Gateway } from './gateway.ts';

/**
 * `/gateway`, `/metrics`, `/healthz`, and a `/readyz` that says whether checks can be answered, which is not whether
 * pages can: an old index may serve while the database is away.
 */
export function createInternalServer(options: {
  log: Log;
  clock: () => Date;
  metrics: Metrics;
  gateway: Gateway;
  database: Check;
}): HttpServer {
  const { log, clock, metrics, gateway, database } = options;
  const app = createRootApp({ log });
  const canAnswer: Check = async () => {
    if (!gateway.isLoaded()) throw new Error('not loaded');
    if (!gateway.canAnswerAlone()) await database();
  };
  app.route('/', createHealth({ checks: { gateway: canAnswer }, metrics }));
  return createHttpServer({
    log,
    clock,
    metrics,
    trustedProxies: [],
    routes: { '/gateway/check': gateway.listener },
    fetch: app.fetch,
  });
}
