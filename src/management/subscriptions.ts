// Subscriptions and their keys.
import { z } from 'zod';
import { DomainError } from '../domain/domain-error.ts';
import { ADMINISTRATOR_ID } from '../operations/accounts/administrator.ts';
import { resolveResources } from '../operations/resources/resolve.ts';
import { compareKeys } from '../operations/subscriptions/compare-keys.ts';
import { deleteSubscription } from '../operations/subscriptions/delete.ts';
import { grantSubscription } from '../operations/subscriptions/grant.ts';
import { listSubscriptions } from '../operations/subscriptions/list.ts';
import { listSecrets } from '../operations/subscriptions/list-secrets.ts';
import { changeSubscription } from '../operations/subscriptions/patch.ts';
import { regenerateKey } from '../operations/subscriptions/regenerate-key.ts';
import { renameSubscription } from '../operations/subscriptions/rename.ts';
import { nameIn, serviceId } from './address.ts';
import { demandApiId } from './api-revision.ts';
import { appType, choice, demandProperties, flag, ignored, label, readProperties, text } from './body.ts';
import { readIfMatch } from './if-match.ts';
import { ManagementError, validationError } from './management-error.ts';
import { cursorOf, listResponse, pageOf } from './page.ts';
import { defineResource, hasValues, putResource } from './resource.ts';
import {
  changeRoutes,
  type ManagementRequest,
  type ManagementResponse,
  type Route,
  readRoutes,
  resourceResponse,
  withAzureNames,
} from './route.ts';
import {
  OWN_SUBSCRIPTION_FILTER,
  SUBSCRIPTION_FILTER,
  type Subscription,
  viewSubscription,
} from './subscription-shape.ts';
import { demandUser } from './users.ts';

const PATH = 'subscriptions/{sid}';
/** Azure's names of the operations' fields, where they differ. */
const AZURE_NAMES = {
  id: 'sid',
  subscriptionId: 'sid',
  name: 'displayName',
  reason: 'stateComment',
  endsAt: 'expirationDate',
  startsAt: 'startDate',
  accountId: 'ownerId',
  productId: 'scope',
  apiId: 'scope',
  scopeAsWritten: 'scope',
  ownerAsWritten: 'ownerId',
};

export const SUBSCRIPTION_ROUTES: Route[] = withAzureNames(AZURE_NAMES, [
  ...readRoutes('Subscription_List', 'subscriptions', (request) => listSubscriptionsIn(request, {})),
  ...readRoutes(
    'Subscription_Get',
    PATH,
    (request) => SUBSCRIPTION.get(request),
    'Subscription_GetEntityTag',
  ),
  ...changeRoutes(PATH, {
    PUT: ['Subscription_CreateOrUpdate', grantSubscription, putSubscription],
    PATCH: ['Subscription_Update', renameSubscription, patchSubscription],
    DELETE: ['Subscription_Delete', deleteSubscription, removeSubscription],
  }),
  ...changeRoutes(`${PATH}/regeneratePrimaryKey`, {
    POST: ['Subscription_RegeneratePrimaryKey', regenerateKey, (request) => regenerate(request, 'primary')],
  }),
  ...changeRoutes(`${PATH}/regenerateSecondaryKey`, {
    POST: [
      'Subscription_RegenerateSecondaryKey',
      regenerateKey,
      (request) => regenerate(request, 'secondary'),
    ],
  }),
  ...changeRoutes(`${PATH}/listSecrets`, {
    POST: ['Subscription_ListSecrets', listSecrets, showSecrets],
  }),
  ...readRoutes('UserSubscription_List', 'users/{userId}/subscriptions', listSubscriptionsOfUser),
  ...readRoutes('UserSubscription_Get', 'users/{userId}/subscriptions/{sid}', getSubscriptionOfUser),
]);

const STATE = choice(['suspended', 'active', 'expired', 'submitted', 'rejected', 'cancelled']);
const PROPERTIES = {
  displayName: label,
  scope: text,
  ownerId: text,
  primaryKey: text,
  secondaryKey: text,
  state: STATE,
  stateComment: text,
  expirationDate: z.iso
    .datetime({ offset: true, error: 'must be a date and time such as 2026-11-24T00:00:00Z' })
    .optional()
    .nullable(),
  /** Kept for programs: nothing is traced. */
  allowTracing: flag,
  appType,
  createdDate: ignored,
  startDate: ignored,
  endDate: ignored,
  notificationDate: ignored,
};

async function listSubscriptionsIn(
  request: ManagementRequest,
  of: { accountId?: string; productId?: string },
  under: readonly string[] = [],
): Promise<ManagementResponse> {
  const fields = of.accountId === undefined ? SUBSCRIPTION_FILTER : OWN_SUBSCRIPTION_FILTER;
  const cursor = cursorOf<{ createdAt: string; id: string }>(request);
  const wanted = { ...pageOf(request, fields), ...cursor, ...of };
  const { subscriptions, ...page } = await listSubscriptions(request.context, wanted);
  const value = subscriptions.map((one) => viewSubscription(request.address, one, under));
  return listResponse(request, value, page);
}

