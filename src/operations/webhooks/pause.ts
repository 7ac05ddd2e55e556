import { updateWebhook } from '../../db/webhooks/webhooks.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { ADMINS, defineOperation, input } from '../frame/operation.ts';
import { holdWebhook, viewWebhook, webhookId } from './webhook.ts';

/** Sends nothing more until it is resumed. Errors: `webhook_not_found`, `webhook_changed`, `webhook_state_unfitting`. */
export const pauseWebhook = defineOperation({
  name: 'webhooks/pause',
  allowed: ADMINS,
  effect: 'change',
  input: { webhookId, expectedVersion: input.expectedVersion },
  async run(act, { webhookId: id, expectedVersion }) {
    const webhook = await holdWebhook(act, id, expectedVersion);
    if (webhook.state === 'paused')
      throw new DomainError('webhook_state_unfitting', { current: { state: 'paused' } });
    const paused = await updateWebhook(act.tx, webhook, {
      ...{ state: 'paused', pausedBecause: 'operator', untold: null, changedAt: act.now },
    });
    act.record({
      target: { kind: 'webhook', id },
      before: { state: 'active' },
      after: { state: 'paused' },
      isAnnounced: true,
    });
    return { webhook: viewWebhook(act, paused) };
  },
});
