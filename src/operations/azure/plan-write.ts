// What an order writes to Azure, after both sides were compared.
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
  if (write.includes(EXISTS) && ours) return { ...plan, wanted: ours, was: null, fields: valuesOf(ours) };
  if (write.includes(EXISTS)) return { ...plan, wanted: null, fields: { [EXISTS]: 'no' } };
  if (write.length > 0 && ours && theirs)
    return {
      ...plan,
      wanted: { ...theirs, ...pick(ours, write) } as MirroredRecord,
      fields: pick(fingerprintsOf(ours), write),
    };
  if (left.length === 0) return { kind: 'same' };
  if (isEarly) return { kind: 'later', code: 'early', words: '', retryAfterMs: null };
  const areDeletions = mode === 'add' && left.every((field) => onlyDeletes(field, ours, theirs));
  return { kind: 'kept', code: areDeletions ? 'deletion' : 'difference' };
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
 * The write of what we changed since our last write, which a read may not show yet. It relies on the ETag of that write alone:
 * what was read may be older than it, and may even show what we want now. Lists are left for later, as they have no ETag.
 * Null where what was read can be believed, and where nothing can be written so.
 */
export function planUnseenWrite(
  { azureId, ours, known }: ClaimedOrder,
  read: Read,
  askedAt: Date,
): PlannedWrite | null {
  const etag = known?.memory.etag;
  if (!azureId || !ours || !etag || etag === '*' || read?.etag === etag) return null;
  if (isSettledRead(askedAt, known.writtenAt)) return null;
  const { agreed } = known.memory;
  const [values, fingerprints] = [comparedFields(ours), fingerprintsOf(ours)];
  const changed = Object.keys(values).filter((field) => agreed[field] !== fingerprints[field]);
  const fields = changed.filter((field) => agreed[field] !== undefined && !Array.isArray(values[field]));
  if (fields.length === 0) return null;
  const wanted = { ...(read?.record ?? ours), ...pick(ours, fields) } as MirroredRecord;
  const unknown = Object.fromEntries(fields.map((field) => [field, undefined]));
  return {
    ...{ azureId, wanted, fields: pick(fingerprints, fields), isPart: changed.length > fields.length },
    was: { record: { ...wanted, ...unknown } as MirroredRecord, etag },
  };
}

const pick = <Of extends object>(of: Of, fields: readonly string[]): Of =>
  Object.fromEntries(Object.entries(of).filter(([field]) => fields.includes(field))) as Of;
