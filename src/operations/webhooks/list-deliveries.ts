import { z } from 'zod';
import { listDeliveries } from '../../db/webhooks/deliveries.ts';
import { findWebhook } from '../../db/webhooks/webhooks.ts';
import { DomainError } from '../../domain/domain-error.ts';
import * as lists from '../frame/lists.ts';
import { ADMINS, defineOperation, input } from '../frame/operation.ts';
import { viewWebhook, webhookId } from './webhook.ts';

const DELIVERIES_A_PAGE = 20;

/** A page of what a webhook got or should get, newest first: of the last 30 days. Errors: `webhook_not_found`. */
export const listWebhookDeliveries = defineOperation({
  name: 'webhooks/list-deliveries',
  allowed: ADMINS,
  effect: 'read',
  input: {
    webhookId,
    state: z.enum(['waiting', 'delivered', 'failed']).optional(),
    ...lists.pageInput(DELIVERIES_A_PAGE, input.rowId),
  },
  async run(act, { webhookId: id, state, ...wanted }) {
    const serviceId = act.service.id;
    const webhook = await findWebhook(act.tx, serviceId, id);
    if (!webhook) throw new DomainError('webhook_not_found');
    const list = listDeliveries(act.tx, { serviceId, webhookId: id, state });
    const { page, ...more } = await lists.readPage(wanted, list);
    const deliveries = page.map(({ serviceId: _s, leasedUntil: _l, ...delivery }) => delivery);
    return { webhook: viewWebhook(act, webhook), deliveries, ...more };
  },
});
