// A published API behind a gateway. It records each request that reaches it.
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

type Arrived = { url: string; headers: IncomingHttpHeaders; body: string };

export async function startGuardedApi() {
  const arrived: Arrived[] = [];
  let nextStatus = 200;
  const server = createServer((req, res) => {
    let body = '';
    req.on('data', (chunk) => (body += String(chunk)));
    req.on('end', () => {
      arrived.push({ url: req.url ?? '', headers: req.headers, body });
      res.statusCode = nextStatus;
      nextStatus = 200;
      res.end('from the API');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** The requests since the last call. */
    takeArrived: () => arrived.splice(0),
    answerNext(status: number): void {
      nextStatus = status;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
