// A process of its own that asks on and on over plain sockets, so that it is not what is measured.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';

const FILE = fileURLToPath(import.meta.url);

/** Each request has one of the keys; all targets get the same bytes but for the path. */
export type CheckOrder = {
  url: string;
  path: string;
  uri: string;
  keys: string[];
  inFlight: number;
  seconds: number;
  status: number;
  /** Between an answer and the next request of a connection; 0: as many calls as there can be. */
  pauseMs?: number;
};
export type CheckSent = { perSecond: number; answers: number };

export async function startCheckSender() {
  const child = fork(FILE, ['serve'], { execArgv: ['--import', 'tsx'] });
  await once(child, 'message');
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('the sender ended')));
  ended.catch(() => {});
  return {
    async send(order: CheckOrder): Promise<CheckSent> {
      child.send(order);
      const [result] = (await Promise.race([once(child, 'message'), ended])) as [CheckSent | string];
      if (typeof result === 'string') throw new Error(result);
      return result;
    },
    stop: () => child.kill(),
  };
}

async function sendChecks({
  url,
  path,
  uri,
  keys,
  inFlight,
  seconds,
  status,
  pauseMs = 0,
}: CheckOrder): Promise<CheckSent> {
  const { hostname, port } = new URL(url);
  const requests = keys.map((key) =>
    Buffer.from(
      `GET ${path} HTTP/1.1\r\nHost: bench\r\nX-Original-URI: ${uri}\r\nOcp-Apim-Subscription-Key: ${key}\r\n\r\n`,
    ),
  );
  const begin = `HTTP/1.1 ${status} `;
  const startedAt = performance.now();
  const end = startedAt + seconds * 1_000;
  let answers = 0;
  const askOnAndOn = (at: number) =>
    new Promise<void>((resolve, reject) => {
      const socket = connect({ host: hostname, port: Number(port), noDelay: true });
      let next = at * 7_919;
      const ask = () => socket.write(requests[next++ % requests.length] ?? '');
      socket.on('connect', ask);
      socket.on('error', reject);
      socket.on('data', (chunk: Buffer) => {
        // Answers are small and come one at a time: a piece is a whole one.
        const text = chunk.toString('latin1');
        if (!text.startsWith(begin)) return reject(new Error(`not what was expected: ${text.slice(0, 300)}`));
        answers += 1;
        if (performance.now() < end) return void (pauseMs > 0 ? setTimeout(ask, pauseMs) : ask());
        socket.destroy();
        resolve();
      });
    });
  await Promise.all(Array.from({ length: inFlight }, (_, at) => askOnAndOn(at)));
  return { answers, perSecond: answers / ((performance.now() - startedAt) / 1_000) };
}

if (process.argv[1] === FILE && process.argv[2] === 'serve') {
  process.on('message', async (order: CheckOrder) => {
    process.send?.(await sendChecks(order).catch((error: Error) => error.message));
  });
  process.send?.('ready');
}
