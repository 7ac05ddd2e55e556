import { updateWebhook } from '../../db/webhooks/webhooks.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { ADMINS, defineOperation, input } from '../frame/operation.ts';
import { holdWebhook, viewWebhook, webhookId } from './webhook.ts';

/**
 * Sends again, and what happened in the last three days while it was paused too.
 * Errors: `webhook_not_found`, `webhook_changed`, `webhook_state_unfitting`.
 */
export const resumeWebhook = defineOperation({
  name: 'webhooks/resume',
  allowed: ADMINS,
  effect: 'change',
  input: { webhookId, expectedVersion: input.expectedVersion },
  async run(act, { webhookId: id, expectedVersion }) {
    const webhook = await holdWebhook(act, id, expectedVersion);
    if (webhook.state === 'active')
      throw new DomainError('webhook_state_unfitting', { current: { state: 'active' } });
    const resumed = await updateWebhook(act.tx, webhook, {
      ...{ state: 'active', pausedBecause: null, changedAt: act.now },
      ...{ failingSince: null, untold: null, toldAt: null },
    });
    act.record({
      target: { kind: 'webhook', id },
      before: { state: 'paused' },
      after: { state: 'active' },
      isAnnounced: true,
    });
    return { webhook: viewWebhook(act, resumed) };
  },
});
