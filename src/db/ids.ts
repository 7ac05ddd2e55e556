import { v7 } from 'uuid';

/** A UUIDv7 (RFC 9562 §5.7): sorts by time, and hides how many there are. Made here, because only Postgres 18 can. */
export function newId(now: Date, random: (size: number) => Uint8Array): string {
  return v7({ msecs: now.getTime(), random: random(16) });
}

/** The lowest id that a row of this moment could have: ids sort by time, so a span of time is a span of ids. */
export function firstIdAt(at: Date): string {
  return v7({ msecs: Math.max(0, at.getTime()), seq: 0, random: new Uint8Array(16) });
}
