// Azure as the jobs see it, in this process: what it has, its ETags, and what goes wrong when a test says so.
import { isDeepStrictEqual } from 'node:util';
import { AzureFault } from '../../src/azure/fault.ts';
import type { AzureInstance } from '../../src/azure/instance.ts';
import type { MirroredKind } from '../../src/domain/azure-mirror.ts';
import type { MirroredRecord } from '../../src/domain/azure-record.ts';

type Held = { record: MirroredRecord; etag: string };
type Call = { call: 'read' | 'write' | 'remove'; id: string };

export function createMemoryAzure() {
  const held = new Map<string, Held>();
  const calls: Call[] = [];
  let etags = 0;
  let before: (call: Call) => void | Promise<void> = () => {};
  let after: (call: Call) => void | Promise<void> = () => {};
  let stale: Map<string, Held> | null = null;
  const keyOf = (kind: MirroredKind, id: string) => `${kind}/${id.toLowerCase()}`;
  const newEtag = () => {
    etags += 1;
    return `"${etags}"`;
  };
  const changed = () => new AzureFault('changed');

  function store(key: string, record: MirroredRecord): string {
    const etag = newEtag();
    held.set(key, { record, etag });
    return etag;
  }

  async function answer<Result>(call: Call, work: () => Result): Promise<Result> {
    calls.push(call);
    await before(call);
    const result = work();
    await after(call);
    return result;
  }

  const instance: Pick<AzureInstance, 'read' | 'write' | 'remove'> = {
    read: (kind, id) =>
      answer({ call: 'read', id }, () => {
        const found = (stale ?? held).get(keyOf(kind, id));
        return (found ? { ...structuredClone(found), askedAt: new Date() } : null) as never;
      }),
    write: (kind, given, was, { mayDelete }) => {
      const wanted: MirroredRecord = given;
      return answer({ call: 'write', id: wanted.id }, () => {
        const key = keyOf(kind, wanted.id);
        const there = held.get(key);
        if (was ? there?.etag !== was.etag : there) throw changed();
        const { record, kept } = changedRecord(there?.record ?? null, wanted, was?.record ?? null, mayDelete);
        return { etag: store(key, record), kept };
      });
    },
    remove: (kind, id, etag) =>
      answer({ call: 'remove', id }, () => {
        const there = held.get(keyOf(kind, id));
        if (there && there.etag !== etag) throw changed();
        held.delete(keyOf(kind, id));
      }),
  };
  return {
    instance: instance as AzureInstance,
    calls,
    writes: () => calls.filter(({ call }) => call !== 'read'),
    find: (kind: MirroredKind, id: string): MirroredRecord | null =>
      held.get(keyOf(kind, id))?.record ?? null,
    /** As a person in Azure's portal changes it. */
    change(kind: MirroredKind, id: string, change: object): void {
      const there = held.get(keyOf(kind, id));
      if (!there) throw new Error(`Azure has no ${kind} ${id}`);
      store(keyOf(kind, id), { ...there.record, ...change } as MirroredRecord);
    },
    put: (record: MirroredRecord): void => void store(keyOf(record.kind, record.id), record),
    drop: (kind: MirroredKind, id: string): void => void held.delete(keyOf(kind, id)),
    /** Runs before, or after, each call takes effect; what it throws is the answer. */
    before(hook: typeof before): void {
      before = hook;
    },
    after(hook: typeof after): void {
      after = hook;
    },
    /** Reads show what is there now until `catchUp`. */
    lag(): void {
      stale = new Map(held);
    },
    catchUp(): void {
      stale = null;
    },
    behave(): void {
      before = () => {};
      after = () => {};
      stale = null;
      calls.length = 0;
    },
  };
}

/** Only what differs is sent. Lists lose members only where deletions are allowed. */
function changedRecord(
  there: MirroredRecord | null,
  wanted: MirroredRecord,
  was: MirroredRecord | null,
  mayDelete: boolean,
): { record: MirroredRecord; kept: string[] } {
  const kept: string[] = [];
  const former = new Map<string, unknown>(Object.entries(was ?? {}));
  const present = new Map<string, unknown>(Object.entries(there ?? {}));
  const differing = Object.entries(wanted).filter(
    ([field, value]) => !isDeepStrictEqual(value, former.get(field)),
  );
  const change = differing.map(([field, value]) => {
    const before = present.get(field);
    if (!Array.isArray(value) || !Array.isArray(before) || mayDelete) return [field, value];
    const surplus = before.filter((one) => !value.includes(one));
    if (surplus.length > 0) kept.push(field);
    return [field, [...value, ...surplus]];
  });
  return { record: { ...there, ...Object.fromEntries(change) } as MirroredRecord, kept };
}
