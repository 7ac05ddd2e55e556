// Writes records to a service of Azure API Management: only what differs, and only while the ETag holds.
import { isDeepStrictEqual } from 'node:util';
import type { Mirrored } from '../domain/azure-record.ts';
import type { Connection } from './client.ts';
import { AzureFault, isMissing } from './fault.ts';
import type { ReadRecord, Written, WrittenKind } from './instance.ts';
import { writeLinks, writeMemberships, writeRecipients } from './write-links.ts';

type Was<Kind extends WrittenKind> = Pick<ReadRecord<Kind>, 'record' | 'etag'> | null;
type Writers = {
  [Kind in WrittenKind]: (wanted: Mirrored<Kind>, was: Was<Kind>, mayDelete: boolean) => Promise<Written>;
};

/** Refuses to overwrite what another program made since it was read. */
const ONLY_NEW = { requestOptions: { customHeaders: { 'If-None-Match': '*' } } };
const NO_MAIL = { notify: false };
// A PATCH names a value beside those that changed, because the SDK leaves out properties that are all null.

export function writersOf(connection: Connection, withKeys: boolean): Writers {
  const { client, at } = connection;
  return {
    async group(wanted, was) {
      const parts = groupParts(wanted);
      const { eTag } = was
        ? await patch(parts, groupParts(was.record), was.etag, (change) =>
            client.group.update(...at, wanted.id, was.etag, change),
          )
        : await client.group.createOrUpdate(...at, wanted.id, { ...parts, type: 'custom' }, ONLY_NEW);
      return { etag: eTag ?? null, kept: [] };
    },
    async product(wanted, was, mayDelete) {
      const { eTag } = was
        ? await changeProduct(connection, wanted, was)
        : await client.product.createOrUpdate(...at, wanted.id, productParts(wanted) as object, ONLY_NEW);
      const kept = await writeLinks(connection, wanted, was?.record ?? null, mayDelete);
      return { etag: eTag ?? null, kept };
    },
    async account(wanted, was, mayDelete) {
      const parts = accountParts(wanted);
      requireNames(was ? differing(parts, accountParts(was.record)) : parts);
      const { eTag } = was
        ? await patch(parts, accountParts(was.record), was.etag, (change) =>
            client.user.update(...at, wanted.id, was.etag, change),
          )
        : await client.user.createOrUpdate(...at, wanted.id, parts, { ...ONLY_NEW, ...NO_MAIL });
      const kept = await writeMemberships(connection, wanted, was?.record.groups ?? [], mayDelete);
      return { etag: eTag ?? null, kept };
    },
    subscription: (wanted, was) => writeSubscription(connection, wanted, was, withKeys),
    async template(wanted, was) {
      const parts = templateParts(wanted);
      // Every template is there, the default ones too, and `read` tells those as missing.
      const etag = was?.etag ?? (await requireDefault(connection, wanted.id));
      const before = was ? templateParts(was.record) : {};
      const { eTag } = await patch(parts, before, etag, (change) =>
        client.emailTemplate.update(...at, wanted.id, etag, change),
      );
      return { etag: eTag ?? null, kept: [] };
    },
    async notification(wanted, was, mayDelete) {
      return { etag: null, kept: await writeRecipients(connection, wanted, was?.record ?? null, mayDelete) };
    },
  };
}

const groupParts = ({ name, description }: Mirrored<'group'>) => ({ displayName: name, description });
const templateParts = ({ subject, body }: Mirrored<'template'>) => ({ subject, body });
const accountParts = ({ firstName, lastName, email, state, note }: Mirrored<'account'>) => ({
  firstName,
  lastName,
  email,
  state,
  note,
});
const productParts = (product: Mirrored<'product'>) => ({
  displayName: product.name,
  description: product.description,
  terms: product.terms,
  state: product.isPublished ? 'published' : 'notPublished',
  subscriptionRequired: product.isSubscriptionRequired,
  // Azure refuses them where no subscription is required.
  ...(product.isSubscriptionRequired
    ? { approvalRequired: product.isApprovalRequired, subscriptionsLimit: product.subscriptionsLimit }
    : {}),
});
const subscriptionParts = (subscription: Mirrored<'subscription'>, withKeys: boolean) => ({
  // Azure needs a name.
  displayName: subscription.name ?? subscription.id,
  scope: subscription.scope,
  ownerId: subscription.owner,
  state: subscription.state,
  ...(withKeys && subscription.primaryKey !== null ? { primaryKey: subscription.primaryKey } : {}),
  ...(withKeys && subscription.secondaryKey !== null ? { secondaryKey: subscription.secondaryKey } : {}),
});
/** What Azure doesn't take with a new subscription. */
const laterParts = ({ stateComment, endsAt }: Mirrored<'subscription'>) => ({
  stateComment,
  expirationDate: endsAt === null ? null : new Date(endsAt),
});

