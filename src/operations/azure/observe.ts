import { z } from 'zod';
import { findInstance, type MirrorMode, orderForAzure } from '../../db/azure/instances.ts';
import { type AzureThing, lockThings, releaseOurs, saveThings } from '../../db/azure/things.ts';
import {
  agreeOn,
  compareThing,
  EMPTY_MEMORY,
  EXISTS,
  isSettledRead,
  MIRRORED_KINDS,
  type MirroredKind,
  noteTurns,
  type ThingMemory,
  type Verdict,
} from '../../domain/azure-mirror.ts';
import type { MirroredRecord } from '../../domain/azure-record.ts';
import { type Act, defineOperation, SYSTEM } from '../frame/operation.ts';
import { updateDrifts } from './drifts.ts';
import { withKnownGroups } from './known-groups.ts';
import { matchOurs } from './match-ours.ts';
import { findOurs } from './ours.ts';
import { fingerprintsOf, isMirrored, onlyDeletes } from './record-fields.ts';

/** At most so many things at a time. */
export const MAX_OBSERVED = 100;

/** What was read in Azure: the record, or null when it isn't there. Only a thing that was read by itself has an ETag. */
export type Observation = { id: string; record: MirroredRecord | null; etag?: string | null };

/** What came of comparing one thing. `take` and `write` name its fields, or `exists`. */
export type Observed = {
  kind: MirroredKind;
  id: string;
  azureId: string;
  ourId: string | null;
  ours: MirroredRecord | null;
  theirs: MirroredRecord | null;
  take: string[];
  write: string[];
  /** What was read may be from before our last write: look again later. */
  isEarly: boolean;
};

/**
 * Compares what was read in Azure with what is here, and remembers it. Where a person has to decide, it opens a difference;
 * where we have the say and the mode allows it, it writes an order. What Azure has the say about is returned, for the caller
 * to take in. Azure's own things are passed over. Repeating it does no harm.
 * `isOrder`: the caller is about to write, so no further order is written.
 */
export const observeAzure = defineOperation({
  name: 'azure/observe',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: {
    kind: z.enum(MIRRORED_KINDS),
    /** When the request for them began. */
    askedAt: z.date(),
    observations: z.array(z.custom<Observation>()).max(MAX_OBSERVED),
    pass: z.int().optional(),
    withKeys: z.boolean().default(false),
    isOrder: z.boolean().default(false),
  },
  async run(act, { kind, askedAt, observations, pass, withKeys, isOrder }): Promise<Observed[]> {
    const serviceId = act.service.id;
    const instance = await findInstance(act.tx, serviceId);
    if (!instance) return [];
    const seen = uniqueOf(await withKnownGroups(act, observations));
    const things = await lockThings(act.tx, { serviceId, kind, ids: [...seen.keys()] });
    const known = new Map(things.map((thing) => [thing.id, thing]));
    const matches = await matchOurs(act, kind, seen, known);
    const ours = await findOurs(
      act,
      kind,
      [...matches.values()].flatMap((id) => id ?? []),
      withKeys,
    );
    const compared = [...seen.values()].flatMap(({ id, record, etag }) => {
      const thing = known.get(id.toLowerCase()) ?? newThing(act, kind, id);
      const ourId = matches.get(thing.id) ?? null;
      const here = (ourId !== null && ours.get(ourId)) || null;
      if (!here && !record && !known.has(thing.id)) return [];
      const given = { thing: { ...thing, ourId }, ours: here, theirs: record };
      return compareOne(act, given, { askedAt, etag, pass, mode: instance.mode });
    });
    await keepThings(act, kind, compared, known);
    await updateDrifts(act, compared);
    if (!isOrder) await writeOrders(act, compared);
    return compared.map(({ thing, ours, theirs, verdicts }) => ({
      ...{ kind, id: thing.id, azureId: thing.azureId, ourId: thing.ourId, ours, theirs },
      take: fieldsWith(verdicts, 'take'),
      write: fieldsWith(verdicts, 'write'),
      isEarly: fieldsWith(verdicts, 'wait').length > 0,
    }));
  },
});

/** One thing after its comparison. */
export type Compared = {
  thing: AzureThing;
  ours: MirroredRecord | null;
  theirs: MirroredRecord | null;
  verdicts: Record<string, Verdict>;
};

