import { deleteWebhook as deleteWebhookRow } from '../../db/webhooks/webhooks.ts';
import { ADMINS, defineOperation, input } from '../frame/operation.ts';
import { auditOf, holdWebhook, webhookId } from './webhook.ts';

/** Deletes a webhook, what waits for it, and the list of what it got. Errors: `webhook_not_found`, `webhook_changed`. */
export const deleteWebhook = defineOperation({
  name: 'webhooks/delete',
  allowed: ADMINS,
  effect: 'change',
  input: { webhookId, expectedVersion: input.expectedVersion },
  async run(act, { webhookId: id, expectedVersion }) {
    const webhook = await holdWebhook(act, id, expectedVersion);
    await deleteWebhookRow(act.tx, webhook);
    act.record({ target: { kind: 'webhook', id }, before: auditOf(webhook), isAnnounced: true });
    return { webhookId: id, name: webhook.name };
  },
});
