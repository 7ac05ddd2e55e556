import { z } from 'zod';
import { listThings } from '../../db/azure/things.ts';
import { MIRRORED_KINDS } from '../../domain/azure-mirror.ts';
import type { MirroredRecord } from '../../domain/azure-record.ts';
import { defineOperation } from '../frame/operation.ts';
import { matchOurs } from './match-ours.ts';
import { MAX_OBSERVED } from './observe.ts';
import { findOurs } from './ours.ts';
import { fingerprintsOf, isMirrored, labelOf } from './record-fields.ts';

/** One thing of an instance beside ours. */
export type ComparedThing = {
  id: string;
  label: string;
  /** Null: it is only there. */
  ourId: string | null;
  /** The fields that differ; none: both are the same. */
  differs: string[];
};

/**
 * Compares what an instance has with what is here, and remembers nothing: for a look at another instance before the service
 * is bound to it. Azure's own things are left out.
 */
export const compareInstance = defineOperation({
  name: 'azure/compare-instance',
  allowed: ['console'],
  effect: 'read',
  input: {
    kind: z.enum(MIRRORED_KINDS),
    records: z.array(z.custom<MirroredRecord>()).max(MAX_OBSERVED),
    withKeys: z.boolean().default(false),
  },
  async run(act, { kind, records, withKeys }): Promise<ComparedThing[]> {
    const seen = new Map(
      records.filter(isMirrored).map((record) => [record.id.toLowerCase(), { id: record.id, record }]),
    );
    const things = await listThings(act.tx, { serviceId: act.service.id, kind, ids: [...seen.keys()] });
    const known = new Map(things.map((thing) => [thing.id, thing]));
    const matches = await matchOurs(act, kind, seen, known);
    const ourIds = [...matches.values()].flatMap((id) => id ?? []);
    const ours = await findOurs(act, kind, ourIds, withKeys);
    return [...seen].map(([lower, { id, record }]) => {
      const ourId = matches.get(lower) ?? null;
      const here = ourId === null ? undefined : ours.get(ourId);
      const label = labelOf(record);
      if (!here) return { id, label, ourId: null, differs: [] };
      const [one, other] = [fingerprintsOf(here), fingerprintsOf(record)];
      const differs = Object.keys(one).filter((field) => field in other && one[field] !== other[field]);
      return { id, label, ourId, differs };
    });
  },
});
