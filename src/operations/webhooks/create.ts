import { z } from 'zod';
import { findLastLink } from '../../db/audit/links.ts';
import { newId } from '../../db/ids.ts';
import { holdWebhooks, insertWebhook, listWebhooks } from '../../db/webhooks/webhooks.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { newWebhookSecret } from '../../events/signature.ts';
import { ADMINS, defineOperation } from '../frame/operation.ts';
import {
  auditOf,
  demandNewName,
  demandWebhookUrl,
  MAX_WEBHOOKS,
  sealSecret,
  viewWebhook,
  webhookName,
  webhookTypes,
  webhookUrl,
} from './webhook.ts';

/**
 * Makes a webhook, which gets what happens from now on. Only this result holds its `secret`. Without `types` it gets every
 * type. At most 20.
 * Errors: `webhook_name_taken`; `limit_reached`; `invalid_input` for an address that isn't on the internet.
 */
export const createWebhook = defineOperation({
  name: 'webhooks/create',
  allowed: ADMINS,
  effect: 'change',
  input: {
    name: webhookName,
    url: webhookUrl,
    types: webhookTypes.default([]),
    includesPersonal: z.boolean().default(false),
  },
  async run(act, { name, url: typed, types, includesPersonal }) {
    const serviceId = act.service.id;
    const url = demandWebhookUrl(act, typed);
    await holdWebhooks(act.tx, serviceId);
    if ((await listWebhooks(act.tx, serviceId)).length >= MAX_WEBHOOKS)
      throw new DomainError('limit_reached', { limit: `${MAX_WEBHOOKS} webhooks` });
    await demandNewName(act, name);
    const secret = newWebhookSecret(act.random);
    const webhook = await insertWebhook(act.tx, {
      ...{ serviceId, id: newId(act.now, act.random), name, url, types, includesPersonal },
      state: 'active',
      sealedSecret: sealSecret(act, secret),
      position: (await findLastLink(act.tx, serviceId))?.number ?? 0,
      sendsSince: act.now,
      ...{ createdAt: act.now, createdBy: act.actorName, changedAt: act.now },
    });
    if (!webhook) throw new DomainError('webhook_name_taken');
    act.record({
      target: { kind: 'webhook', id: webhook.id },
      after: auditOf(webhook),
      isAnnounced: true,
    });
    return { webhook: viewWebhook(act, webhook), secret };
  },
});
