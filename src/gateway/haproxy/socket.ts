// A connection to HAProxy's runtime socket. HAProxy answers commands in their order, so many travel at once.
import { connect, type Socket } from 'node:net';

/** HAProxy closes without a word when a command with its payload is longer than its buffer (tune.bufsize, 16,384). */
export const MAX_COMMAND_BYTES = 15_000;
/** What may be under way: HAProxy closes when it can't get rid of its answers. */
const MAX_IN_FLIGHT = 64;
const PROMPT = '\n> ';
/** Before each line of a payload. */
const ECHO = /^(?:\+ )+/;

export type RuntimeSocket = {
  /** Resolves with the answer, '' for none. A command in bytes has its own line end. */
  ask(command: string | Buffer): Promise<string>;
  /** Resolves once all are done. Rejects when HAProxy says anything about one of them. */
  tell(commands: Iterable<string> | AsyncIterable<Buffer>): Promise<void>;
  isOpen(): boolean;
  close(): void;
};

type Waiting = { resolve(answer: string): void; reject(error: Error): void };

/** A connection that gives no answer for `timeoutMs` is closed, and everything that waits for it rejects. */
export async function openRuntimeSocket(path: string, timeoutMs: number): Promise<RuntimeSocket> {
  const socket = connect(path);
  const waiting: Waiting[] = [];
  let failure: Error | null = null;
  let late: NodeJS.Timeout | undefined;
  /** Our own, because a socket's timeout begins again with each byte that we write. */
  function expectAnswer(): void {
    clearTimeout(late);
    if (waiting.length > 0)
      late = setTimeout(
        () => fail(new Error(`HAProxy did not answer at ${path} within ${timeoutMs} ms.`)),
        timeoutMs,
      );
  }
  function fail(error: Error): void {
    failure ??= error;
    clearTimeout(late);
    socket.destroy();
    for (const { reject } of waiting.splice(0)) reject(failure);
  }
  socket.on('error', (error) => fail(problemWith(path, error)));
  socket.on('close', () => fail(new Error(`HAProxy closed its runtime socket ${path}.`)));
  readAnswers(socket, (answer) => waiting.shift()?.resolve(answer));
  // A long answer comes in many pieces.
  socket.on('data', expectAnswer);

  function ask(command: string | Buffer): Promise<string> {
    return new Promise((resolve, reject) => {
      if (failure) return reject(failure);
      waiting.push({ resolve, reject });
      if (waiting.length === 1) expectAnswer();
      socket.write(typeof command === 'string' ? `${command}\n` : command);
    });
  }

  async function tell(commands: Iterable<string> | AsyncIterable<Buffer>): Promise<void> {
    const answers: Promise<void>[] = [];
    let fault: Error | null = null;
    for await (const command of commands) {
      const answer = ask(command).then(
        (text) => {
          if (text !== '') fault ??= new Error(`HAProxy did not do "${nameOf(command)}": ${text}`);
        },
        (error: Error) => {
          fault ??= error;
        },
      );
      answers.push(answer);
      if (answers.length >= MAX_IN_FLIGHT) await answers.shift();
      if (fault) break;
    }
    await Promise.all(answers);
    if (fault) throw fault;
  }

  await ask('prompt');
  return { ask, tell, isOpen: () => failure === null, close: () => socket.destroy() };
}

/** Without keys and what follows them. */
const nameOf = (command: string | Buffer): string => String(command).split(/[\s]/, 3).join(' ');

function problemWith(path: string, { code, message }: NodeJS.ErrnoException): Error {
  if (code === 'ENOENT')
    return new Error(`There is no socket at ${path}. Is HAProxy running with this configuration?`);
  if (code === 'EACCES') return new Error(`The socket ${path} can't be opened by this user.`);
  return new Error(`HAProxy's runtime socket ${path} failed: ${message}`);
}

/** An answer may come in many pieces, and many answers in one. */
function readAnswers(socket: Socket, take: (answer: string) => void): void {
  let parts: string[] = [];
  let tail = '';
  socket.setEncoding('latin1');
  socket.on('data', (piece: string) => {
    let text = tail + piece;
    for (let end = text.indexOf(PROMPT); end >= 0; end = text.indexOf(PROMPT)) {
      parts.push(text.slice(0, end));
      take(parts.join('').replace(ECHO, '').trim());
      parts = [];
      text = text.slice(end + PROMPT.length);
    }
    // The prompt may be cut in two.
    const kept = Math.min(text.length, PROMPT.length - 1);
    parts.push(text.slice(0, text.length - kept));
    tail = text.slice(text.length - kept);
  });
}
