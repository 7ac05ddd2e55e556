// The check on a server of its own over a test's database, without the rest of the product.
import { connect as connectSocket } from 'node:net';
import pino from 'pino';
import { createGatewayConfirmation } from '../../src/db/gateway/confirmation.ts';
import { createGatewaySource } from '../../src/db/gateway/source.ts';
import { createFollowerServer } from '../../src/gateway/follow/serve-followers.ts';
import { createGateway, type GatewayOptions } from '../../src/gateway/gateway.ts';
import { createHttpServer } from '../../src/web/server.ts';
import type { TestContext } from '../support/context.ts';
import { eventually } from '../support/eventually.ts';

/** `memory`: every answer comes from the index; `database`: there is no index. */
export type From = 'memory' | 'database';
export type Asked = {
  key?: string;
  /** The original address. */
  uri?: string;
  /** Follows the check's own path. */
  query?: string;
  method?: string;
  headers?: Record<string, string>;
};
export type Answered = { status: number; headers: Headers; body: string; code: string | undefined };
export type ServedGateway = Awaited<ReturnType<typeof serveGateway>>;

export const FOLLOW_SECRET = 'what-the-agents-beside-gateways-send';
type FollowerOptions = Parameters<typeof createFollowerServer>[0];

const log = pino({ level: 'silent' });

export async function serveGateway(
  t: TestContext,
  from: From,
  options: Partial<GatewayOptions> & { databaseUrl?: string; followers?: Partial<FollowerOptions> } = {},
) {
  const { databaseUrl = t.databaseUrl, followers: following, ...changed } = options;
  const source = createGatewaySource(t.db, databaseUrl, 'ours', t.clock);
  const followers = createFollowerServer({
    source,
    log,
    clock: t.clock,
    secret: FOLLOW_SECRET,
    ...following,
  });
  const confirmation = createGatewayConfirmation(t.databaseUrl, 'ours');
  const gateway = createGateway({
    source,
    log,
    clock: t.clock,
    uriHeader: 'x-original-uri',
    secret: null,
    followSecret: null,
    staleSeconds: 0,
    tellStale: () => {},
    writeAllUsage: confirmation.writeUsage,
    ...changed,
  });
  if (from === 'memory') {
    gateway.start();
    await eventually('the index to be trusted', () => gateway.readings().isTrusted);
  }
  const server = createHttpServer({
    log,
    clock: t.clock,
    trustedProxies: [],
    routes: { '/gateway/follow': followers.listener, ...gateway.routes },
    fetch: () => new Response('elsewhere', { status: 404 }),
  });
  const { port } = await server.listen('127.0.0.1', 0);
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    port,
    gateway,
    untilGatewaysKnow: confirmation.confirm,
    /** Waits until the index knows everything that is committed now. */
    async catchUp(): Promise<void> {
      await confirmation.confirm();
      if (from === 'memory') await eventually('the index to catch up', () => gateway.readings().isTrusted);
    },
    async ask({ key, uri = '/orders/v1/7', query = '', method = 'GET', headers = {} }: Asked = {}) {
      const response = await fetch(`${url}/gateway/check${query}`, {
        method,
        headers: {
          'x-original-uri': uri,
          ...(key === undefined ? {} : { 'ocp-apim-subscription-key': key }),
          ...headers,
        },
      });
      return answered(response);
    },
    async close(): Promise<void> {
      await followers.stop();
      await server.stop(0);
      await gateway.stop();
      await confirmation.close();
    },
  };
}

async function answered(response: Response): Promise<Answered> {
  const body = await response.text();
  const parsed = body.startsWith('{') ? (JSON.parse(body) as { error?: { code?: string } }) : {};
  return { status: response.status, headers: response.headers, body, code: parsed.error?.code };
}

/** Sends raw request lines, and returns the whole answer without its date. */
export function askRaw(port: number, [first, ...headers]: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connectSocket(port, '127.0.0.1', () =>
      socket.write(`${[first, 'Host: localhost', 'Connection: close', ...headers].join('\r\n')}\r\n\r\n`),
    );
    socket.on('data', (chunk) => (answer += String(chunk)));
    socket.on('error', reject);
    socket.on('close', () => resolve(answer.replace(/^Date: .*\r\n/m, '')));
  });
}
