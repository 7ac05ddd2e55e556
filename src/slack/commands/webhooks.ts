import { DomainError } from '../../domain/domain-error.ts';
import { createWebhook } from '../../operations/webhooks/create.ts';
import { deleteWebhook } from '../../operations/webhooks/delete.ts';
import { editWebhook } from '../../operations/webhooks/edit.ts';
import { listWebhooks } from '../../operations/webhooks/list.ts';
import { listWebhookDeliveries } from '../../operations/webhooks/list-deliveries.ts';
import { pauseWebhook } from '../../operations/webhooks/pause.ts';
import { redeliverEvent } from '../../operations/webhooks/redeliver.ts';
import { resumeWebhook } from '../../operations/webhooks/resume.ts';
import { rotateWebhookSecret } from '../../operations/webhooks/rotate-secret.ts';
import { sendTestEvent } from '../../operations/webhooks/send-test.ts';
import type { Feature, SlackRequest } from '../frame/feature.ts';
import { definePages } from '../frame/pages.ts';
import { webhookIn } from '../frame/reference.ts';
import { openModalFor } from '../frame/role.ts';
import { createWebhookModal, editWebhookModal, webhookErrors, webhookInput } from '../modals/webhook.ts';
import { button } from '../present/blocks.ts';
import { escapeText } from '../present/text.ts';
import { deliveryRow, secretMessage, type Webhook, webhookMessage, webhookRow } from '../present/webhook.ts';

const ABOUT =
  'Other systems hear of what happens here: signed, in CloudEvents, tried again for three days. Programs can also read it: `GET /events`.';

/** There are few, so they are on one page. */
const pages = definePages('webhooks', async (request) => {
  const all = await listWebhooks(request.context, {});
  return {
    title: 'Webhooks',
    rows: all.map(webhookRow),
    next: null,
    count: all.length,
    none: 'There are no webhooks yet.',
    note: ABOUT,
    buttons: [button('webhook-create', 'Make a webhook', '-', { style: 'primary' })],
  };
});

type DeliveryQuery = { webhookId: string; state?: 'failed' | 'waiting' };

const deliveryPages = definePages<DeliveryQuery>('webhook-deliveries', async (request, query, page) => {
  const { webhookId, state } = query;
  const found = await listWebhookDeliveries(request.context, {
    ...page,
    webhookId,
    ...(state ? { state } : {}),
  });
  const filter = (text: string, only?: DeliveryQuery['state']) => ({
    text,
    query: { webhookId, ...(only ? { state: only } : {}) },
    isChosen: state === only,
  });
  return {
    title: `Deliveries of ${escapeText(found.webhook.name)}`,
    rows: found.deliveries.map(deliveryRow),
    next: found.next,
    count: found.count,
    none: state ? `No event is ${state}.` : 'Nothing was sent in the last 30 days.',
    filters: [filter('All'), filter('Failed', 'failed'), filter('Waiting', 'waiting')],
    note: 'An event that is sent again has the same id, so a receiver can tell.',
  };
});

async function webhookOf(request: SlackRequest, id: string): Promise<Webhook> {
  const found = (await listWebhooks(request.context, {})).find((one) => one.id === id);
  if (!found) throw new DomainError('webhook_not_found');
  return found;
}

/** Shows a webhook as it is now, with what was done to it. */
const show = async (request: SlackRequest, id: string, text?: string) =>
  request.reply(webhookMessage(await webhookOf(request, id), text));

export const webhooksFeature: Feature = {
  command: {
    name: 'webhooks',
    aliases: ['webhook', 'events', 'hooks'],
    usage: 'webhooks',
    summary:
      'Lists the webhooks, through which other systems hear of what happens; admins make and change them.',
    example: '/apim-user webhooks',
    who: 'admins',
    run: async (request) => request.reply(await pages.first(request, {})),
  },
  buttons: {
    'menu-webhooks': async (request) => request.reply(await pages.first(request, {})),
    ...pages.buttons,
    'webhook-show': (request, webhookId) => show(request, webhookId),
    'webhook-create': (request) => openModalFor(request, createWebhook, {}, createWebhookModal),
    'webhook-edit': (request, webhookId) =>
      openModalFor(request, editWebhook, { webhookId }, async (attempting) =>
        editWebhookModal(await webhookOf(attempting, webhookId)),
      ),
    'webhook-pause': async (request, value) => {
      const { webhook } = await pauseWebhook(request.context, webhookIn(value));
      await show(
        request,
        webhook.id,
        `Paused *${escapeText(webhook.name)}*. What happens now is sent when you resume it within three days.`,
      );
    },
    'webhook-resume': async (request, value) => {
      const { webhook } = await resumeWebhook(request.context, webhookIn(value));
      await show(
        request,
        webhook.id,
        `Resumed *${escapeText(webhook.name)}*. It gets what happened in the last three days, too.`,
      );
    },
    'webhook-test': async (request, webhookId) => {
      const { name } = await sendTestEvent(request.context, { webhookId });
      await show(
        request,
        webhookId,
        `Sending a test to *${escapeText(name)}*. *Deliveries* shows how it ends.`,
      );
    },
    'webhook-rotate': async (request, value) => {
      const { webhook, secret } = await rotateWebhookSecret(request.context, webhookIn(value));
      const what = `Made a new secret for *${escapeText(webhook.name)}*. The former one signs too for 24 hours.`;
      await request.reply(secretMessage(await webhookOf(request, webhook.id), secret, what));
    },
    'webhook-delete': async (request, value) => {
      const { name } = await deleteWebhook(request.context, webhookIn(value));
      await request.reply({ text: `Deleted the webhook *${escapeText(name)}*.` });
    },
    'webhook-deliveries': async (request, webhookId) =>
      request.reply(await deliveryPages.first(request, { webhookId })),
    ...deliveryPages.buttons,
    'webhook-redeliver': async (request, deliveryId) => {
      const { name, type } = await redeliverEvent(request.context, { deliveryId });
      await request.reply({ text: `Sending \`${escapeText(type)}\` again to *${escapeText(name)}*.` });
    },
  },
  submissions: {
    'webhook-create': {
      check: webhookErrors,
      async run(request, values) {
        const { webhook, secret } = await createWebhook(request.context, webhookInput(values));
        const what = `Made the webhook *${escapeText(webhook.name)}*. It gets what happens from now on.`;
        return secretMessage(await webhookOf(request, webhook.id), secret, what);
      },
    },
    'webhook-edit': {
      check: webhookErrors,
      async run(request, values, metadata) {
        const { webhook } = await editWebhook(request.context, {
          ...webhookIn(metadata),
          ...webhookInput(values),
        });
        const text = `Saved the webhook *${escapeText(webhook.name)}*.`;
        return webhookMessage(await webhookOf(request, webhook.id), text);
      },
    },
  },
};
