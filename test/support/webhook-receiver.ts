// A receiver of webhooks on this machine. It verifies nothing by itself, and answers as a test tells it to.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export type Received = { headers: Record<string, string>; body: string; event: ReceivedEvent };
type ReceivedEvent = {
  id: string;
  type: string;
  source: string;
  subject?: string;
  sequence?: string;
  data: Record<string, unknown>;
};
type Behaviour = (response: ServerResponse, request: IncomingMessage) => void;

/** `answer` can be replaced at any time: a status, or what to do with the response. */
export async function startReceiver() {
  const received: Received[] = [];
  const receiver = {
    received,
    answer: 204 as number | Behaviour,
    url: '',
    types: () => received.map(({ event }) => event.type),
    /** The library's own verifier. Throws for a message that wasn't signed with this secret, or not now. */
    verify: (secret: string, { body, headers }: Received) => new Webhook(secret).verify(body, headers),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const headers = request.headers as Record<string, string>;
    received.push({ headers, body, event: JSON.parse(body) as ReceivedEvent });
    if (typeof receiver.answer === 'number') response.writeHead(receiver.answer).end();
    else receiver.answer(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`;
  return receiver;
}
