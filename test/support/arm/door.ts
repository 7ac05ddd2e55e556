// The HTTPS server of the stand-in, which can go away and come back at the same address.
import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { createTestCertificate } from '../tls.ts';
import { type Answer, type Asked, errorAnswer, readAsked } from './exchange.ts';

/** `cut`: every connection is reset. `503`: each request is answered so. */
export type Absence = 'cut' | '503';
/** What happens to a request: an answer, or none. */
export type Outcome = Answer | 'cut' | 'hang';

export async function openDoor(port: number, receive: (asked: Asked) => Promise<Outcome>) {
  const certificate = await createTestCertificate();
  const sockets = new Set<Socket>();
  let absence: Absence | null = null;
  let back: NodeJS.Timeout | undefined;

  async function outcomeOf(asked: Asked): Promise<Outcome> {
    if (absence === '503') return errorAnswer(503, 'ServiceUnavailable', 'The service is unavailable.');
    // Without the reason, which is in the product's log: Azure tells none either.
    return receive(asked).catch(() => errorAnswer(502, 'BadGateway', 'The service did not answer.'));
  }
  const tls = { cert: certificate.cert, key: await readFile(certificate.keyFile) };
  const server = createServer(tls, async (request, response) => {
    const outcome = await outcomeOf(await readAsked(request)).catch((): Outcome => 'cut');
    if (outcome === 'hang') return;
    if (outcome === 'cut') return void response.destroy();
    send(response, outcome);
  });
  server.on('connection', (socket: Socket) => {
    if (absence === 'cut') return void socket.resetAndDestroy();
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const up = () => {
    clearTimeout(back);
    absence = null;
  };
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    certificate: { cert: certificate.cert, certFile: certificate.certFile },
    up,
    down(ms: number | undefined, how: Absence): void {
      clearTimeout(back);
      absence = how;
      if (how === 'cut') for (const socket of sockets) socket.resetAndDestroy();
      if (ms !== undefined) back = setTimeout(up, ms);
    },
    async close(): Promise<void> {
      clearTimeout(back);
      server.closeAllConnections();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await certificate.remove();
    },
  };
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  const text = body === undefined ? '' : JSON.stringify(body);
  const type = text === '' ? {} : { 'content-type': 'application/json; charset=utf-8' };
  response.writeHead(status, { ...headers, ...type });
  response.end(text);
}
