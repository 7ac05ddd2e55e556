// What travels between a process and the agent beside a gateway: lines of JSON. Hashes of keys, never a key.
import type {
  BareAccountRow,
  BareSubscriptionRow,
  GatewayChange,
  GatewayQuestion,
  KeyRow,
  TakeRows,
} from '../../domain/gateway-rows.ts';

export const FOLLOW_PATH = '/gateway/follow';
/** Of one request. */
export const MAX_FOLLOWED_IDS = 1_000;

type Texts<Row, Bytes extends keyof Row> = {
  [Name in keyof Row]: Name extends Bytes ? TextOf<Row[Name]> : Row[Name];
};
type TextOf<Value> = Value extends null ? null : string;

/** Rows of one kind, as the database gives them, but with texts for bytes. The last line is `end`, with their number. */
export type SnapshotLine =
  | { subscriptions: Texts<BareSubscriptionRow, 'id' | 'accountId'>[] }
  | { accounts: Texts<BareAccountRow, 'id'>[] }
  | { keys: Texts<KeyRow, 'subscriptionId' | 'hash'>[] }
  | { end: number };

/** `number` counts the lines of one stream from 1, so that a lost one is noticed. */
export type ChangeLine = { number: number } & ChangeEvent;
export type ChangeEvent =
  /** The process hears of every later commit. Where the agent sends its heartbeats. */
  | { listening: string }
  | { change: GatewayChange }
  | { question: GatewayQuestion }
  | { usage: GatewayQuestion }
  | { beat: string };

const ROWS_A_LINE = 500;
const text = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();

/** Takes rows and writes them as lines. `finish` writes the last ones. */
export function createSnapshotWriter(write: (line: SnapshotLine) => void) {
  let kind: 'subscriptions' | 'accounts' | 'keys' = 'subscriptions';
  let rows: unknown[] = [];
  let count = 0;
  function flush(): void {
    if (rows.length > 0) write({ [kind]: rows } as SnapshotLine);
    rows = [];
  }
  // A line has rows of one kind, and the kinds stay in their order.
  function add(next: typeof kind, row: unknown): void {
    if (next !== kind || rows.length === ROWS_A_LINE) flush();
    kind = next;
    rows.push(row);
    count += 1;
  }
  return {
    subscription: ({ id, accountId, ...row }: BareSubscriptionRow) =>
      add('subscriptions', { ...row, id: text(id), accountId: accountId && text(accountId) }),
    account: ({ id, ...row }: BareAccountRow) => add('accounts', { ...row, id: text(id) }),
    key: ({ subscriptionId, slot, hash }: KeyRow) =>
      add('keys', { subscriptionId: text(subscriptionId), slot, hash: text(hash) }),
    finish(): void {
      flush();
      write({ end: count });
    },
  };
}

/** Reads the lines again. Throws when rows are missing. */
export async function readSnapshot(lines: AsyncIterable<string>, take: TakeRows): Promise<void> {
  let count = 0;
  for await (const line of lines) {
    const read = JSON.parse(line) as SnapshotLine;
    if ('end' in read) {
      if (read.end !== count) break;
      return;
    }
    if ('subscriptions' in read) {
      count += read.subscriptions.length;
      for (const row of read.subscriptions)
        take.subscription({
          ...row,
          id: Buffer.from(row.id),
          accountId: row.accountId === null ? null : Buffer.from(row.accountId),
        });
    } else if ('accounts' in read) {
      count += read.accounts.length;
      for (const row of read.accounts) take.account({ ...row, id: Buffer.from(row.id) });
    } else {
      count += read.keys.length;
      for (const row of read.keys)
        take.key({ ...row, subscriptionId: Buffer.from(row.subscriptionId), hash: Buffer.from(row.hash) });
    }
  }
  throw Object.assign(new Error('the snapshot ended early'), { code: 'snapshot_cut' });
}

/** The lines of a stream of text, without their ends. Throws when one is too long to be ours. */
export async function* linesOf(chunks: AsyncIterable<string>, maxLength: number): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > maxLength)
      throw Object.assign(new Error('a line is too long'), { code: 'line_too_long' });
    yield* lines;
  }
}
