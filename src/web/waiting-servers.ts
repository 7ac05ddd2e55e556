// Answers while the server can't start, for lack of a database.
import type { DatabaseOutage } from '../domain/database-outage.ts';
import type { Log } from '../log.ts';
import { createHealth } from './health.ts';
import { HttpRefusal } from './refusal.ts';
import { createRootApp } from './root-app.ts';
import { createHttpServer } from './server.ts';
import type { TlsFiles } from './tls.ts';

type Place = { host: string; port: number };

const LOG_EVERY_MS = 60_000;
const RETRY_SECONDS = 10;
const STOP_GRACE_MS = 1_000;

/**
 * Listens where the server will, from the first outage until `stop`: `/healthz` is 200, `/readyz` 503 with the reason, and
 * everything else 503. `tell` also logs what the server waits for, at most once a minute.
 */
export function createWaitingServers(
  places: Place & { internal: Place | null; tls: TlsFiles | null },
  log: Log,
) {
  let latest: unknown = null;
  let toldAt = Number.NEGATIVE_INFINITY;
  const servers: ReturnType<typeof createHttpServer>[] = [];

  async function listen({ host, port }: Place, tls: TlsFiles | null): Promise<void> {
    const app = createRootApp({ log });
    app.route('/', createHealth({ checks: { database: () => Promise.reject(latest) }, metrics: null }));
    app.all('*', () => {
      throw new HttpRefusal('unavailable', RETRY_SECONDS);
    });
    const clock = () => new Date();
    const server = createHttpServer({ log, clock, trustedProxies: [], tls, routes: {}, fetch: app.fetch });
    servers.push(server);
    await server.listen(host, port);
    server.setReady(true);
  }
  return {
    /** Rejects when a port is taken. */
    async tell({ reason, words }: DatabaseOutage, error: unknown): Promise<void> {
      latest = error;
      if (performance.now() - toldAt > LOG_EVERY_MS) {
        toldAt = performance.now();
        log.warn({ reason }, `${words}: the server waits, and starts as soon as it can`);
      }
      if (servers.length > 0) return;
      await listen(places, places.tls);
      if (places.internal) await listen(places.internal, null);
    },
    async stop(): Promise<void> {
      await Promise.all(servers.splice(0).map((server) => server.stop(STOP_GRACE_MS)));
    },
  };
}
