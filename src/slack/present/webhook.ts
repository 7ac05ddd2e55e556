// Webhooks, what they got, and the secret of one, as admins see them.
import type { KnownBlock } from '@slack/types';
import type { listWebhooks } from '../../operations/webhooks/list.ts';
import type { listWebhookDeliveries } from '../../operations/webhooks/list-deliveries.ts';
import { buttonValue } from '../frame/reference.ts';
import { actions, button, context, type Message, section } from './blocks.ts';
import { cut, escapeText, formatDate } from './text.ts';

export type Webhook = Awaited<ReturnType<typeof listWebhooks>>[number];
type Delivery = Awaited<ReturnType<typeof listWebhookDeliveries>>['deliveries'][number];

const MAX_PLACE_SHOWN = 120;
const MAX_TYPES_SHOWN = 10;

/** Without the query, which often has a secret. */
function placeOf({ url }: Pick<Webhook, 'url'>): string {
  const { host, pathname, search } = new URL(url);
  return escapeText(cut(`${host}${pathname}`, MAX_PLACE_SHOWN)) + (search ? '?…' : '');
}

const PAUSED: Record<NonNullable<Webhook['pausedBecause']>, string> = {
  operator: 'paused',
  gone: 'paused: its receiver says that it is gone for good',
  failing: 'paused: its receiver has failed for five days',
};

function stateOf({ state, pausedBecause, failingSince, waiting }: Webhook): string {
  const queue = waiting === 0 ? '' : `, ${waiting === 1 ? '1 event waits' : `${waiting} events wait`}`;
  if (state === 'paused') return PAUSED[pausedBecause ?? 'operator'];
  return `${failingSince ? `*failing* since ${formatDate(failingSince)}` : 'active'}${queue}`;
}

export const webhookRow = (webhook: Webhook): KnownBlock[] => [
  {
    ...section(`*${escapeText(webhook.name)}* · ${placeOf(webhook)}\n${stateOf(webhook)}`),
    accessory: button('webhook-show', 'Open', webhook.id, { label: `Open ${webhook.name}` }),
  },
];

/** One webhook, with everything that can be done to it. `text` says what was done just now. */
export function webhookMessage(webhook: Webhook, text?: string): Message & { blocks: KnownBlock[] } {
  const { id, name, types, includesPersonal, last, createdAt, createdBy, formerSecretUntil } = webhook;
  const shown = types.slice(0, MAX_TYPES_SHOWN).map((type) => `\`${escapeText(type)}\``);
  const more = types.length > MAX_TYPES_SHOWN ? ` and ${types.length - MAX_TYPES_SHOWN} more` : '';
  const facts = [
    `*${escapeText(name)}* · ${placeOf(webhook)}`,
    `State: ${stateOf(webhook)}`,
    `Events: ${types.length === 0 ? 'all' : `${shown.join(', ')}${more}`}`,
    `Names and emails: ${includesPersonal ? '*included*' : 'left out'}`,
    ...(last?.settledAt ? [`Last event: ${last.state}, ${formatDate(last.settledAt)}`] : []),
    ...(formerSecretUntil ? [`The former secret signs too until ${formatDate(formerSecretUntil)}`] : []),
  ];
  return {
    text: text ?? `Webhook ${name}`,
    blocks: [
      ...(text ? [section(text)] : []),
      section(facts.join('\n')),
      context(`Made by ${escapeText(createdBy)}, ${formatDate(createdAt)}`),
      actions(buttonsOf(webhook, id)),
    ],
  };
}

function buttonsOf(webhook: Webhook, id: string) {
  const { name, state } = webhook;
  const value = buttonValue(webhook);
  const isActive = state === 'active';
  return [
    button('webhook-deliveries', 'Deliveries', id, { label: `Deliveries of ${name}` }),
    ...(isActive ? [button('webhook-test', 'Send a test', id, { label: `Send a test to ${name}` })] : []),
    button('webhook-edit', 'Edit', id, { label: `Edit ${name}` }),
    isActive
      ? button('webhook-pause', 'Pause', value, { label: `Pause ${name}` })
      : button('webhook-resume', 'Resume', value, { style: 'primary', label: `Resume ${name}` }),
    button('webhook-rotate', 'New secret', value, {
      label: `New secret for ${name}`,
      ask: { text: 'You see the new secret once. The present one signs too for 24 hours.', yes: 'Make one' },
    }),
    button('webhook-delete', 'Delete', value, {
      style: 'danger',
      label: `Delete ${name}`,
      ask: { text: `${name} gets nothing more, also not what waits for it.`, yes: 'Delete' },
    }),
  ];
}

/** Only this message has the secret. */
export const secretMessage = (webhook: Webhook, secret: string, what: string): Message => {
  const { blocks } = webhookMessage(webhook);
  const text = `${what} Its secret, which is shown only now:`;
  return {
    text,
    blocks: [
      section(`${text}\n\`\`\`${secret}\`\`\``),
      context('Keep it where the receiver reads it: it verifies with it that an event is from here.'),
      ...blocks,
    ],
  };
};

const FAILURES: Readonly<Record<string, string>> = {
  private_address: 'its host leads to an address that is not public',
  not_https: 'its address is not https',
  name_unknown: 'its host is not known',
  connection_refused: 'nothing answers at its address',
  connection_lost: 'the connection was lost',
  certificate_refused: "its certificate can't be trusted",
  timeout: 'no answer within 15 seconds',
  not_http: 'its answer was no HTTP',
  secret_unreadable: "its secret can't be read any more: make a new one",
};

/** Why the last attempt failed; empty when there was none. */
function failureOf({ state, lastCode, lastStatus, attempts }: Delivery): string {
  if (state === 'delivered' || attempts === 0) return '';
  const why =
    lastStatus === null ? (FAILURES[lastCode ?? ''] ?? 'no answer yet') : `it answered ${lastStatus}`;
  return ` · ${why}`;
}

export function deliveryRow(delivery: Delivery): KnownBlock[] {
  const { id, type, number, state, attempts, queuedAt, settledAt, nextAttemptAt } = delivery;
  const times = attempts === 1 ? '1 attempt' : `${attempts} attempts`;
  const when =
    state === 'waiting'
      ? attempts === 0
        ? 'waiting'
        : `waiting, next attempt ${formatDate(nextAttemptAt)}`
      : `${state} ${formatDate(settledAt ?? queuedAt)}`;
  const head = `\`${escapeText(type)}\`${number === null ? '' : ` · number ${number}`}`;
  return [
    {
      ...section(`${head}\n${when} · ${times}${failureOf(delivery)}`),
      accessory: button('webhook-redeliver', 'Redeliver', id, { label: `Redeliver ${type}` }),
    },
  ];
}
