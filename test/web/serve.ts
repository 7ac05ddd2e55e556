// Our server on a free port, and a client that sends bytes that fetch never would.
import { connect } from 'node:net';
import { Writable } from 'node:stream';
import type { Hono } from 'hono';
import { createLog, type Log } from '../../src/log.ts';
import type { WebEnv } from '../../src/web/request-facts.ts';
import { createRootApp } from '../../src/web/root-app.ts';
import { createHttpServer, type HttpServer, type HttpServerOptions } from '../../src/web/server.ts';

export type Served = {
  url: string;
  port: number;
  server: HttpServer;
  /** Everything that was logged, one JSON text a line. */
  logged: string[];
};

export function createCapturedLog(): { log: Log; logged: string[] } {
  const logged: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      logged.push(String(chunk));
      done();
    },
  });
  return { log: createLog('debug', stream), logged };
}

const running: HttpServer[] = [];

/** Serves an app with the routes that `build` adds. `stopAll` ends it. */
export async function serve(
  build: (app: Hono<WebEnv>, log: Log) => void = () => {},
  options: Partial<HttpServerOptions> = {},
): Promise<Served> {
  const { log, logged } = createCapturedLog();
  const app = createRootApp({ log });
  build(app, log);
  const server = createHttpServer({
    log,
    clock: () => new Date(),
    trustedProxies: [],
    routes: {},
    fetch: app.fetch,
    ...options,
  });
  running.push(server);
  const { port } = await server.listen('127.0.0.1', 0);
  return { url: `http://127.0.0.1:${port}`, port, server, logged };
}

export async function stopAll(): Promise<void> {
  await Promise.all(running.splice(0).map((server) => server.stop(0)));
}

/** Sends the pieces as they are and collects the answer until the server closes. */
export function sendRaw(
  port: number,
  pieces: readonly string[],
  everyMs = 0,
): Promise<{ answer: string; status: number; ms: number }> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1');
    const left = [...pieces];
    const next = () => {
      const piece = left.shift();
      if (piece === undefined || socket.destroyed) return;
      socket.write(piece);
      setTimeout(next, everyMs);
    };
    socket.on('connect', next);
    socket.on('data', (chunk) => {
      answer += String(chunk);
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
      resolve({ answer, status, ms: performance.now() - startedAt });
    });
  });
}
