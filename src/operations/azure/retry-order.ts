import { z } from 'zod';
import { findInstance, updateInstance } from '../../db/azure/instances.ts';
import { type AzureOrder, findWaitingOrder, lockOrder, postponeOrder } from '../../db/azure/orders.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { defineOperation, OPERATORS } from '../frame/operation.ts';
import { queueRepaint, queueSubscriptionRepaint } from '../frame/outbox.ts';

/**
 * Sends an order for Azure that was refused, kept or waits, as soon as possible. When the thing has a later order that waits,
 * that one is sent.
 * Errors: `azure_order_not_found`; `azure_order_done`; `azure_only_watches` while nothing may be written.
 */
export const retryOrder = defineOperation({
  name: 'azure/retry-order',
  allowed: OPERATORS,
  effect: 'change',
  input: { number: z.int().positive() },
  async run(act, { number }) {
    const serviceId = act.service.id;
    const instance = await findInstance(act.tx, serviceId);
    const order = await lockOrder(act.tx, serviceId, number);
    if (!instance || !order) throw new DomainError('azure_order_not_found');
    if (instance.mode === 'watch') throw new DomainError('azure_only_watches');
    if (order.state === 'done') throw new DomainError('azure_order_done');
    const { kind, ourId } = order;
    const due = (await findWaitingOrder(act.tx, { serviceId, kind, ourId })) ?? order;
    await postponeOrder(act.tx, due, { waitMs: 0, attempts: 0 });
    // A person has reason to think that Azure answers again. What it asked for itself still holds.
    if (instance.trouble !== 'throttled') await updateInstance(act.tx, serviceId, { holdUntil: null });
    await addJob(act.tx, 'azure-send', { serviceId, half: due.half });
    if (kind === 'account') await queueRepaint(act, ourId);
    if (kind === 'subscription') await queueSubscriptionRepaint(act, ourId);
    act.record({
      target: { kind: targetKindOf(kind), id: ourId },
      before: { order: order.state, code: order.code },
    });
    return { kind, ourId };
  },
});

const targetKindOf = (kind: AzureOrder['kind']) => kind;