export const listSubscriptionsOfProduct = (
  request: ManagementRequest,
  productId: string,
): Promise<ManagementResponse> => listSubscriptionsIn(request, { productId }, ['products', productId]);

async function listSubscriptionsOfUser(request: ManagementRequest): Promise<ManagementResponse> {
  const { id: accountId, resourceId } = await demandUser(request);
  return listSubscriptionsIn(request, { accountId }, ['users', resourceId]);
}

async function getSubscriptionOfUser(request: ManagementRequest): Promise<ManagementResponse> {
  const { id: accountId, resourceId } = await demandUser(request);
  const row = await findSubscription(request, { accountId });
  if (!row) throw new DomainError('subscription_not_found');
  return resourceResponse(viewSubscription(request.address, row, ['users', resourceId]), row);
}

async function findSubscription(
  request: ManagementRequest,
  of: { accountId?: string } = {},
): Promise<Subscription | null> {
  const wanted = { subscriptionId: request.params.sid ?? '', limit: 1, ...of };
  return (await listSubscriptions(request.context, wanted)).subscriptions[0] ?? null;
}

const SUBSCRIPTION = defineResource({
  find: (request) => findSubscription(request),
  view: viewSubscription,
  missing: 'subscription_not_found',
});

async function putSubscription(request: ManagementRequest): Promise<ManagementResponse> {
  const wanted = readProperties(request, PROPERTIES);
  return putResource(request, {
    find: () => findSubscription(request),
    async isAsGiven(row) {
      const { displayName: name, expirationDate } = wanted;
      const given = {
        name,
        endsAt: momentOf(expirationDate),
        ...forPrograms(request, wanted, row),
      };
      const isSame = hasValues(row, given) && hasState(row, wanted);
      return isSame && Object.keys(await fixedProperties(request, row, wanted)).length === 0;
    },
    create: () => createSubscription(request, wanted),
    update: (row, expected) => updateSubscription(request, row, wanted, expected),
    respond: (row) => SUBSCRIPTION.respond(request, row),
  });
}

async function createSubscription(
  request: ManagementRequest,
  wanted: SubscriptionProperties,
): Promise<ManagementResponse> {
  const { displayName, scope, ownerId, state = 'submitted', primaryKey, secondaryKey } = wanted;
  demandProperties(wanted, ['displayName', 'scope']);
  const { accountId, ...scopeIds } = await readNamed(request, { scope: scope ?? '', ownerId });
  if (accountId === null) throw new DomainError('account_not_found');
  await grantSubscription(request.context, {
    id: request.params.sid ?? '',
    name: displayName ?? '',
    state,
    ...scopeIds,
    ...(accountId === undefined ? {} : { accountId }),
    primaryKey,
    secondaryKey,
    endsAt: wanted.expirationDate,
    ...forPrograms(request, wanted),
    tellDeveloper: request.query.flag('notify') ?? false,
  });
  return SUBSCRIPTION.get(request, 201);
}

async function patchSubscription(request: ManagementRequest): Promise<ManagementResponse> {
  const wanted = readProperties(request, PROPERTIES);
  const expected = readIfMatch(request, 'required');
  return updateSubscription(request, await SUBSCRIPTION.demand(request), wanted, expected);
}

type SubscriptionProperties = ReturnType<typeof readProperties<typeof PROPERTIES>>;

/** An active subscription whose end is past is expired. */
const hasState = ({ state, endsAt }: Subscription, wanted: SubscriptionProperties): boolean =>
  wanted.state === undefined ||
  state === wanted.state ||
  (state === 'expired' &&
    wanted.state === 'active' &&
    wanted.expirationDate !== undefined &&
    endsAt !== null);

/** What the request gives of scope, owner and keys that the subscription doesn't have, and why it is refused. */
async function fixedProperties(
  request: ManagementRequest,
  existing: Subscription,
  { scope: scopePath, ownerId, primaryKey, secondaryKey }: SubscriptionProperties,
): Promise<Record<string, string>> {
  const named = await readNamed(request, { scope: scopePath, ownerId });
  const isOtherScope =
    scopePath !== undefined &&
    (named.productId !== scopeId(existing, 'product') || named.apiId !== scopeId(existing, 'api'));
  const isOtherOwner = ownerId !== undefined && named.accountId !== existing.owner?.id;
  const hasKeys = primaryKey !== undefined || secondaryKey !== undefined;
  const isKnown = hasKeys
    ? await compareKeys(request.context, { subscriptionId: existing.id, primaryKey, secondaryKey })
    : { primaryKey: true, secondaryKey: true };
  const another = 'cannot be changed; create another subscription';
  const regenerate = 'can be set only when a subscription is created; regenerate it';
  return {
    ...(isOtherScope ? { scope: another } : {}),
    ...(isOtherOwner ? { ownerId: another } : {}),
    ...(isKnown.primaryKey ? {} : { primaryKey: regenerate }),
    ...(isKnown.secondaryKey ? {} : { secondaryKey: regenerate }),
  };
}

