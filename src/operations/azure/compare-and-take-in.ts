// One step of the mirror: compares what was read in Azure, takes in what was decided there, and remembers how that ended.
import { storable } from '../../db/connection/read-together.ts';
import type { Context } from '../frame/context.ts';
import { noteAzureRefusal } from './note-refusal.ts';
import { type Observed, observeAzure } from './observe.ts';
import { takeIn } from './take-in.ts';

type Read = Parameters<typeof observeAzure>[1];

/** Repeating it does no harm. Returns what came of each thing at last. */
export async function compareAndTakeIn(context: Context, given: Read): Promise<Observed[]> {
  const observations = JSON.parse(JSON.stringify(given.observations, storable)) as Read['observations'];
  const read = { ...given, observations };
  const observed = await observeAzure(context, read);
  const taken = observed.filter(({ take }) => take.length > 0);
  if (taken.length === 0) return observed;
  const refused = await takeIn(context, taken, read.withKeys ?? false);
  const ids = taken.map(({ id }) => id);
  const again = read.observations.filter(({ id }) => ids.includes(id.toLowerCase()));
  const after = await observeAzure(context, { ...read, observations: again });
  for (const { id, field, words } of refused) {
    const now = after.find((one) => one.id === id);
    if (now) await noteAzureRefusal(context, { kind: read.kind, observed: now, field, words });
  }
  return observed.map((one) => after.find(({ id }) => id === one.id) ?? one);
}