/** By the id in lower case; of a thing that a page shows twice, the last. What is Azure's own is left out. */
function uniqueOf(observations: readonly Observation[]): Map<string, Observation> {
  const mirrored = observations.filter(({ record }) => !record || isMirrored(record));
  return new Map(mirrored.map((one) => [one.id.toLowerCase(), one]));
}

const newThing = (act: Act, kind: MirroredKind, azureId: string): AzureThing => ({
  serviceId: act.service.id,
  kind,
  id: azureId.toLowerCase(),
  azureId,
  ourId: null,
  memory: EMPTY_MEMORY,
  seen: {},
  seenAt: act.now,
  seenInPass: 0,
  writtenAt: null,
});

function compareOne(
  act: Act,
  { thing, ours, theirs }: Omit<Compared, 'verdicts'>,
  how: { askedAt: Date; etag: string | null | undefined; pass: number | undefined; mode: MirrorMode },
): Compared {
  const [here, there] = [ours && fingerprintsOf(ours), theirs && fingerprintsOf(theirs)];
  const now = act.now.getTime();
  const isSettled = isSettledRead(how.askedAt, thing.writtenAt) || showsOurWrite(thing.memory.etag, how.etag);
  const read = { ours: here, theirs: there, isSettled, now };
  const memory = noteTurns({ memory: thing.memory, ...read });
  const given = compareThing({ memory, ...read });
  const verdicts = Object.fromEntries(
    Object.entries(given).map(([field, verdict]) => [
      field,
      verdict === 'write' ? writable({ thing, ours, theirs }, field, how.mode) : verdict,
    ]),
  );
  return {
    thing: {
      ...thing,
      azureId: theirs?.id ?? thing.azureId,
      memory: afterAgreement(memory, verdicts, here, there),
      seen: there ?? {},
      seenAt: how.askedAt,
      seenInPass: how.pass ?? thing.seenInPass,
    },
    ours,
    theirs,
    verdicts,
  };
}

/** `*` stands for a thing without an ETag. */
const showsOurWrite = (written: string | null | undefined, etag: string | null | undefined): boolean =>
  etag !== '*' && Boolean(etag) && etag === written;

/** What we would write: an order, or what a person sees when nothing may be written, or nothing at all. */
function writable(
  { thing, ours, theirs }: Omit<Compared, 'verdicts'>,
  field: string,
  mode: MirrorMode,
): Verdict {
  // APIs are the gateway's; a person who has not accepted yet is ours alone.
  if (thing.kind === 'api') return 'left';
  if (ours?.kind === 'account' && ours.state === 'pending' && !theirs) return 'left';
  if (mode === 'add' && onlyDeletes(field, ours, theirs)) return 'left';
  return mode === 'watch' ? 'ask' : 'write';
}

/** Both sides have these values. Once both lack the thing, nothing of it is remembered. */
function afterAgreement(
  memory: ThingMemory,
  verdicts: Record<string, Verdict>,
  ours: Record<string, string> | null,
  theirs: Record<string, string> | null,
): ThingMemory {
  if (!ours && !theirs && verdicts[EXISTS] === 'agree') return EMPTY_MEMORY;
  return fieldsWith(verdicts, 'agree').reduce((before, field) => {
    const value = field === EXISTS ? 'yes' : (ours?.[field] ?? '');
    return before.agreed[field] === value ? before : agreeOn(before, field, value, null);
  }, memory);
}

const fieldsWith = (verdicts: Record<string, Verdict>, wanted: Verdict): string[] =>
  Object.entries(verdicts).flatMap(([field, verdict]) => (verdict === wanted ? field : []));

async function keepThings(
  act: Act,
  kind: MirroredKind,
  compared: Compared[],
  known: Map<string, AzureThing>,
): Promise<void> {
  const moved = compared.flatMap(({ thing: { id, ourId } }) =>
    ourId !== null && known.get(id)?.ourId !== ourId ? { id, ourId } : [],
  );
  await releaseOurs(act.tx, { serviceId: act.service.id, kind }, moved);
  await saveThings(
    act.tx,
    compared.map(({ thing }) => thing),
  );
}

async function writeOrders(act: Act, compared: Compared[]): Promise<void> {
  for (const { thing, verdicts } of compared) {
    const { serviceId, kind, ourId } = thing;
    if (ourId !== null && fieldsWith(verdicts, 'write').length > 0)
      await orderForAzure(act.tx, { serviceId, kind, ourId });
  }
}
