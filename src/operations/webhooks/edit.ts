import { z } from 'zod';
import { holdWebhooks, updateWebhook } from '../../db/webhooks/webhooks.ts';
import { ADMINS, defineOperation, input } from '../frame/operation.ts';
import {
  auditOf,
  demandNewName,
  demandWebhookUrl,
  holdWebhook,
  viewWebhook,
  webhookId,
  webhookName,
  webhookTypes,
  webhookUrl,
} from './webhook.ts';

/**
 * Changes what is given. What waits goes to the new address, and keeps its type.
 * Errors: `webhook_not_found`, `webhook_changed`, `webhook_name_taken`, `invalid_input`.
 */
export const editWebhook = defineOperation({
  name: 'webhooks/edit',
  allowed: ADMINS,
  effect: 'change',
  input: {
    webhookId,
    name: webhookName.optional(),
    url: webhookUrl.optional(),
    types: webhookTypes.optional(),
    includesPersonal: z.boolean().optional(),
    expectedVersion: input.expectedVersion,
  },
  async run(act, { webhookId: id, expectedVersion, name, url, types, includesPersonal }) {
    await holdWebhooks(act.tx, act.service.id);
    const webhook = await holdWebhook(act, id, expectedVersion);
    if (name !== undefined) await demandNewName(act, name, id);
    const change = {
      name: name ?? webhook.name,
      url: url === undefined ? webhook.url : demandWebhookUrl(act, url),
      types: types ?? webhook.types,
      includesPersonal: includesPersonal ?? webhook.includesPersonal,
    };
    const edited = await updateWebhook(act.tx, webhook, { ...change, changedAt: act.now });
    act.record({
      target: { kind: 'webhook', id },
      before: auditOf(webhook),
      after: auditOf(edited),
      isAnnounced: true,
    });
    return { webhook: viewWebhook(act, edited) };
  },
});
