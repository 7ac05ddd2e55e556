// `POST /azure/events`: Event Grid tells that something changed in Azure. What changed is read there, never taken from here.
import { Hono } from 'hono';
import { z } from 'zod';
import type { MirroredKind } from '../domain/azure-mirror.ts';
import { HttpRefusal } from './refusal.ts';
import type { WebEnv } from './request-facts.ts';

/** Event Grid's largest delivery. */
export const MAX_AZURE_EVENT_BYTES = 1_048_576;
const MAX_EVENTS = 5_000;

type EventTarget = {
  /** The instance: `/subscriptions/…/service/NAME`. Events of others are ignored. */
  path: string;
  /** Something changed; it may be gone. */
  note(thing: AzureThingName): Promise<void>;
};
type AzureThingName = { kind: MirroredKind; id: string };

const events = z
  .array(
    z.object({
      eventType: z.string(),
      data: z
        .object({ validationCode: z.string().optional(), resourceUri: z.string().optional() })
        .default({}),
    }),
  )
  .max(MAX_EVENTS);

const KINDS: Readonly<Record<string, MirroredKind>> = {
  users: 'account',
  groups: 'group',
  products: 'product',
  apis: 'api',
  subscriptions: 'subscription',
  templates: 'template',
  notifications: 'notification',
};

/**
 * `targetOf` finds whose `AZURE_EVENTS_SECRET` a bearer token is. Answers 401 without one, and 200 also for events of no
 * interest, since Event Grid would repeat them.
 */
export function createAzureWebhook(targetOf: (token: string) => EventTarget | null): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  app.post('/', async (c) => {
    const [, token] = /^Bearer ([\x21-\x7e]+)$/i.exec(c.req.header('authorization') ?? '') ?? [];
    const target = token === undefined ? null : targetOf(token);
    if (!target) return c.body(null, 401);
    const received = events.safeParse(await c.req.json().catch(() => null));
    if (!received.success) throw new HttpRefusal('bad_request');
    const validation = received.data.find(({ eventType }) => eventType === VALIDATION);
    if (validation) return c.json({ validationResponse: validation.data.validationCode ?? '' });
    const things = received.data.flatMap(({ data }) => thingAt(target.path, data.resourceUri ?? '') ?? []);
    const named = new Map(things.map((thing) => [`${thing.kind} ${thing.id}`, thing]));
    for (const thing of named.values()) await target.note(thing);
    return c.body(null, 200);
  });
  return app;
}

const VALIDATION = 'Microsoft.EventGrid.SubscriptionValidationEvent';

/** The thing that an event is about; null for one that isn't mirrored. Azure compares paths without case. */
function thingAt(path: string, uri: string): AzureThingName | null {
  if (!uri.toLowerCase().startsWith(`${path.toLowerCase()}/`)) return null;
  const [, collection = '', segment = ''] =
    /^\/([a-z]+)\/([^/?#]{1,512})$/i.exec(uri.slice(path.length)) ?? [];
  const kind = KINDS[collection.toLowerCase()];
  const id = idIn(segment);
  return kind && id ? { kind, id } : null;
}

/** Without the revision that Azure writes behind the id of an API. Null for a segment that can't be decoded. */
function idIn(segment: string): string | null {
  try {
    const id = decodeURIComponent(segment).replace(/;rev=.*$/i, '');
    return id.length > 0 && id.length <= 256 && !/[/\p{Cc}]/u.test(id) ? id : null;
  } catch {
    return null;
  }
}
