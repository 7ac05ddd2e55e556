// All rows, as a process sends them to the agent beside a gateway. Bytes, because JSON takes much longer at both ends.
import { z } from 'zod';
import type { BareAccountRow, BareSubscriptionRow, KeyRow, TakeRows } from '../../domain/gateway-rows.ts';
import { HELD_KEY_SLOTS } from '../../domain/key-life.ts';

/**
 * A snapshot is a list of parts. A part: its kind (one byte), the length of its rows in bytes (four), the rows. The last
 * part has one number, how many rows there were. What a row has, in this order:
 *
 * - *subscription*: id, account's id or none, creation, start, end, end of its used-up quota, the rest
 *   (`[state, productId, apiId, ownLimits]`)
 * - *account*: id, resource's id or none, the rest (`[state, groupIds]`)
 * - *key*: subscription's id, slot (its place in `HELD_KEY_SLOTS`), end, the SHA-256 in hex
 *
 * A text is its length in four bytes and UTF-8; the length of none is 2³² − 1. A rest is a text of JSON: few differ, so each
 * is read once. A time has eight bytes, milliseconds since 1970, NaN for none. All numbers have their lowest byte first.
 *
 * Whatever changes here, or in the other requests of an agent, needs the next version: a server refuses an agent of another
 * one, and an agent such a server.
 */
export const SNAPSHOT_VERSION = 3;
export const VERSION_QUERY = `version=${SNAPSHOT_VERSION}`;
export const SNAPSHOT_TYPE = `application/vnd.apim-user.snapshot-${SNAPSHOT_VERSION}`;

const KIND = { subscription: 1, account: 2, key: 3, end: 4 } as const;
const HEAD_BYTES = 5;
const PART_BYTES = 64 * 1_024;
/** One row may be longer than a part. */
const MAX_PART_BYTES = 16 * 1_024 * 1_024;
const NONE = 0xffff_ffff;
const TIME_BYTES = 8;
const HASH_DIGITS = 64;
const MAX_KNOWN = 10_000;

/** Takes rows and writes them as parts. `finish` writes the last ones. */
export function createSnapshotWriter(write: (part: Buffer) => void) {
  let part = Buffer.allocUnsafe(PART_BYTES);
  let kind: number = KIND.subscription;
  let at = HEAD_BYTES;
  let count = 0;
  function flush(): void {
    if (at === HEAD_BYTES) return;
    part[0] = kind;
    part.writeUInt32LE(at - HEAD_BYTES, 1);
    write(part.subarray(0, at));
    part = Buffer.allocUnsafe(PART_BYTES);
    at = HEAD_BYTES;
  }
  /** `length`: at most so many bytes follow. */
  function begin(next: number, length: number): void {
    if (next !== kind || at + length > part.length) flush();
    if (at + length > part.length) part = Buffer.allocUnsafe(HEAD_BYTES + length);
    kind = next;
    count += 1;
  }
  function putBytes(bytes: Uint8Array | null): void {
    at = part.writeUInt32LE(bytes?.length ?? NONE, at);
    if (!bytes) return;
    part.set(bytes, at);
    at += bytes.length;
  }
  function putText(text: string | null): void {
    const length = text === null ? 0 : part.write(text, at + 4);
    part.writeUInt32LE(text === null ? NONE : length, at);
    at += 4 + length;
  }
  const putTime = (time: number | null) => {
    at = part.writeDoubleLE(time ?? Number.NaN, at);
  };
  return {
    subscription({ id, accountId, state, productId, apiId, ownLimits, ...row }: BareSubscriptionRow): void {
      const rest = JSON.stringify([state, productId, apiId, ownLimits]);
      begin(KIND.subscription, 12 + id.length + (accountId?.length ?? 0) + 4 * TIME_BYTES + rest.length * 3);
      putBytes(id);
      putBytes(accountId);
      putTime(row.createdAt);
      putTime(row.startsAt);
      putTime(row.endsAt);
      putTime(row.quotaEndsAt);
      putText(rest);
    },
    account({ id, resourceId, state, groupIds }: BareAccountRow): void {
      const rest = JSON.stringify([state, groupIds]);
      begin(KIND.account, 12 + id.length + ((resourceId?.length ?? 0) + rest.length) * 3);
      putBytes(id);
      putText(resourceId);
      putText(rest);
    },
    key({ subscriptionId, slot, hash, endsAt }: KeyRow): void {
      begin(KIND.key, 9 + TIME_BYTES + subscriptionId.length + hash.length);
      putBytes(subscriptionId);
      part[at++] = HELD_KEY_SLOTS.indexOf(slot);
      putTime(endsAt);
      putBytes(hash);
    },
    finish(): void {
      const rows = count;
      begin(KIND.end, TIME_BYTES);
      putTime(rows);
      flush();
    },
  };
}

