import { updateWebhook } from '../../db/webhooks/webhooks.ts';
import { newWebhookSecret } from '../../events/signature.ts';
import { ADMINS, defineOperation, input } from '../frame/operation.ts';
import { hoursAfter } from '../frame/outbox.ts';
import { FORMER_SECRET_HOURS, holdWebhook, sealSecret, viewWebhook, webhookId } from './webhook.ts';

/**
 * Replaces the secret. Only this result holds the new one. For 24 hours the former one signs too, so that the receiver can
 * be changed in between; one that was replaced before that ends at once.
 * Errors: `webhook_not_found`, `webhook_changed`.
 */
export const rotateWebhookSecret = defineOperation({
  name: 'webhooks/rotate-secret',
  allowed: ADMINS,
  effect: 'change',
  input: { webhookId, expectedVersion: input.expectedVersion },
  async run(act, { webhookId: id, expectedVersion }) {
    const webhook = await holdWebhook(act, id, expectedVersion);
    const secret = newWebhookSecret(act.random);
    const until = hoursAfter(act.now, FORMER_SECRET_HOURS);
    const changed = await updateWebhook(act.tx, webhook, {
      sealedSecret: sealSecret(act, secret),
      sealedFormerSecret: webhook.sealedSecret,
      formerSecretUntil: until,
      changedAt: act.now,
    });
    act.record({ target: { kind: 'webhook', id }, after: { formerSecretUntil: until }, isAnnounced: true });
    return { webhook: viewWebhook(act, changed), secret };
  },
});