async function changeProduct(
  { client, at }: Connection,
  wanted: Mirrored<'product'>,
  was: NonNullable<Was<'product'>>,
) {
  const { isApprovalRequired, subscriptionsLimit, isSubscriptionRequired } = wanted;
  const send = (to: Mirrored<'product'>, from: Mirrored<'product'>, etag: string) =>
    patch(productParts(to), productParts(from), etag, (change) =>
      client.product.update(...at, wanted.id, etag, {
        ...change,
        subscriptionRequired: to.isSubscriptionRequired,
      }),
    );
  if (isSubscriptionRequired || !was.record.isSubscriptionRequired) return send(wanted, was.record, was.etag);
  // What only a required subscription has goes first, as it can't be named together with none.
  const before = { ...was.record, isApprovalRequired, subscriptionsLimit };
  const { eTag } = await send(before, was.record, was.etag);
  return send(wanted, before, eTag ?? '*');
}

async function writeSubscription(
  { client, at }: Connection,
  wanted: Mirrored<'subscription'>,
  was: Was<'subscription'>,
  withKeys: boolean,
): Promise<Written> {
  const parts = subscriptionParts(wanted, withKeys);
  let before: object;
  let etag = was?.etag ?? null;
  if (was) {
    before = { ...subscriptionParts(was.record, withKeys), ...laterParts(was.record) };
  } else {
    const made = await client.subscription.createOrUpdate(...at, wanted.id, parts as object, {
      ...ONLY_NEW,
      ...NO_MAIL,
    });
    etag = made.eTag ?? '*';
    before = { ...parts, stateComment: '', expirationDate: null };
  }
  const { scope } = parts;
  const { eTag } = await patch({ ...parts, ...laterParts(wanted) }, before, etag, (change) =>
    client.subscription.update(...at, wanted.id, etag ?? '*', { ...change, scope }, NO_MAIL),
  );
  return { etag: eTag ?? null, kept: [] };
}

/** Sends what differs, if anything does. What was changed or deleted since it was read is `changed`. */
async function patch(
  parts: object,
  before: object,
  etag: string | null,
  send: (change: object) => Promise<{ eTag?: string }>,
): Promise<{ eTag?: string | null }> {
  const change = differing(parts, before);
  if (Object.keys(change).length === 0) return { eTag: etag };
  try {
    return await send(change);
  } catch (error) {
    if (isMissing(error)) throw new AzureFault('changed', { words: 'It was deleted in Azure meanwhile.' });
    throw error;
  }
}

function differing<Parts extends object>(parts: Parts, before: object): Partial<Parts> {
  const former = new Map<string, unknown>(Object.entries(before));
  const changed = Object.entries(parts).filter(
    ([name, value]) => !isDeepStrictEqual(value, former.get(name)),
  );
  return Object.fromEntries(changed) as Partial<Parts>;
}

function requireNames({ firstName, lastName }: { firstName?: string; lastName?: string }): void {
  if (firstName !== '' && lastName !== '') return;
  throw new AzureFault('refused', {
    words: 'Azure needs a first and a last name, and this account has only one. Add the other one.',
  });
}

/** The ETag of a template that still has its default text. */
async function requireDefault({ client, at }: Connection, id: string): Promise<string> {
  const { isDefault, eTag } = await client.emailTemplate.get(...at, id);
  if (isDefault === false) throw new AzureFault('changed', { words: 'It was changed in Azure meanwhile.' });
  return eTag ?? '*';
}
