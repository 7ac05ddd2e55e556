import { z } from 'zod';
import { listWanted } from '../../db/azure/outbound.ts';
import { MIRRORED_KINDS } from '../../domain/azure-mirror.ts';
import { defineOperation } from '../frame/operation.ts';
import { namesOf } from './our-names.ts';

const IDS_A_PAGE = 500;

/** A page of what an instance would have to have of ours, in the order of our ids. */
export const listOurs = defineOperation({
  name: 'azure/list-ours',
  allowed: ['console'],
  effect: 'read',
  input: { kind: z.enum(MIRRORED_KINDS), after: z.string().max(300).optional() },
  async run(act, { kind, after }) {
    const ids = await listWanted(act.tx, {
      ...{ serviceId: act.service.id, kind, after: after ?? null },
      limit: IDS_A_PAGE,
    });
    const names = await namesOf(
      act,
      ids.map((ourId) => ({ kind, ourId })),
    );
    return {
      ours: ids.map((id) => ({ id, label: names.get(`${kind} ${id}`)?.name ?? id })),
      next: ids.length < IDS_A_PAGE ? null : (ids.at(-1) ?? null),
    };
  },
});
