// Subscriptions and their keys.
import { z } from 'zod';
import { DomainError } from '../domain/domain-error.ts';
import { deleteSubscription } from '../operations/subscriptions/delete.ts';
import { grantSubscription } from '../operations/subscriptions/grant.ts';
import { listSecrets } from '../operations/subscriptions/list-secrets.ts';
import { changeSubscriptionTo } from '../operations/subscriptions/patch.ts';
import { querySubscriptions } from '../operations/subscriptions/query.ts';
import { regenerateKey } from '../operations/subscriptions/regenerate-key.ts';
import { type Address, resourceId } from './address.ts';
import { appType, ignored, readProperties, text } from './body.ts';
import { demandNoMatch, expectedVersion } from './if-match.ts';
import { ManagementError, validationError } from './management-error.ts';
import { collection, cursorOf, pageOf } from './page.ts';
import { type Answer, type Call, named, type Route, read } from './route.ts';
import { demandUser } from './users.ts';

const ONE = 'subscriptions/{sid}';
/** What the operations call otherwise. */
const NAMES = {
  id: 'sid',
  subscriptionId: 'sid',
  name: 'displayName',
  reason: 'stateComment',
  endsAt: 'expirationDate',
  startsAt: 'startDate',
  accountId: 'ownerId',
  productId: 'scope',
  apiId: 'scope',
};

export const SUBSCRIPTION_ROUTES: Route[] = named(NAMES, [
  ...read('Subscription_List', 'subscriptions', (call) => list(call, {})),
  ...read('Subscription_Get', ONE, getOne, 'Subscription_GetEntityTag'),
  { method: 'PUT', path: ONE, operation: 'Subscription_CreateOrUpdate', run: putOne },
  { method: 'PATCH', path: ONE, operation: 'Subscription_Update', run: patchOne },
  { method: 'DELETE', path: ONE, operation: 'Subscription_Delete', run: deleteOne },
  {
    method: 'POST',
    path: `${ONE}/regeneratePrimaryKey`,
    operation: 'Subscription_RegeneratePrimaryKey',
    run: (call) => regenerate(call, 'primary'),
  },
  {
    method: 'POST',
    path: `${ONE}/regenerateSecondaryKey`,
    operation: 'Subscription_RegenerateSecondaryKey',
    run: (call) => regenerate(call, 'secondary'),
  },
  { method: 'POST', path: `${ONE}/listSecrets`, operation: 'Subscription_ListSecrets', run: secrets },
  ...read('UserSubscription_List', 'users/{userId}/subscriptions', listOfUser),
  ...read('UserSubscription_Get', 'users/{userId}/subscriptions/{sid}', getOfUser),
]);

const STATE = z
  .enum(
    ['suspended', 'active', 'expired', 'submitted', 'rejected', 'cancelled'],
    'must be suspended, active, expired, submitted, rejected or cancelled',
  )
  .optional();
const PROPERTIES = {
  displayName: text,
  scope: text,
  ownerId: text,
  primaryKey: text,
  secondaryKey: text,
  state: STATE,
  stateComment: text,
  expirationDate: z.iso
    .datetime({ offset: true, error: 'must be a moment such as 2026-11-24T00:00:00Z' })
    .optional(),
  allowTracing: z.literal(false, 'must be false: nothing is traced here').optional(),
  appType,
  createdDate: ignored,
  startDate: ignored,
  endDate: ignored,
  notificationDate: ignored,
};

type Subscription = Awaited<ReturnType<typeof querySubscriptions>>['subscriptions'][number];

/** Never a key: `listSecrets` alone tells them. */
function viewSubscription(address: Address, row: Subscription, under: readonly string[] = []) {
  const { id, accountId, productId, apiId, name, state, stateComment, createdAt, startsAt, endsAt } = row;
  const kinds = [...under.filter((_, index) => index % 2 === 0), 'subscriptions'];
  const scope = productId ? ['products', productId] : apiId ? ['apis', apiId] : ['apis'];
  return {
    id: resourceId(address, ...under, 'subscriptions', id),
    type: `Microsoft.ApiManagement/service/${kinds.join('/')}`,
    name: id,
    properties: {
      ...(accountId === null ? {} : { ownerId: resourceId(address, 'users', accountId) }),
      scope: resourceId(address, ...scope),
      displayName: name,
      state,
      createdDate: createdAt.toISOString(),
      startDate: startsAt?.toISOString() ?? null,
      expirationDate: endsAt?.toISOString() ?? null,
      endDate: ['cancelled', 'expired', 'rejected'].includes(state) ? row.stateChangedAt.toISOString() : null,
      notificationDate: null,
      stateComment: stateComment === '' ? null : stateComment,
      allowTracing: false,
    },
  };
}

async function list(
  call: Call,
  of: { accountId?: string; productId?: string },
  under: readonly string[] = [],
): Promise<Answer> {
  const wanted = { ...pageOf(call), ...cursorOf<{ createdAt: string; id: string }>(call), ...of };
  const { subscriptions, count, next } = await querySubscriptions(call.context, wanted);
  return collection(
    call,
    subscriptions.map((row) => viewSubscription(call.address, row, under)),
    count,
    next,
  );
}

export const listOfProduct = (call: Call, productId: string): Promise<Answer> =>
  list(call, { productId }, ['products', productId]);

async function listOfUser(call: Call): Promise<Answer> {
  const { id: accountId } = await demandUser(call);
  return list(call, { accountId }, ['users', accountId]);
}

