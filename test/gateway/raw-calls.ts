// Calls as bytes, with headers as they were written, over connections that stay open.
import { connect, type Socket } from 'node:net';
import type { Call } from './worlds.ts';

export type RawAnswer = { status: number; headers: Map<string, string>; body: string };

const CONNECTIONS = 8;

/** `write` gives the bytes of a call: several carriers are asked in different ways. */
export function createRawCalls(port: number, write: (call: Call) => string) {
  const lines = Array.from({ length: CONNECTIONS }, () => createConnection(port));
  return {
    /** In the order of the calls. */
    async askAll<Result>(
      calls: readonly Call[],
      take: (call: Call, ask: () => Promise<RawAnswer>) => Promise<Result>,
    ) {
      const results: Result[] = [];
      let next = 0;
      await Promise.all(
        lines.map(async (line) => {
          for (let at = next++; at < calls.length; at = next++) {
            const call = calls[at] as Call;
            results[at] = await take(call, () => line.ask(write(call)));
          }
        }),
      );
      return results;
    },
    close(): void {
      for (const line of lines) line.close();
    },
  };
}

function createConnection(port: number) {
  let socket: Socket | null = null;
  let received = '';
  let look = (_hasEnded: boolean) => {};
  function open(): Socket {
    if (socket && !socket.destroyed) return socket;
    received = '';
    const opened = connect(port, '127.0.0.1');
    opened.on('data', (bytes) => {
      received += bytes.toString('latin1');
      look(false);
    });
    opened.on('error', () => {});
    opened.on('close', () => {
      if (socket === opened) look(true);
    });
    socket = opened;
    return opened;
  }
  return {
    ask: (bytes: string): Promise<RawAnswer> =>
      new Promise((resolve) => {
        const used = open();
        look = (hasEnded) => {
          const answer = readAnswer(received, hasEnded);
          if (!answer) return;
          look = () => {};
          received = '';
          if (hasEnded || answer.headers.get('connection') === 'close') used.destroy();
          resolve(answer);
        };
        used.write(Buffer.from(bytes, 'latin1'));
      }),
    close: () => void socket?.destroy(),
  };
}

/** Null while it is not all there. Status 0: the connection ended without an answer. */
function readAnswer(text: string, hasEnded: boolean): RawAnswer | null {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return hasEnded ? { status: 0, headers: new Map(), body: text } : null;
  const [first = '', ...rows] = text.slice(0, end).split('\r\n');
  const headers = new Map<string, string>();
  for (const row of rows) {
    const [name = '', value = ''] = row.split(/:\s*(.*)/s);
    headers.set(name.toLowerCase(), value);
  }
  const rest = text.slice(end + 4);
  const status = Number(first.split(' ')[1]);
  const body = bodyOf(rest, headers, hasEnded);
  return body === null ? null : { status, headers, body: Buffer.from(body, 'latin1').toString() };
}

function bodyOf(rest: string, headers: ReadonlyMap<string, string>, hasEnded: boolean): string | null {
  if (headers.get('transfer-encoding') === 'chunked') return dechunked(rest);
  const length = headers.get('content-length');
  if (length === undefined) return hasEnded ? rest : null;
  return rest.length >= Number(length) ? rest.slice(0, Number(length)) : null;
}

function dechunked(text: string): string | null {
  let body = '';
  for (let at = 0; ; ) {
    const line = text.indexOf('\r\n', at);
    if (line < 0) return null;
    const size = Number.parseInt(text.slice(at, line), 16);
    if (text.length < line + 2 + size + 2) return null;
    if (size === 0) return body;
    body += text.slice(line + 2, line + 2 + size);
    at = line + 2 + size + 2;
  }
}