/** Scope, owner and keys can't be changed: grant another subscription, or regenerate a key. */
async function updateSubscription(
  request: ManagementRequest,
  existing: Subscription,
  wanted: SubscriptionProperties,
  { expectedVersion = existing.version }: { expectedVersion?: number },
): Promise<ManagementResponse> {
  if (expectedVersion !== existing.version)
    throw new DomainError('subscription_changed', { id: existing.id });
  const refused = await fixedProperties(request, existing, wanted);
  if (Object.keys(refused).length > 0) throw validationError(refused);
  if (wanted.state === 'submitted' && existing.state !== 'submitted') throw decided(existing);
  await changeSubscription(request.context, existing, {
    name: wanted.displayName,
    ...forPrograms(request, wanted, existing),
    state: wanted.state,
    stateComment: wanted.stateComment,
    endsAt: momentOf(wanted.expirationDate),
  });
  return SUBSCRIPTION.get(request);
}

/** azurerm sends `submitted` unless its configuration has a state. */
const decided = ({ id, state, version }: Subscription) =>
  new ManagementError(
    409,
    'Conflict',
    `The subscription is ${state} and can't be submitted again. Send its state, “${state}”, or leave state out.`,
    { cause: new DomainError('subscription_state_unfitting', { id, current: { state, version } }) },
  );

const FULL_ID = new RegExp(`^${serviceId('[^/]+', '[^/]+', '[^/]+')}/`, 'i');

/**
 * Terraform compares full ids as texts, so they come back as they were written. A short one comes back in full, as in Azure.
 * Nothing is kept of one that is shown so anyway.
 */
function forPrograms(
  { address }: ManagementRequest,
  { scope, ownerId, allowTracing }: SubscriptionProperties,
  row?: Subscription,
) {
  const shown = row && viewSubscription(address, row).properties;
  const written = (id: string | undefined, present: string | undefined) =>
    id !== undefined && id !== present && FULL_ID.test(id) ? id : undefined;
  return {
    scopeAsWritten: written(scope, shown?.scope),
    ownerAsWritten: written(ownerId, shown?.ownerId),
    allowsTracing: allowTracing,
  };
}

const scopeId = ({ scope }: Subscription, kind: 'product' | 'api'): string | undefined =>
  scope.kind === kind ? scope.id : undefined;

async function removeSubscription(request: ManagementRequest): Promise<ManagementResponse> {
  const expected = readIfMatch(request, 'required');
  if (!(await findSubscription(request))) return { status: 204 };
  await deleteSubscription(request.context, { subscriptionId: request.params.sid ?? '', ...expected });
  return { status: 200 };
}

async function regenerate(
  request: ManagementRequest,
  slot: 'primary' | 'secondary',
): Promise<ManagementResponse> {
  await regenerateKey(request.context, { subscriptionId: request.params.sid ?? '', slot });
  return { status: 204 };
}

async function showSecrets(request: ManagementRequest): Promise<ManagementResponse> {
  const { primary, secondary, version } = await listSecrets(request.context, {
    subscriptionId: request.params.sid ?? '',
  });
  return { status: 200, body: { primaryKey: primary, secondaryKey: secondary }, version };
}

/**
 * The ids of the rows that a scope and an owner name, in any case. A product or API that isn't there keeps the id that was
 * written; the owner is null then.
 */
async function readNamed(
  request: ManagementRequest,
  { scope, ownerId }: { scope: string | undefined; ownerId: string | undefined },
): Promise<{ productId?: string; apiId?: string; accountId?: string | null }> {
  const named = {
    ...(scope === undefined ? {} : readScope(scope)),
    ...(ownerId === undefined ? {} : readOwner(ownerId)),
  };
  if (Object.keys(named).length === 0) return {};
  const { productId, apiId, accountId } = await resolveResources(request.context, named);
  return {
    ...(named.productId === undefined ? {} : { productId: productId ?? named.productId }),
    ...(named.apiId === undefined ? {} : { apiId: apiId ?? named.apiId }),
    ...(accountId === undefined ? {} : { accountId }),
  };
}

/** `/products/starter`, `/apis` or `/apis/orders`, alone or after the address of a service. */
function readScope(scope: string): { productId?: string; apiId?: string } {
  const productId = nameIn(scope, 'products');
  if (productId) return { productId };
  const api = nameIn(scope, 'apis');
  if (api) return { apiId: demandApiId(api, 'scope') };
  if (/\/apis\/?$/i.test(scope)) return {};
  throw validationError({ scope: 'must be /products/{id}, /apis or /apis/{id}' });
}

/** The administrator's subscriptions have no owner here, as those that are copied from Azure. */
function readOwner(ownerId: string): { accountId?: string } {
  const id = nameIn(ownerId, 'users');
  if (!id) throw validationError({ ownerId: 'must be /users/{id}' });
  return id === ADMINISTRATOR_ID ? {} : { accountId: id };
}

/** Null for no end; undefined where nothing is said of it. */
const momentOf = (text: string | null | undefined): Date | null | undefined =>
  typeof text === 'string' ? new Date(text) : text;
