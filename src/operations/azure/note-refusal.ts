import { z } from 'zod';
import { lockThings, saveThings } from '../../db/azure/things.ts';
import { EXISTS, MIRRORED_KINDS, noteRefusal } from '../../domain/azure-mirror.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';
import { updateDrifts } from './drifts.ts';
import type { Observed } from './observe.ts';
import { fingerprintsOf } from './record-fields.ts';

const MAX_WORDS_LENGTH = 300;

/**
 * Remembers that a rule here refused what Azure has, and opens a difference that says why. The field is tried again once
 * either side changes.
 */
export const noteAzureRefusal = defineOperation({
  name: 'azure/note-refusal',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: {
    kind: z.enum(MIRRORED_KINDS),
    observed: z.custom<Observed>(),
    field: z.string().max(100),
    words: z.string().transform((words) => words.slice(0, MAX_WORDS_LENGTH)),
  },
  async run(act, { kind, observed, field, words }) {
    const serviceId = act.service.id;
    const [thing] = await lockThings(act.tx, { serviceId, kind, ids: [observed.id] });
    if (!thing) return;
    const { ours, theirs } = observed;
    const at = (record: typeof ours) =>
      field === EXISTS ? (record ? 'yes' : 'no') : ((record && fingerprintsOf(record)[field]) ?? '');
    const memory = noteRefusal(thing.memory, field, { ours: at(ours), theirs: at(theirs) });
    await saveThings(act.tx, [{ ...thing, memory }]);
    const verdicts = { [field]: 'ask' as const };
    await updateDrifts(act, [{ thing: { ...thing, memory }, ours, theirs, verdicts }], words);
    return { isNoted: true };
  },
});
