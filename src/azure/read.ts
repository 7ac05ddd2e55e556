// Reads records of a service of Azure API Management, or of another process of ours.
import type {
  ApiContract,
  EmailTemplateContract,
  GroupContract,
  NotificationContract,
  ProductContract,
  SubscriptionContract,
  UserContract,
} from '@azure/arm-apimanagement';
import pLimit from 'p-limit';
import type { MirroredKind } from '../domain/azure-mirror.ts';
import type { Mirrored } from '../domain/azure-record.ts';
import { keyColumns } from '../domain/key-names.ts';
import type { Connection } from './client.ts';
import { isMissing } from './fault.ts';

/** Keys and the parts of a product need a call each. */
const limitCalls = pLimit(4);

type Reader<Kind extends MirroredKind> = {
  page(cursor: string | null): Promise<{ records: Mirrored<Kind>[]; cursor: string | null }>;
  read(id: string): Promise<{ record: Mirrored<Kind>; etag: string } | null>;
};
type Readers = { [Kind in MirroredKind]: Reader<Kind> };

type Source<Contract, Kind extends MirroredKind> = {
  list: { byPage(settings: { continuationToken?: string }): AsyncIterator<Contract[]> };
  get(id: string): Promise<Contract & { eTag?: string }>;
  /** Null for what is no record. */
  record(contract: Contract): Promise<Mirrored<Kind> | null> | Mirrored<Kind> | null;
};

export function readersOf(connection: Connection, withKeys: boolean): Readers {
  return {
    group: groups(connection),
    api: apis(connection),
    product: products(connection),
    account: accounts(connection),
    subscription: subscriptions(connection, withKeys),
    template: templates(connection),
    notification: notifications(connection),
  };
}

function readerOf<Contract, Kind extends MirroredKind>(
  { nextOf }: Connection,
  source: () => Source<Contract, Kind>,
): Reader<Kind> {
  return {
    async page(cursor) {
      const { list, record } = source();
      const pages = list.byPage(cursor === null ? {} : { continuationToken: cursor });
      const page: Contract[] = (await pages.next()).value ?? [];
      const records = await limitCalls.map(page, async (one) => orMissing(async () => record(one)));
      return { records: records.filter((one) => one !== null), cursor: nextOf(page) ?? null };
    },
    read: (id) =>
      orMissing(async () => {
        const { get, record } = source();
        const contract = await get(id);
        const found = await record(contract);
        return found && { record: found, etag: contract.eTag ?? '*' };
      }),
  };
}

