import { z } from 'zod';
import { findInstance, type MirrorMode } from '../../db/azure/instances.ts';
import { type AzureOrder, findNextDue, leaseNextOrder } from '../../db/azure/orders.ts';
import { listThingsOfOurs } from '../../db/azure/things.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import { holdLock } from '../../db/rows.ts';
import { isSameInstance } from '../../domain/azure-instance.ts';
import type { ThingMemory } from '../../domain/azure-mirror.ts';
import type { MirroredRecord } from '../../domain/azure-record.ts';
import { type Act, defineOperation, SYSTEM } from '../frame/operation.ts';
import { findOurs } from './ours.ts';

/** Longer than all requests for one thing take. Afterwards another process may send the order of a killed one. */
const LEASE_MS = 60_000;
/** When an order that is due can't be sent yet: another process sends one of its lane. */
const LOOK_AGAIN_MS = 1_000;

export type ClaimedOrder = Pick<AzureOrder, 'number' | 'revision' | 'kind' | 'ourId' | 'attempts'> & {
  mode: MirrorMode;
  /** Azure's id of the thing; null when neither side has it. */
  azureId: string | null;
  /** What we have; null when it was deleted here. */
  ours: MirroredRecord | null;
  /** Null while Azure was never seen to have it. */
  known: { memory: ThingMemory; writtenAt: Date | null } | null;
};

/**
 * Leases the next order of a half for a minute. Null when there is none to send now: none waits, the mode forbids it, the
 * service is bound to another instance by now, or Azure asked for silence. Then it queues the job that sends the next one. With `isLast` it leases none.
 */
export const claimOrder = defineOperation({
  name: 'azure/claim-order',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: {
    /** Of the instance that the caller writes to. */
    path: z.string(),
    half: z.int().min(0).max(1),
    withKeys: z.boolean().default(false),
    isLast: z.boolean().default(false),
  },
  async run(act, { path, half, withKeys, isLast }): Promise<ClaimedOrder | null> {
    const serviceId = act.service.id;
    const instance = await findInstance(act.tx, serviceId);
    if (!instance || instance.mode === 'watch' || !isSameInstance(instance.path, path)) return null;
    const { holdUntil } = instance;
    if (isLast || (holdUntil && holdUntil > act.now)) {
      await queueNext(act, half, holdUntil ?? act.now);
      return null;
    }
    await holdLock(act.tx, `orders ${half} for Azure of ${serviceId}`);
    const order = await leaseNextOrder(act.tx, { serviceId, half, leaseMs: LEASE_MS });
    if (!order) {
      await queueNext(act, half, new Date(act.now.getTime() + LOOK_AGAIN_MS));
      return null;
    }
    const { number, revision, kind, ourId, attempts } = order;
    const [thing] = await listThingsOfOurs(act.tx, { serviceId, kind, ourIds: [ourId] });
    const ours = (await findOurs(act, kind, [ourId], withKeys)).get(ourId) ?? null;
    return {
      ...{ number, revision, kind, ourId, attempts, mode: instance.mode, ours },
      azureId: thing?.azureId ?? ours?.id ?? null,
      known: thing ? { memory: thing.memory, writtenAt: thing.writtenAt } : null,
    };
  },
});

/** A change that comes later queues a job of its own. */
async function queueNext(act: Act, half: number, earliest: Date): Promise<void> {
  const serviceId = act.service.id;
  const due = await findNextDue(act.tx, { serviceId, half });
  if (!due) return;
  const runAt = due > earliest ? due : earliest;
  await addJob(act.tx, 'azure-send', { serviceId, half }, { runAt });
}
