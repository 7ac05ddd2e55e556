import { noteOfWebhook, updateWebhook } from '../../db/webhooks/webhooks.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';
import { holdWebhook, webhookId } from './webhook.ts';

/**
 * Tells the operators once that a webhook's events are given up, or pauses it and tells them: its receiver said that it is
 * gone for good (410), or has failed for five days. Errors: `webhook_not_found`.
 */
export const reportWebhookTrouble = defineOperation({
  name: 'webhooks/report-trouble',
  allowed: SYSTEM,
  effect: 'change',
  input: { webhookId },
  async run(act, { webhookId: id }) {
    const webhook = await holdWebhook(act, id);
    const { untold, failingSince, position, name } = webhook;
    if (untold === null || webhook.state === 'paused') return act.nothingChanged();
    const isPaused = untold !== 'given_up';
    if (isPaused)
      await updateWebhook(act.tx, webhook, {
        ...{ state: 'paused', pausedBecause: untold, untold: null, changedAt: act.now },
      });
    else await noteOfWebhook(act.tx, webhook, { untold: null, toldAt: act.now });
    act.record({
      target: { kind: 'webhook', id },
      before: { state: webhook.state },
      after: {
        ...{ name, trouble: untold, failingSince, number: position },
        ...(isPaused ? { state: 'paused' } : {}),
      },
      isAnnounced: true,
    });
  },
});
