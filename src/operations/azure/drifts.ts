// Opens, changes and closes the differences that a person has to decide.
import {
  type AzureDrift,
  endDrift,
  insertDrifts,
  listOpenDriftsOf,
  updateDrift,
} from '../../db/azure/drifts.ts';
import { newId } from '../../db/ids.ts';
import { EXISTS, isFight } from '../../domain/azure-mirror.ts';
import { openSealedText, sealText } from '../../security/sealed-text.ts';
import type { Act, Context } from '../frame/context.ts';
import { queueDriftRepaint } from '../frame/outbox.ts';
import type { Compared } from './observe.ts';
import { fingerprintsOf, labelOf, shownValue } from './record-fields.ts';

const SEALED_AS = 'azure difference';

/** What a card shows of a difference. A value is null where the thing isn't there. */
export type ShownDrift = { label: string; ours: string | null; theirs: string | null; refusal?: string };

export function openShownDrift(
  { keyring }: Pick<Context, 'keyring'>,
  { sealed }: Pick<AzureDrift, 'sealed'>,
): ShownDrift | null {
  return sealed === null ? null : (JSON.parse(openSealedText(keyring, SEALED_AS, sealed)) as ShownDrift);
}

/**
 * Each field with the verdict `ask` has an open difference afterwards; one that needs no decision any more is closed. With a
 * `refusal`, which says why Azure's value can't be taken in, only the fields with a verdict are looked at.
 */
export async function updateDrifts(
  act: Act,
  compared: readonly Compared[],
  refusal: string | null = null,
): Promise<void> {
  const [first] = compared;
  if (!first) return;
  const { serviceId, kind } = first.thing;
  const thingIds = compared.map(({ thing }) => thing.id);
  const open = await listOpenDriftsOf(act.tx, { serviceId, kind, thingIds });
  const opened: AzureDrift[] = [];
  for (const one of compared) {
    const ofThing = open.filter(({ thingId }) => thingId === one.thing.id);
    for (const drift of ofThing)
      if (refusal === null || one.verdicts[drift.field]) await followDrift(act, one, drift, refusal);
    const asked = Object.keys(one.verdicts).filter((field) => one.verdicts[field] === 'ask');
    for (const field of asked)
      if (!ofThing.some((drift) => drift.field === field))
        opened.push({ ...newDrift(act, one, field, refusal), id: nextId(act, opened.length) });
  }
  await insertDrifts(act.tx, opened);
  for (const { id } of opened) await queueDriftRepaint(act, id);
}

/** Lists go by the id, so those of one moment keep the order in which they were found. */
const nextId = ({ now, random }: Act, place: number): string =>
  newId(new Date(now.getTime() + place), random);

/** A field of a thing that one side lacks now has no verdict: its difference is over. One that waits stays as it is. */
async function followDrift(
  act: Act,
  one: Compared,
  drift: AzureDrift,
  refusal: string | null,
): Promise<void> {
  const verdict = one.verdicts[drift.field];
  if (verdict === 'wait') return;
  if (verdict === 'ask') {
    const { ours, theirs, sealed, isFight } = newDrift(act, one, drift.field, refusal);
    const isSame = ours === drift.ours && theirs === drift.theirs && isFight === drift.isFight;
    if (isSame && refusal === null) return;
    await updateDrift(act.tx, drift, { ours, theirs, sealed, isFight });
  } else {
    await endDrift(act, drift, { state: 'gone' });
  }
  await queueDriftRepaint(act, drift.id);
}

function newDrift(
  act: Act,
  { thing, ours, theirs }: Compared,
  field: string,
  refusal: string | null,
): AzureDrift {
  const [here, there] = [ours && fingerprintsOf(ours), theirs && fingerprintsOf(theirs)];
  const known = ours ?? theirs;
  const isThere = field === EXISTS;
  const shown: ShownDrift = {
    label: known ? labelOf(known) : thing.azureId,
    ours: isThere ? (ours ? '' : null) : shownValue(ours, field),
    theirs: isThere ? (theirs ? '' : null) : shownValue(theirs, field),
    ...(refusal === null ? {} : { refusal }),
  };
  return {
    ...{
      serviceId: thing.serviceId,
      id: newId(act.now, act.random),
      kind: thing.kind,
      thingId: thing.id,
      field,
    },
    ours: isThere ? (ours ? 'yes' : 'no') : (here?.[field] ?? ''),
    theirs: isThere ? (theirs ? 'yes' : 'no') : (there?.[field] ?? ''),
    sealed: sealText(act.keyring, SEALED_AS, JSON.stringify(shown), act.random),
    isFight: isFight(thing.memory, field, act.now.getTime()),
    ...{ changedBy: null, changedAt: null, state: 'open', settledBy: '', settledByName: '', version: 1 },
    ...{ foundAt: act.now, endedAt: null },
  };
}
