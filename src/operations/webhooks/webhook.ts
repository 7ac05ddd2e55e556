// What the operations on webhooks share: their fields, the rules for an address, the secret, and what operators see.
import { z } from 'zod';
import { isWebhookNameTaken, lockWebhook, type Webhook } from '../../db/webhooks/webhooks.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { ALL_EVENT_TYPES } from '../../domain/event-types.ts';
import { isAllowedHost } from '../../events/send.ts';
import { isPrivateHost } from '../../security/public-address.ts';
import { isSealedNow, openSealedText, sealText } from '../../security/sealed-text.ts';
import type { Act } from '../frame/context.ts';
import { input } from '../frame/operation.ts';

export const MAX_WEBHOOKS = 20;
export const MAX_WEBHOOK_NAME_LENGTH = 60;
export const MAX_WEBHOOK_URL_LENGTH = 1_000;
/** How long a replaced secret signs too. */
export const FORMER_SECRET_HOURS = 24;

export const webhookId = input.rowId;
export const webhookName = input
  .trimmedText(MAX_WEBHOOK_NAME_LENGTH)
  .refine((text) => text !== '', 'is needed');
export const webhookUrl = z
  .string()
  .trim()
  .max(MAX_WEBHOOK_URL_LENGTH, `at most ${MAX_WEBHOOK_URL_LENGTH} characters`)
  .refine((text) => URL.canParse(text), 'must be an address such as https://crm.example.com/events');
export const webhookTypes = z
  .array(z.string().max(100))
  .max(ALL_EVENT_TYPES.length, 'names a type twice')
  .refine(
    (types) => types.every((type) => ALL_EVENT_TYPES.includes(type)),
    'has a type that no event has. docs/events.md lists them all',
  );

/**
 * Errors: `invalid_input` for an address that can't be called. Whether a name leads to a public address is checked at each
 * connection; this only says what can be seen in the address, while the person is there.
 */
export function demandWebhookUrl({ policy }: Act, text: string): string {
  const url = new URL(text);
  const isAllowed = isAllowedHost(url, policy.webhookHosts);
  const refuse = (fault: string) => new DomainError('invalid_input', { fields: { url: fault } });
  if (url.username || url.password) throw refuse('must not have a user or password in it');
  if (url.protocol !== 'https:' && !(isAllowed && url.protocol === 'http:'))
    throw refuse('must begin with https://');
  // A name without a dot is one of this network.
  if (!isAllowed && (isPrivateHost(url.hostname) || !/[.:]/.test(url.hostname)))
    throw refuse('must be on the internet. WEBHOOK_HOSTS can allow a host of your own');
  url.hash = '';
  return url.href;
}

/** Errors: `webhook_name_taken`. */
export async function demandNewName(act: Act, name: string, exceptId?: string): Promise<void> {
  const isTaken = await isWebhookNameTaken(act.tx, {
    ...{ serviceId: act.service.id, name },
    ...(exceptId === undefined ? {} : { exceptId }),
  });
  if (isTaken) throw new DomainError('webhook_name_taken');
}

/** Locks it. Errors: `webhook_not_found`; `webhook_changed` when it isn't the version that the person saw. */
export async function holdWebhook(act: Act, id: string, expectedVersion?: number): Promise<Webhook> {
  const webhook = await lockWebhook(act.tx, act.service.id, id);
  if (!webhook) throw new DomainError('webhook_not_found');
  if (expectedVersion !== undefined && webhook.version !== expectedVersion)
    throw new DomainError('webhook_changed');
  return webhook;
}

const PURPOSE = 'webhook';

export const sealSecret = ({ keyring, random }: Act, secret: string): string =>
  sealText(keyring, PURPOSE, secret, random);

/** The secrets that sign now, the newest first. Throws a `SealedTextError` when the key that sealed them is gone. */
export function secretsOf({ keyring, now }: Act, webhook: Webhook): string[] {
  const { sealedSecret, sealedFormerSecret, formerSecretUntil } = webhook;
  const isFormerGood = sealedFormerSecret !== null && formerSecretUntil !== null && formerSecretUntil > now;
  return [sealedSecret, ...(isFormerGood ? [sealedFormerSecret] : [])].map((sealed) =>
    openSealedText(keyring, PURPOSE, sealed),
  );
}

/** The secrets sealed again, where the previous root secret sealed one; null where it didn't. */
export function resealed(act: Act, webhook: Webhook) {
  const { keyring } = act;
  const { sealedSecret, sealedFormerSecret } = webhook;
  if ([sealedSecret, sealedFormerSecret].every((one) => one === null || isSealedNow(keyring, one)))
    return null;
  const again = (sealed: string) => sealSecret(act, openSealedText(keyring, PURPOSE, sealed));
  return {
    sealedSecret: again(sealedSecret),
    sealedFormerSecret: sealedFormerSecret === null ? null : again(sealedFormerSecret),
  };
}

export type WebhookView = Pick<
  Webhook,
  | 'id'
  | 'version'
  | 'name'
  | 'types'
  | 'includesPersonal'
  | 'state'
  | 'pausedBecause'
  | 'failingSince'
  | 'formerSecretUntil'
  | 'createdAt'
  | 'createdBy'
> & { url: string };

/** Without its secrets. */
export function viewWebhook(act: Act, webhook: Webhook): WebhookView {
  const { id, version, name, url, types, includesPersonal, state, pausedBecause, failingSince } = webhook;
  const { createdAt, createdBy, formerSecretUntil: until } = webhook;
  return {
    ...{ id, version, name, url, types, includesPersonal, state, pausedBecause, failingSince },
    ...{ createdAt, createdBy, formerSecretUntil: until !== null && until > act.now ? until : null },
  };
}

/** For the audit: an address can have a secret in its path or query. */
export const auditOf = ({ name, url, types, includesPersonal }: Omit<Webhook, 'id'> | WebhookValues) => ({
  ...{ name, host: new URL(url).host, types: [...types], includesPersonal },
});
export type WebhookValues = Pick<Webhook, 'name' | 'url' | 'types' | 'includesPersonal'>;
