// The HTTP server under both stand-ins, with the faults that the network and the other side can have.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export type Trouble = 'none' | '429' | '500' | 'no answer' | 'late' | 'lost answer';
export type Received = { path: string; headers: IncomingMessage['headers']; body: string };
type Answer = { status: number; body: unknown };

const LATE_MS = 4_000;
const REFUSALS: Partial<Record<Trouble, { status: number; headers: Record<string, string> }>> = {
  '429': { status: 429, headers: { 'retry-after': '1' } },
  '500': { status: 500, headers: {} },
};

/** `take` does what the other side does with a request. `trouble` decides for each request what goes wrong. */
export async function startStandIn(
  take: (request: Received) => Answer,
  refusalBody: (status: number) => unknown,
  trouble: (path: string) => Trouble,
) {
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const request = { path: req.url ?? '', headers: req.headers, body: Buffer.concat(chunks).toString() };
    const fault = trouble(request.path);
    const refusal = REFUSALS[fault];
    const json = { 'content-type': 'application/json' };
    if (refusal) {
      res.writeHead(refusal.status, { ...json, ...refusal.headers });
      return void res.end(JSON.stringify(refusalBody(refusal.status)));
    }
    // The client's own time limit ends this one.
    if (fault === 'no answer') return;
    if (fault === 'late') await delay(LATE_MS);
    const answer = take(request);
    if (fault === 'lost answer') return void res.destroy();
    res.writeHead(answer.status, json).end(JSON.stringify(answer.body));
  });
  server.on('clientError', (_, socket) => socket.destroy());
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
