// A connection between two programs that a test can cut, or silence without closing it.
import { connect, createServer, type Socket } from 'node:net';

export type TcpProxy = Awaited<ReturnType<typeof startTcpProxy>>;

/** Forwards to the address behind it. Calls `watch` for each connection, and its result with the client's bytes. */
export async function startTcpProxy(
  to: { host: string; port: number },
  watch: () => (chunk: Buffer) => void = () => () => {},
) {
  const pairs = new Set<{ near: Socket; far: Socket; isSilent: boolean }>();
  let isSilent = false;
  const server = createServer((near) => {
    const far = connect(to.port, to.host);
    const pair = { near, far, isSilent };
    pairs.add(pair);
    near.on('data', watch());
    const end = () => {
      pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const [from, into] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (chunk: Buffer) => {
        if (!pair.isSilent) into.write(chunk);
      });
      from.on('error', end);
      from.on('close', () => {
        // A silent wire doesn't even say that the other side is gone.
        if (!pair.isSilent) end();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    connections: () => pairs.size,
    /** Open connections carry nothing in either direction and stay open. New ones work. */
    silenceOpen(): void {
      for (const pair of pairs) pair.isSilent = true;
    },
    /** New connections carry nothing either. */
    silenceAll(): void {
      isSilent = true;
      for (const pair of pairs) pair.isSilent = true;
    },
    carryNew(): void {
      isSilent = false;
    },
    /** Ends the open connections, as a failing server would. */
    cut(): void {
      for (const { near, far } of pairs) {
        near.destroy();
        far.destroy();
      }
      pairs.clear();
    },
    async close(): Promise<void> {
      for (const { near, far } of pairs) {
        near.destroy();
        far.destroy();
      }
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The same database, reached through a proxy. */
export function throughProxy(databaseUrl: string, proxy: { port: number }): string {
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String(proxy.port);
  return url.href;
}
