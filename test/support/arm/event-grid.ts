// Azure Event Grid: the handshake with a webhook, and the events of API Management.
// https://learn.microsoft.com/azure/event-grid/event-schema-api-management
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../../chaos/random.ts';
import type { Asked, Json } from './exchange.ts';

const NAMES: Readonly<Record<string, string>> = {
  users: 'User',
  subscriptions: 'Subscription',
  products: 'Product',
  apis: 'API',
};
/** Azure waits 10 s, 30 s, a minute …; tests have less time. */
const RETRY_MS = [50, 200, 1_000, 3_000, 10_000];
/** What these answer is not sent again. */
const FINAL = [400, 401, 413];
const ANSWER_MS = 30_000;

type Delivery = { delayMs: number; lostShare: number; twiceShare: number };
export const PUNCTUAL: Delivery = { delayMs: 0, lostShare: 0, twiceShare: 0 };

export function createEventGrid(random: Random) {
  const stopped = new AbortController();
  let webhook: string | null = null;
  let ownHeaders: Record<string, string> = {};
  let delivery = PUNCTUAL;

  async function post(kind: 'SubscriptionValidation' | 'Notification', event: Json, count: number) {
    const response = await fetch(webhook ?? '', {
      method: 'POST',
      headers: {
        ...ownHeaders,
        'content-type': 'application/json; charset=utf-8',
        'aeg-event-type': kind,
        'aeg-delivery-count': String(count),
        'aeg-subscription-name': 'STAND-IN',
        'aeg-data-version': event.dataVersion,
        'aeg-metadata-version': event.metadataVersion,
      },
      body: JSON.stringify([event]),
      signal: AbortSignal.any([AbortSignal.timeout(ANSWER_MS), stopped.signal]),
    });
    return { status: response.status, body: await response.text() };
  }

  async function deliver(event: Json): Promise<void> {
    const signal = stopped.signal;
    await delay(delivery.delayMs, undefined, { signal });
    for (const [count, waitMs] of RETRY_MS.entries()) {
      const answer = await post('Notification', event, count).catch(() => null);
      if (answer && (answer.status < 300 || FINAL.includes(answer.status))) return;
      await delay(waitMs, undefined, { signal });
    }
  }

  return {
    setDelivery(wanted: Partial<Delivery>): void {
      delivery = { ...PUNCTUAL, ...wanted };
    },
    /**
     * As an administrator makes an event subscription; `headers` are its delivery properties. Throws when the webhook doesn't
     * agree.
     */
    async subscribe(url: string, topic: string, headers: Record<string, string> = {}): Promise<void> {
      webhook = url;
      ownHeaders = headers;
      const validationCode = crypto.randomUUID();
      const type = 'Microsoft.EventGrid.SubscriptionValidationEvent';
      const data = { validationCode, validationUrl: 'https://rp-test.eventgrid.azure.net/validate?id=x' };
      const event = eventOf({ topic, subject: '', type, data, dataVersion: '2' });
      const { status, body } = await post('SubscriptionValidation', event, 0);
      if (status === 200 && JSON.parse(body).validationResponse === validationCode) return;
      webhook = null;
      throw new Error(`the webhook did not validate: ${status} ${body.slice(0, 200)}`);
    },
    unsubscribe(): void {
      webhook = null;
    },
    /** Azure tells of users, subscriptions, products and APIs, and of nothing else that we mirror. */
    tell({ method, place }: Asked, status: number): void {
      const [kind = '', id, ...more] = place?.below.split('/') ?? [];
      const name = NAMES[kind.toLowerCase()];
      if (!webhook || !place || !name || id === undefined || more.length > 0) return;
      const verb = method === 'DELETE' ? 'Deleted' : status === 201 ? 'Created' : 'Updated';
      const event = eventOf({
        topic: place.base,
        subject: `/${place.below}`,
        type: `Microsoft.ApiManagement.${name}${verb}`,
        data: { resourceUri: `${place.base}/${place.below}` },
        dataVersion: '1',
      });
      if (random.chance(delivery.lostShare)) return;
      const times = random.chance(delivery.twiceShare) ? 2 : 1;
      for (let time = 0; time < times; time++) deliver(event).catch(() => {});
    },
    close: () => stopped.abort(),
  };
}

type Event = { topic: string; subject: string; type: string; data: Json; dataVersion: string };

const eventOf = ({ topic, subject, type, data, dataVersion }: Event): Json => ({
  id: crypto.randomUUID(),
  topic,
  subject,
  eventType: type,
  eventTime: new Date().toISOString(),
  data,
  dataVersion,
  metadataVersion: '1',
});
