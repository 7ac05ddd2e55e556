// What the check is measured against, each in a process of its own: `hono`, an empty route and nothing else; `route`, an
// empty route behind our server; `check`, the check behind it; `query`, the check as one prepared query each; `memory`,
// what the index takes.
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { connect } from '../../src/db/connection/connect.ts';
import { createGatewaySource } from '../../src/db/gateway/source.ts';
import { createGateway } from '../../src/gateway/gateway.ts';
import { createLog } from '../../src/log.ts';
import { createRootApp } from '../../src/web/root-app.ts';
import { createHttpServer } from '../../src/web/server.ts';

const [, , what] = process.argv;
const { PORT, DATABASE_URL = '', SERVICE = '' } = process.env;
const port = Number(PORT);
const log = createLog('error');
const clock = () => new Date();

function openGateway() {
  const { db } = connect(DATABASE_URL, { max: 2 });
  const source = createGatewaySource(db, DATABASE_URL, SERVICE, () => new Date());
  return createGateway({
    source,
    log,
    clock,
    uriHeader: 'x-original-uri',
    secret: null,
    followSecret: null,
    staleSeconds: 0,
    tellStale: () => {},
  });
}

async function listen(routes: Parameters<typeof createHttpServer>[0]['routes']): Promise<void> {
  const app = createRootApp({ log });
  app.get('/empty', (c) => c.body(null));
  const server = createHttpServer({ log, clock, trustedProxies: [], routes, fetch: app.fetch });
  await server.listen('127.0.0.1', port);
}

if (what === 'hono') {
  const app = new Hono();
  app.get('/empty', (c) => c.body(null));
  serve({ fetch: app.fetch, port, hostname: '127.0.0.1' });
} else if (what === 'route') {
  await listen({});
} else if (what === 'query') {
  await listen(openGateway().routes);
} else if (what === 'check') {
  const gateway = openGateway();
  gateway.start();
  while (!gateway.readings().isTrusted) await new Promise((resolve) => setTimeout(resolve, 50));
  await listen(gateway.routes);
} else if (what === 'memory') {
  const used = () => {
    for (let time = 0; time < 3; time++) global.gc?.();
    const { heapUsed, external, rss } = process.memoryUsage();
    return { inUse: heapUsed + external, rss };
  };
  const before = used();
  const gateway = openGateway();
  gateway.start();
  while (!gateway.readings().isTrusted) await new Promise((resolve) => setTimeout(resolve, 50));
  const after = used();
  const { keys } = gateway.readings();
  const figures = { keys, inUse: after.inUse - before.inUse, rss: after.rss - before.rss };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
  process.exit(0);
}
process.stdout.write(`ready at http://127.0.0.1:${port}\n`);
