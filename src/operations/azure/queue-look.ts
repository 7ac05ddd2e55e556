import { z } from 'zod';
import { findInstance } from '../../db/azure/instances.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import { MIRRORED_KINDS } from '../../domain/azure-mirror.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';

/** Queues a look at one thing in Azure, at once or later. Looks at one thing that wait together become one. */
export const queueLook = defineOperation({
  name: 'azure/queue-look',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: {
    kind: z.enum(MIRRORED_KINDS),
    id: z.string().min(1).max(256),
    notBefore: z.date().nullable().default(null),
  },
  async run(act, { kind, id, notBefore }) {
    const serviceId = act.service.id;
    if (await findInstance(act.tx, serviceId))
      await addJob(act.tx, 'azure-look', { serviceId, kind, id }, { runAt: notBefore });
  },
});
