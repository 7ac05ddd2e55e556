// A process of ours over HTTP, in place of the database: what the index of an agent beside a gateway follows.
import { Agent, type IncomingMessage, type RequestOptions, request } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import type { QuotaUse } from '../../domain/call-counts.ts';
import type { Share } from '../../domain/call-limits.ts';
import type {
  AccountRow,
  ApiRow,
  GatewayChange,
  ProductRow,
  SubscriptionRow,
} from '../../domain/gateway-rows.ts';
import type { GatewaySource, Rows } from '../source.ts';
import { type ChangeLine, FOLLOW_PATH, linesOf, MAX_FOLLOWED_IDS } from './follow-lines.ts';
import { readSnapshot, SNAPSHOT_TYPE, VERSION_QUERY } from './snapshot-bytes.ts';

/** Without a byte for this long, the other side counts as gone. */
const MAX_SILENT_MS = 10_000;
/** The database begins to send a large table only after a while. */
const MAX_SNAPSHOT_SILENT_MS = 30_000;
const MAX_ANSWER_BYTES = 64 * 1_024 * 1_024;
const MAX_LINE_LENGTH = 4 * 1_024 * 1_024;

const OTHER_VERSION = 'The agent and the server are of different releases. Run the same release of both.';

/** `code` says why, for the log. */
class SourceError extends Error {
  readonly code: string;
  constructor(code: string, message = code) {
    super(message);
    this.code = code;
  }
}

export type HttpSourceOptions = {
  /** The address of a process, and for one of several services `/services/NAME`; without a slash at its end. */
  url: string;
  secret: string;
};

/** The times of calls in `addUsage` are on the clock of `performance.now()`. */
export function createHttpSource(options: HttpSourceOptions): GatewaySource {
  const usageLine = openLine(options, 1);
  return {
    openRows: (maxConnections) => openRows(options, maxConnections),
    hearChanges: (on) => hearChanges(openLine(options, 1), on),
    addUsage: (batch) => usageLine.post<QuotaUse[]>('usage', { ...batch, sentAt: performance.now() }),
  };
}

type Line = ReturnType<typeof openLine>;

/** Connections that are kept and closed together. */
function openLine({ url, secret }: HttpSourceOptions, maxSockets: number) {
  const isSecure = url.startsWith('https:');
  const agent = new (isSecure ? SecureAgent : Agent)({ keepAlive: true, maxSockets });
  const send = (method: string, path: string, more: RequestOptions, body = '') =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const req = (isSecure ? secureRequest : request)(
        new URL(`${url}${FOLLOW_PATH}/${path}`),
        { ...more, method, agent, headers: { ...more.headers, authorization: `Bearer ${secret}` } },
        (res) => {
          if (res.statusCode === 200) return resolve(res);
          res.destroy();
          reject(
            res.statusCode === 409
              ? new SourceError('other_version', OTHER_VERSION)
              : new SourceError(`status_${res.statusCode}`),
          );
        },
      );
      req.on('timeout', () => req.destroy(new SourceError('no_answer')));
      req.on('error', reject);
      req.end(body);
    });
  return {
    get: (path: string, timeout: number) => send('GET', path, { timeout }),
    async post<Answer>(path: string, value: unknown): Promise<Answer> {
      const body = JSON.stringify(value);
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const res = await send('POST', path, { timeout: MAX_SILENT_MS, headers }, body);
      let answer = '';
      for await (const chunk of res.setEncoding('utf8')) {
        answer += chunk;
        if (answer.length > MAX_ANSWER_BYTES) throw new SourceError('answer_too_long');
      }
      return JSON.parse(answer) as Answer;
    },
    close: () => agent.destroy(),
  };
}

function openRows(options: HttpSourceOptions, maxConnections: number): Rows {
  const line = openLine(options, maxConnections);
  const read = async <Row>(kind: string, ids: readonly string[] | null): Promise<Row[]> => {
    if (ids && ids.length > MAX_FOLLOWED_IDS) throw new RangeError('too many ids');
    return line.post<Row[]>('rows', { kind, ids });
  };
  return {
    async each(take) {
      const res = await line.get(`snapshot?${VERSION_QUERY}`, MAX_SNAPSHOT_SILENT_MS);
      if (res.headers['content-type'] !== SNAPSHOT_TYPE) {
        res.destroy();
        throw new SourceError('other_version', OTHER_VERSION);
      }
      await readSnapshot(res, take);
    },
    subscriptions: (ids) => read<SubscriptionRow>('subscriptions', ids),
    accounts: (ids) => read<AccountRow>('accounts', ids),
    products: (ids) => read<ProductRow>('products', ids),
    apis: (ids) => read<ApiRow>('apis', ids),
    findCall: () => Promise.reject(new Error('an agent judges no call')),
    quotaUse: () => Promise.reject(new Error('an agent judges no call')),
    notify: (channel, payload) => line.post('notify', { channel, payload }),
    beat: (id, payload, beat) => line.post<Share>('beat', { id, payload, beat }),
    // The gateway answers until its time is over, so changes must go on waiting for it.
    leave: () => Promise.resolve(),
    close: async () => line.close(),
    abandon: line.close,
  };
}

type On = Parameters<GatewaySource['hearChanges']>[0];

async function hearChanges(line: Line, on: On): Promise<{ beatChannel: string; close(): void }> {
  let isClosed = false;
  const close = () => {
    isClosed = true;
    line.close();
  };
  try {
    const res = await line.get('changes', MAX_SILENT_MS);
    const lines = linesOf(res.setEncoding('utf8'), MAX_LINE_LENGTH);
    let number = 0;
    const next = async (): Promise<ChangeLine> => {
      const { value, done } = await lines.next();
      if (done) throw new SourceError('stream_ended');
      const read = JSON.parse(value) as ChangeLine;
      number += 1;
      if (read.number !== number) throw new SourceError('stream_gap');
      return read;
    };
    // Changes may come before the process says that it hears all of them.
    let beatChannel: string | null = null;
    while (beatChannel === null) beatChannel = report(await next(), on);
    const readOn = async () => {
      while (!isClosed) report(await next(), on);
    };
    readOn().catch(() => {
      if (!isClosed) on.lost();
      close();
    });
    return { beatChannel, close };
  } catch (error) {
    close();
    throw error;
  }
}

const KINDS: Record<GatewayChange['kind'], true> = {
  account: true,
  subscription: true,
  product: true,
  api: true,
};

/** Returns the channel of the line that has it. A line that only a newer server writes may tell of a block. */
function report(line: ChangeLine, on: On): string | null {
  if ('listening' in line) return line.listening;
  if ('change' in line && Object.hasOwn(KINDS, line.change.kind)) on.change(line.change);
  else if ('question' in line) on.question(line.question);
  else if ('usage' in line) on.usage(line.usage);
  else if ('beat' in line) on.beat(line.beat);
  else throw new SourceError('unknown_line');
  return null;
}
