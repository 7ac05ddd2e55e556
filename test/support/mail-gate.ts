// Stands between the product and the mail service, and holds a mail on its way there or its answer on the way back.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export type GateRule = 'open' | 'hold-request' | 'hold-answer';
export async function openMailGate(baseUrl: string) {
  let rule: GateRule = 'open';
  let passing = 0;
  let held = 0;

  const server = createServer(async (req, res) => {
    const body = await read(req);
    const isMail = req.method === 'POST';
    const isHeld = isMail && rule !== 'open' && passing-- <= 0;
    // A held request gets no answer: the test kills the process that waits for it.
    if (isHeld && rule === 'hold-request') return void held++;
    const { 'content-type': type, authorization, 'idempotency-key': key } = req.headers;
    const headers = { 'content-type': String(type), authorization: String(authorization) };
    const answer = await fetch(`${baseUrl}${req.url}`, {
      method: req.method ?? 'POST',
      headers: key ? { ...headers, 'idempotency-key': String(key) } : headers,
      ...(isMail && { body }),
    });
    const text = await answer.text();
    if (isHeld) return void held++;
    res.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Holds each mail from now on, after `letPass` more. */
    set(next: GateRule, letPass = 0): void {
      rule = next;
      passing = letPass;
      held = 0;
    },
    /** How many were held since the rule was set. */
    held: (): number => held,
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function read(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