async function getOfUser(call: Call): Promise<Answer> {
  const { id: accountId } = await demandUser(call);
  const row = await find(call, { accountId });
  if (!row) throw new DomainError('subscription_not_found');
  return {
    status: 200,
    body: viewSubscription(call.address, row, ['users', accountId]),
    version: row.version,
  };
}

async function find(call: Call, of: { accountId?: string } = {}): Promise<Subscription | null> {
  const wanted = { subscriptionId: call.params.sid ?? '', top: 1, ...of };
  return (await querySubscriptions(call.context, wanted)).subscriptions[0] ?? null;
}

/** Errors: `subscription_not_found`. */
async function demand(call: Call): Promise<Subscription> {
  const row = await find(call);
  if (!row) throw new DomainError('subscription_not_found');
  return row;
}

async function getOne(call: Call, status: 200 | 201 = 200): Promise<Answer> {
  const row = await demand(call);
  return { status, body: viewSubscription(call.address, row), version: row.version };
}

async function putOne(call: Call): Promise<Answer> {
  const wanted = readProperties(call, PROPERTIES);
  const existing = await find(call);
  if (existing) return change(call, existing, wanted, false);
  demandNoMatch(call);
  const {
    displayName,
    scope,
    ownerId,
    state = 'submitted',
    primaryKey,
    secondaryKey,
    expirationDate,
  } = wanted;
  const missing = (['displayName', 'scope'] as const).filter((name) => !wanted[name]);
  if (missing.length > 0)
    throw validationError(Object.fromEntries(missing.map((name) => [name, 'is needed'])));
  await grantSubscription(call.context, {
    id: call.params.sid ?? '',
    name: displayName ?? '',
    state,
    ...readScope(scope ?? ''),
    ...(ownerId === undefined ? {} : { accountId: readOwner(ownerId) }),
    ...(primaryKey === undefined ? {} : { primaryKey }),
    ...(secondaryKey === undefined ? {} : { secondaryKey }),
    ...(expirationDate === undefined ? {} : { endsAt: expirationDate }),
    tellDeveloper: call.query.flag('notify') ?? false,
  });
  return getOne(call, 201);
}

async function patchOne(call: Call): Promise<Answer> {
  const wanted = readProperties(call, PROPERTIES);
  expectedVersion(call, true);
  return change(call, await demand(call), wanted, true);
}

type Wanted = ReturnType<typeof readProperties<typeof PROPERTIES>>;

/** What a subscription is for, whose it is and its keys stay: another is granted instead, and keys are regenerated. */
async function change(call: Call, existing: Subscription, wanted: Wanted, isPatch: boolean): Promise<Answer> {
  const expected = expectedVersion(call, isPatch);
  if (expected !== undefined && expected !== existing.version)
    throw new DomainError('subscription_changed', { id: existing.id });
  const scope = wanted.scope === undefined ? null : readScope(wanted.scope);
  const isOther =
    scope !== null &&
    ((scope.productId ?? null) !== existing.productId || (scope.apiId ?? null) !== existing.apiId);
  if (isOther) throw validationError({ scope: 'cannot be changed; grant another subscription' });
  if (wanted.ownerId !== undefined && readOwner(wanted.ownerId) !== existing.accountId)
    throw validationError({ ownerId: 'cannot be changed; grant another subscription' });
  for (const key of ['primaryKey', 'secondaryKey'] as const)
    if (wanted[key] !== undefined)
      throw validationError({
        [key]: 'can be brought along only when a subscription is made; regenerate it',
      });
  await changeSubscriptionTo(call.context, existing, {
    name: wanted.displayName,
    state: wanted.state,
    stateComment: wanted.stateComment,
    endsAt: wanted.expirationDate === undefined ? undefined : new Date(wanted.expirationDate),
  });
  return getOne(call);
}

async function deleteOne(call: Call): Promise<Answer> {
  const version = expectedVersion(call, true);
  if (!(await find(call))) return { status: 204 };
  await deleteSubscription(call.context, {
    subscriptionId: call.params.sid ?? '',
    ...(version === undefined ? {} : { expectedVersion: version }),
  });
  return { status: 200 };
}

async function regenerate(call: Call, slot: 'primary' | 'secondary'): Promise<Answer> {
  await regenerateKey(call.context, { subscriptionId: call.params.sid ?? '', slot });
  return { status: 204 };
}

async function secrets(call: Call): Promise<Answer> {
  const { primary, secondary, version } = await listSecrets(call.context, {
    subscriptionId: call.params.sid ?? '',
  });
  return { status: 200, body: { primaryKey: primary, secondaryKey: secondary }, version };
}

/** `/products/starter`, `/apis`, `/apis/orders`, by itself or behind the address of a service. */
function readScope(scope: string): { productId?: string; apiId?: string } {
  const [, kind, id] = /\/(products|apis)(?:\/([^/]*))?\/?$/i.exec(scope) ?? [];
  if (kind?.toLowerCase() === 'products' && id) return { productId: id };
  if (kind?.toLowerCase() === 'apis') return id ? { apiId: id } : {};
  throw validationError({ scope: 'must be /products/{id}, /apis or /apis/{id}' });
}

function readOwner(ownerId: string): string {
  const id = /\/users\/([^/]+)\/?$/i.exec(ownerId)?.[1];
  if (!id) throw validationError({ ownerId: 'must be /users/{id}' });
  if (id === '1')
    throw new ManagementError(
      405,
      'MethodNotAllowed',
      'User 1 is the built-in administrator, which owns nothing.',
    );
  return id;
}
