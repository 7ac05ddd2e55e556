// What an order writes to Azure, after both sides were compared.
import { isDeepStrictEqual } from 'node:util';
import { EXISTS, isSettledRead } from '../../domain/azure-mirror.ts';
import type { MirroredRecord } from '../../domain/azure-record.ts';
import type { ClaimedOrder } from './claim-order.ts';
import type { Observed } from './observe.ts';
import { comparedFields, fingerprintsOf, onlyDeletes } from './record-fields.ts';
import type { OrderOutcome } from './settle-order.ts';

type Read = { record: MirroredRecord; etag: string } | null;

export type PlannedWrite = {
  azureId: string;
  /** Null: it is deleted. */
  wanted: MirroredRecord | null;
  /** What it was, whose ETag must still hold; null: it is created. */
  was: Read;
  /** Field → fingerprint afterwards. */
  fields: Record<string, string>;
  isPart: boolean;
};

/** The write, or how the order ends without one. A field about which a person decides keeps what Azure has. */
export function planWrite(
  { mode, known }: ClaimedOrder,
  read: Read,
  { azureId, ours, theirs, write, isEarly }: Observed,
): PlannedWrite | OrderOutcome {
  const left = changedByUs(known, { ours, theirs, isEarly }).filter((field) => !write.includes(field));
  const plan = { azureId, was: read, isPart: isEarly && left.length > 0 };
  if (write.includes(EXISTS) && ours) {
    const wanted = withoutLinks(ours);
    const isPart = !isDeepStrictEqual(wanted, ours);
    return { ...plan, wanted, was: null, fields: valuesOf(wanted), isPart };
  }
  if (write.includes(EXISTS)) return { ...plan, wanted: null, fields: { [EXISTS]: 'no' } };
  if (write.length > 0 && ours && theirs && read) {
    const wanted = { ...read.record, ...pick(withUnknownGroups(ours, theirs, read.record), write) };
    return { ...plan, wanted: wanted as MirroredRecord, fields: pick(fingerprintsOf(ours), write) };
  }
  if (left.length === 0) return { kind: 'same' };
  if (isEarly) return { kind: 'later', code: 'early', words: '', retryAfterMs: null };
  const areDeletions = mode === 'add' && left.every((field) => onlyDeletes(field, ours, theirs));
  return { kind: 'kept', code: areDeletions ? 'deletion' : 'difference' };
}

/**
 * What is created first. The links follow once both sides have agreed on what is there: one to something that Azure lacks
 * yet would leave a thing behind about which nothing was ever agreed.
 */
function withoutLinks(ours: MirroredRecord): MirroredRecord {
  if (ours.kind === 'account') return { ...ours, groups: [] };
  return ours.kind === 'product' ? { ...ours, apiIds: [], groupIds: [] } : ours;
}

/** Ours, with the groups that only Azure has, such as a directory's: nobody here decides about them. */
function withUnknownGroups(
  ours: MirroredRecord,
  theirs: MirroredRecord,
  read: MirroredRecord,
): MirroredRecord {
  const unknown = (all: readonly string[], known: readonly string[]) =>
    all.filter((group) => !known.includes(group));
  if (ours.kind === 'product' && theirs.kind === 'product' && read.kind === 'product')
    return { ...ours, groupIds: [...ours.groupIds, ...unknown(read.groupIds, theirs.groupIds)] };
  if (ours.kind === 'account' && theirs.kind === 'account' && read.kind === 'account')
    return { ...ours, groups: [...ours.groups, ...unknown(read.groups, theirs.groups)] };
  return ours;
}

/** The fields that we changed, and that Azure doesn't have so, as far as a read can tell. */
function changedByUs(
  known: ClaimedOrder['known'],
  { ours, theirs, isEarly }: Pick<Observed, 'ours' | 'theirs' | 'isEarly'>,
): string[] {
  const agreed = known?.memory.agreed ?? {};
  const [here, there] = [valuesOf(ours), valuesOf(theirs)];
  const fields = ours && theirs ? Object.keys(here) : [EXISTS];
  return fields.filter((field) => {
    if (here[field] === agreed[field]) return false;
    return here[field] !== there[field] || (isEarly && agreed[field] !== undefined);
  });
}

const valuesOf = (record: MirroredRecord | null): Record<string, string> =>
  record ? { ...fingerprintsOf(record), [EXISTS]: 'yes' } : { [EXISTS]: 'no' };

/**
 * Writes of what we changed since our last write, where what was read may be older than that, and may only look like what we
 * want now. The first relies on the ETag of our last write alone. Where Azure has changed since, perhaps by a write of ours
 * whose answer was lost, the second repeats what it seems to have: it succeeds if what was read is no older. Lists are left for
 * later, as they have no ETag. None where what was read can be believed.
 */
export function planUnseenWrites(
  { azureId, ours, known }: ClaimedOrder,
  read: Read,
  askedAt: Date,
): PlannedWrite[] {
  const etag = known?.memory.etag;
  if (!azureId || !ours || !etag || etag === '*' || read?.etag === etag) return [];
  if (isSettledRead(askedAt, known.writtenAt)) return [];
  const { agreed } = known.memory;
  const [values, here, there] = [comparedFields(ours), valuesOf(ours), valuesOf(read?.record ?? null)];
  const changed = Object.keys(values).filter((field) => agreed[field] !== here[field]);
  const fields = changed.filter((field) => agreed[field] !== undefined && !Array.isArray(values[field]));
  const writeOf = (some: string[], condition: string): PlannedWrite[] => {
    const wanted = { ...(read?.record ?? ours), ...pick(ours, some) } as MirroredRecord;
    const unknown = Object.fromEntries(some.map((field) => [field, undefined]));
    const was = { record: { ...wanted, ...unknown } as MirroredRecord, etag: condition };
    const isPart = changed.length > some.length;
    return some.length === 0 ? [] : [{ azureId, wanted, was, fields: pick(here, some), isPart }];
  };
  const seen = fields.filter((field) => here[field] === there[field]);
  return [...writeOf(fields, etag), ...(read ? writeOf(seen, read.etag) : [])];
}

const pick = <Of extends object>(of: Of, fields: readonly string[]): Of =>
  Object.fromEntries(Object.entries(of).filter(([field]) => fields.includes(field))) as Of;