const name = z.string().nullable();
const rate = z.strictObject({ calls: z.int(), seconds: z.int() });
const quota = z.strictObject({ calls: z.int(), period: z.enum(['day', 'week', 'month']) });
const ownLimits = z.strictObject({
  rate: z.union([rate, z.literal('unlimited')]).nullable(),
  quota: z.union([quota, z.literal('unlimited')]).nullable(),
});
const subscriptionState = z.enum(['submitted', 'active', 'suspended', 'rejected', 'cancelled', 'expired']);
const terms = z.tuple([subscriptionState, name, name, ownLimits]);
const standing = z.tuple([z.enum(['active', 'blocked', 'pending', 'deleted']), z.array(z.string())]);

/** Reads the parts again. Throws when rows are missing, or anything is not as it is described above. */
export async function readSnapshot(chunks: AsyncIterable<Buffer>, take: TakeRows): Promise<void> {
  const read = createRowReader(take);
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    while (rest.length >= HEAD_BYTES) {
      const length = rest.readUInt32LE(1);
      if (length > MAX_PART_BYTES) throw broken('a part is too long');
      const end = HEAD_BYTES + length;
      if (rest.length < end) break;
      if (read(rest[0] ?? 0, rest.subarray(HEAD_BYTES, end))) return;
      rest = rest.subarray(end);
    }
  }
  throw Object.assign(new Error('the snapshot ended early'), { code: 'snapshot_cut' });
}

const broken = (why: string) => Object.assign(new Error(why), { code: 'snapshot_broken' });

/** Takes the rows of a part. Returns whether it was the last one. */
function createRowReader(take: TakeRows): (kind: number, part: Buffer) => boolean {
  let part: Buffer = Buffer.alloc(0);
  let at = 0;
  let count = 0;
  const termsOf = reading(terms);
  const standingOf = reading(standing);
  function bytesOrNone(): Buffer | null {
    const length = part.readUInt32LE(at);
    at += 4;
    if (length === NONE) return null;
    if (at + length > part.length) throw broken('a text is too long');
    at += length;
    return part.subarray(at - length, at);
  }
  function bytes(): Buffer {
    const found = bytesOrNone();
    if (!found) throw broken('a text is missing');
    return found;
  }
  function time(): number | null {
    const found = part.readDoubleLE(at);
    at += TIME_BYTES;
    return Number.isNaN(found) ? null : found;
  }
  function subscription(): void {
    const [id, accountId, createdAt, startsAt, endsAt] = [bytes(), bytesOrNone(), time(), time(), time()];
    const quotaEndsAt = time();
    const [state, productId, apiId, own] = termsOf(bytes());
    if (createdAt === null) throw broken('a creation is missing');
    const row = { id, accountId, createdAt, startsAt, endsAt, quotaEndsAt, state, productId, apiId };
    take.subscription({ ...row, ownLimits: own });
  }
  function account(): void {
    const [id, resourceId] = [bytes(), bytesOrNone()];
    const [state, groupIds] = standingOf(bytes());
    take.account({ id, resourceId: resourceId?.toString() ?? null, state, groupIds });
  }
  function key(): void {
    const subscriptionId = bytes();
    const slot = HELD_KEY_SLOTS[part.readUInt8(at++)];
    const endsAt = time();
    const hash = bytes();
    if (!slot || hash.length !== HASH_DIGITS) throw broken('a key is no key');
    take.key({ subscriptionId, slot, hash, endsAt });
  }
  const rows: Record<number, () => void> = {
    [KIND.subscription]: subscription,
    [KIND.account]: account,
    [KIND.key]: key,
  };
  return (kind, next) => {
    [part, at] = [next, 0];
    if (kind === KIND.end) {
      if (time() !== count) throw broken('rows are missing');
      return true;
    }
    const row = rows[kind];
    if (!row) throw broken('there is no such kind of rows');
    for (; at < part.length; count++) row();
    return false;
  };
}

/** Reads a text of JSON once. */
function reading<Value>(schema: z.ZodType<Value>): (bytes: Buffer) => Value {
  const known = new Map<string, Value>();
  return (bytes) => {
    const text = bytes.toString();
    const found = known.get(text);
    if (found) return found;
    const value = schema.parse(JSON.parse(text));
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(text, value);
    return value;
  };
}
