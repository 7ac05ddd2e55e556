// The map `keys` as bytes, some hundreds at a time.
import type { CallIndex } from '../index/call-index.ts';
import { createColumn } from '../index/column.ts';
import type { KeyBatch } from './carrier.ts';

const BATCH_KEYS = 500;
const HASH_BYTES = 32;
const CHUNK_BYTES = 1_024 * 1_024;
const LENGTH_BYTES = 2;
/** With the longest ids and groups; most have a hundred. */
const MAX_RECORD_BYTES = 0xffff;

/** Records by the number of their subscription, outside the heap. */
export function createRecordList() {
  const chunks: Buffer[] = [];
  let chunk = Buffer.alloc(0);
  let used = 0;
  /** By number: where in all chunks the record begins, after its length. 0 for none. */
  const places = createColumn(Uint32Array);
  return {
    set(number: number, record: string): void {
      if (used + LENGTH_BYTES + MAX_RECORD_BYTES > chunk.length) {
        chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
        chunks.push(chunk);
        used = 0;
      }
      const place = used + LENGTH_BYTES;
      const length = chunk.write(record, place, 'latin1');
      chunk.writeUInt16LE(length, used);
      places.set(number, (chunks.length - 1) * CHUNK_BYTES + place);
      used = place + length;
    },
    /** Puts the record there, and gives its length; 0 for none. */
    copy(number: number, target: Buffer, at: number): number {
      const place = places.at(number);
      const from = chunks[Math.floor(place / CHUNK_BYTES)];
      if (place === 0 || !from) return 0;
      const begin = place % CHUNK_BYTES;
      const length = from.readUInt16LE(begin - LENGTH_BYTES);
      // In a loop, because a call costs more than so few bytes.
      for (let offset = 0; offset < length; offset++) target[at + offset] = from[begin + offset] ?? 0;
      return length;
    },
  };
}

/** In the order of their hashes. Keys without a record are left out. `recordOf` makes that of a key with an end of its own. */
export function* batchesOf(
  keys: CallIndex['keys'],
  records: ReturnType<typeof createRecordList>,
  recordOf: (owner: number, keyEndsAt: number) => string | null,
): Iterable<KeyBatch> {
  const batch = {
    count: 0,
    hashes: Buffer.alloc(BATCH_KEYS * HASH_BYTES),
    records: Buffer.alloc(2 * MAX_RECORD_BYTES),
    ends: new Uint32Array(BATCH_KEYS),
  };
  const ordered = keys.inOrder();
  for (let next = 0; next < ordered.length; yield batch) {
    batch.count = 0;
    for (let end = 0; end <= MAX_RECORD_BYTES && batch.count < BATCH_KEYS && next < ordered.length; next++) {
      const key = ordered[next] ?? 0;
      const [owner, endsAt] = [keys.ownerOf(key), keys.endOf(key)];
      const length =
        endsAt === null
          ? records.copy(owner, batch.records, end)
          : batch.records.write(recordOf(owner, endsAt) ?? '', end, 'latin1');
      if (length === 0) continue;
      keys.copyHash(key, batch.hashes, batch.count * HASH_BYTES);
      end += length;
      batch.ends[batch.count] = end;
      batch.count += 1;
    }
  }
}
