// Signed slash commands, some in flight at a time, over plain sockets so that the sender is not what is measured.
import { createHmac } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { ADMIN, type SlackStub, TEAM } from './slack-stub.ts';

export const SIGNING_SECRET = 'bench-signing-secret-0123456789';

let sent = 0;

export type Target = {
  url: string;
  text: string;
  /** The ceiling's answer is constant; the product's must hold these words. */
  answer: string | null;
};

export type Order = Target & { inFlight: number; seconds: number };

export type Sent = {
  /** How long each waited for its acknowledgement, in milliseconds. */
  acks: number[];
  /** Acknowledged a second, over the time in which commands were sent. */
  ackedPerSecond: number;
  /** Done a second: over the time until the last answer was there too, so that all the work is in it. */
  donePerSecond: number;
};

/** A slot sends its next command as soon as the last is acknowledged, whatever has become of the work. */
export async function sendCommands(order: Order, stub: SlackStub): Promise<Sent> {
  const acks: number[] = [];
  const answers: Promise<void>[] = [];
  const startedAt = performance.now();
  const end = startedAt + order.seconds * 1_000;
  const { hostname, port } = new URL(order.url);
  const sendOnAndOn = async () => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    while (performance.now() < end) {
      const id = String(++sent);
      const later = stub.answered(id);
      const sentAt = performance.now();
      const acknowledgement = await exchange(socket, request(order.text, id, stub.responseUrl(id)));
      acks.push(performance.now() - sentAt);
      const { answer } = order;
      if (answer !== null && !acknowledgement.includes(answer)) answers.push(demand(later, answer));
    }
    socket.destroy();
  };
  await Promise.all(Array.from({ length: order.inFlight }, sendOnAndOn));
  const sentSeconds = (performance.now() - startedAt) / 1_000;
  await Promise.all(answers);
  const doneSeconds = (performance.now() - startedAt) / 1_000;
  return { acks, ackedPerSecond: acks.length / sentSeconds, donePerSecond: acks.length / doneSeconds };
}

/** An answer that was not in the acknowledgement comes to the `response_url`. */
async function demand(later: Promise<string>, words: string): Promise<void> {
  const body = await later;
  if (!body.includes(words)) throw new Error(`not the answer with "${words}": ${body.slice(0, 300)}`);
}

function request(text: string, id: string, responseUrl: string): string {
  const body = new URLSearchParams({
    command: '/apim-user',
    text,
    team_id: TEAM,
    user_id: ADMIN,
    user_name: 'ada',
    channel_id: 'C0BENCH',
    trigger_id: id,
    response_url: responseUrl,
  }).toString();
  const timestamp = Math.floor(Date.now() / 1_000);
  const digest = createHmac('sha256', SIGNING_SECRET).update(`v0:${timestamp}:${body}`).digest('hex');
  return [
    'POST /slack/events HTTP/1.1',
    'host: 127.0.0.1',
    'content-type: application/x-www-form-urlencoded',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-slack-request-timestamp: ${timestamp}`,
    `x-slack-signature: v0=${digest}`,
    '',
    body,
  ].join('\r\n');
}

function exchange(socket: Socket, message: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const onData = (chunk: Buffer) => {
      received += chunk;
      if (!isWhole(received)) return;
      socket.off('data', onData).off('close', onClose);
      if (received.startsWith('HTTP/1.1 200')) resolve(received);
      else reject(new Error(`not acknowledged: ${received.slice(0, 200)}`));
    };
    const onClose = () => reject(new Error('the connection was closed'));
    socket.on('data', onData).once('close', onClose);
    socket.once('error', reject);
    socket.write(message, () => socket.off('error', reject));
  });
}

function isWhole(response: string): boolean {
  const headEnd = response.indexOf('\r\n\r\n');
  if (headEnd < 0) return false;
  const head = response.slice(0, headEnd).toLowerCase();
  if (head.includes('transfer-encoding: chunked')) return response.endsWith('0\r\n\r\n');
  const length = Number(/content-length: (\d+)/.exec(head)?.[1] ?? 0);
  return response.length - headEnd - 4 >= length;
}