/** Null when it isn't there, or no longer. */
export async function orMissing<Found>(read: () => Promise<Found>): Promise<Found | null> {
  try {
    return await read();
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

const groups = (connection: Connection) =>
  readerOf<GroupContract, 'group'>(connection, () => ({
    list: connection.client.group.listByService(...connection.at),
    get: (id) => connection.client.group.get(...connection.at, id),
    record: ({ name = '', displayName = '', description, typePropertiesType, builtIn }) => ({
      kind: 'group',
      id: name,
      name: displayName,
      description: description ?? '',
      type: builtIn ? 'system' : (typePropertiesType ?? 'custom'),
    }),
  }));

const apis = (connection: Connection) =>
  readerOf<ApiContract, 'api'>(connection, () => ({
    list: connection.client.api.listByService(...connection.at, { expandApiVersionSet: true }),
    get: (id) => connection.client.api.get(...connection.at, id),
    record: async (api) => ({
      kind: 'api',
      id: api.name ?? '',
      name: api.displayName ?? '',
      path: await pathOf(connection, api),
      ...keyColumns(api.subscriptionKeyParameterNames ?? {}),
      isCurrent: api.isCurrent !== false,
    }),
  }));

/** Azure puts some versions into the address, as a segment after the path. */
async function pathOf(
  { client, at }: Connection,
  { path = '', apiVersion, apiVersionSet, apiVersionSetId }: ApiContract,
): Promise<string> {
  if (!apiVersion) return path;
  // Only a list holds the set itself.
  const setId = lastPart(apiVersionSetId ?? '');
  const scheme =
    apiVersionSet?.versioningScheme ??
    (setId && (await orMissing(() => client.apiVersionSet.get(...at, setId)))?.versioningScheme);
  return scheme === 'Segment' ? `${path}/${apiVersion}` : path;
}

const products = (connection: Connection) =>
  readerOf<ProductContract, 'product'>(connection, () => ({
    list: connection.client.product.listByService(...connection.at),
    get: (id) => connection.client.product.get(...connection.at, id),
    record: (product) => productRecord(connection, product),
  }));

async function productRecord(
  connection: Connection,
  { name = '', displayName = '', description, terms, state, ...product }: ProductContract,
): Promise<Mirrored<'product'>> {
  const { client, at } = connection;
  return {
    kind: 'product',
    id: name,
    name: displayName,
    description: description ?? '',
    terms: terms ?? '',
    isPublished: state === 'published',
    isSubscriptionRequired: product.subscriptionRequired !== false,
    isApprovalRequired: product.approvalRequired === true,
    subscriptionsLimit: product.subscriptionsLimit ?? null,
    // In the form that is always XML: expressions are escaped in it.
    policy: (await orMissing(() => client.productPolicy.get(...at, name, 'policy')))?.value ?? null,
    apiIds: (await namesIn(client.productApi.listByProduct(...at, name))).sort(),
    groupIds: (await namesIn(client.productGroup.listByProduct(...at, name))).sort(),
  };
}

async function namesIn(list: AsyncIterable<{ name?: string }>): Promise<string[]> {
  const names: string[] = [];
  for await (const { name = '' } of list) names.push(name);
  return names;
}

const accounts = (connection: Connection) =>
  readerOf<UserContract, 'account'>(connection, () => ({
    list: connection.client.user.listByService(...connection.at, { expandGroups: true }),
    get: (id) => userWithGroups(connection, id),
    record: (user) => ({
      kind: 'account',
      id: user.name ?? '',
      email: user.email ?? '',
      firstName: user.firstName ?? '',
      lastName: user.lastName ?? '',
      note: user.note ?? '',
      state: user.state ?? 'active',
      registeredAt: momentOf(user.registrationDate),
      groups: (user.groups ?? []).map(({ displayName }) => displayName).sort(),
      identities: (user.identities ?? []).map(({ provider }) => provider ?? '').sort(),
    }),
  }));

/** Only the list can expand groups. A block waits for this, so both are asked for at once. */
async function userWithGroups({ client, at }: Connection, id: string) {
  const [user, names] = await Promise.all([client.user.get(...at, id), namesOfGroups({ client, at }, id)]);
  return { ...user, groups: names.map((displayName) => ({ displayName })) };
}

async function namesOfGroups({ client, at }: Pick<Connection, 'client' | 'at'>, id: string) {
  const names: string[] = [];
  for await (const { displayName = '' } of client.userGroup.list(...at, id)) names.push(displayName);
  return names;
}

const subscriptions = (connection: Connection, withKeys: boolean) =>
  readerOf<SubscriptionContract, 'subscription'>(connection, () => ({
    list: connection.client.subscription.list(...connection.at),
    get: (id) => connection.client.subscription.get(...connection.at, id),
    record: async (subscription) => {
      const id = subscription.name ?? '';
      // Neither the list nor the subscription itself ever holds keys.
      const { primaryKey = null, secondaryKey = null } = withKeys
        ? await connection.client.subscription.listSecrets(...connection.at, id)
        : {};
      return {
        kind: 'subscription',
        id,
        owner: subscription.ownerId ? pathBelowService(subscription.ownerId) : null,
        scope: pathBelowService(subscription.scope ?? ''),
        name: subscription.displayName ?? null,
        state: subscription.state ?? '',
        stateComment: subscription.stateComment ?? '',
        startsAt: momentOf(subscription.startDate),
        endsAt: momentOf(subscription.expirationDate),
        primaryKey,
        secondaryKey,
      };
    },
  }));

const templates = (connection: Connection) =>
  readerOf<EmailTemplateContract, 'template'>(connection, () => ({
    list: connection.client.emailTemplate.listByService(...connection.at),
    get: (id) => connection.client.emailTemplate.get(...connection.at, id),
    record: ({ name = '', subject = '', body = '', isDefault }) =>
      isDefault === false ? { kind: 'template', id: name, subject, body } : null,
  }));

const notifications = (connection: Connection) =>
  readerOf<NotificationContract, 'notification'>(connection, () => ({
    list: connection.client.notification.listByService(...connection.at),
    get: (id) => connection.client.notification.get(...connection.at, id),
    record: ({ name = '', recipients }) => ({
      kind: 'notification',
      id: name,
      users: (recipients?.users ?? []).map(lastPart).sort(),
      emails: (recipients?.emails ?? []).sort(),
    }),
  }));

const momentOf = (date: Date | null | undefined): string | null => date?.toISOString() ?? null;
const lastPart = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** `/users/ID` of `/subscriptions/…/service/NAME/users/ID`, which Azure takes too. */
const pathBelowService = (path: string): string =>
  /\/providers\/Microsoft\.ApiManagement\/service\/[^/]+(\/.*)$/i.exec(path)?.[1] ?? path;
