// Our rows in the form in which both sides are compared, with Azure's ids.
import { findAccounts } from '../../db/accounts/accounts.ts';
import { findGroups } from '../../db/accounts/groups.ts';
import { listThingsOfOurs } from '../../db/azure/things.ts';
import { findApis } from '../../db/catalog/apis.ts';
import { findProducts } from '../../db/catalog/products.ts';
import { listSubscriptionsOfIds, type Subscription } from '../../db/subscriptions/subscriptions.ts';
import type { MirroredKind } from '../../domain/azure-mirror.ts';
import type { MirroredRecord } from '../../domain/azure-record.ts';
import { subscriptionStateAt } from '../../domain/subscription-state.ts';
import { viewAccounts } from '../accounts/account.ts';
import { viewProducts } from '../catalog/view.ts';
import type { Act } from '../frame/context.ts';
import type { CallerKind } from '../frame/permission.ts';
import { listNotifications } from '../notifications/list.ts';
import { readKeys } from '../subscriptions/keys.ts';
import { listTemplates } from '../templates/list.ts';

/** What we have of these rows, by our id. A deleted account is not among them. Keys only where they are mirrored. */
export type Ours = Map<string, MirroredRecord>;

/** What reads ours may do so here too, whoever asked for the comparison. */
const INSIDE: readonly CallerKind[] = ['system', 'console', 'admin', 'approver'];

type Reader = (act: Act, ids: readonly string[], withKeys: boolean) => Promise<[string, MirroredRecord][]>;

export async function findOurs(
  act: Act,
  kind: MirroredKind,
  ids: readonly string[],
  withKeys: boolean,
): Promise<Ours> {
  if (ids.length === 0) return new Map();
  return new Map(await READERS[kind](act, [...new Set(ids)], withKeys));
}

const READERS: Record<MirroredKind, Reader> = {
  async group(act, ids) {
    const groups = await findGroups(act.tx, act.service.id, ids);
    const azure = await azureIdsOf(act, 'group', ids);
    return groups.map(({ id, name, description, type }) => [
      id,
      { kind: 'group', id: azure(id), name, description, type },
    ]);
  },
  async api(act, ids) {
    const apis = await findApis(act.tx, act.service.id, ids);
    const azure = await azureIdsOf(act, 'api', ids);
    return apis.map(({ id, name, path, keyHeader, keyQuery }) => [
      id,
      { kind: 'api', id: azure(id), name, path, keyHeader, keyQuery, isCurrent: true },
    ]);
  },
  product: readProducts,
  async account(act, ids) {
    const rows = await findAccounts(act.tx, act.service.id, ids);
    const azure = await azureIdsOf(act, 'account', ids);
    const views = await viewAccounts(
      act,
      act.tx,
      rows.filter(({ state }) => state !== 'deleted'),
    );
    return views.map(({ id, resourceId, email, firstName, lastName, note, state, registeredAt, groups }) => [
      id,
      {
        ...{ kind: 'account', id: azure(id, resourceId), email, firstName, lastName, note, state },
        registeredAt: registeredAt.toISOString(),
        groups: groups.map(({ name }) => name),
        identities: [],
      },
    ]);
  },
  async subscription(act, ids, withKeys) {
    const rows = await listSubscriptionsOfIds(act.tx, act.service.id, ids);
    const owners = rows.flatMap(({ accountId }) => accountId ?? []);
    const accounts = await findAccounts(act.tx, act.service.id, owners);
    const isLive = new Map(accounts.map(({ id, state, resourceId }) => [id, { state, resourceId }]));
    const azure = await azureIdsOf(act, 'subscription', ids);
    const users = await azureIdsOf(act, 'account', owners);
    const products = await azureIdsOf(
      act,
      'product',
      rows.flatMap(({ productId }) => productId ?? []),
    );
    const records: [string, MirroredRecord][] = [];
    for (const row of rows) {
      const owner = row.accountId === null ? undefined : isLive.get(row.accountId);
      // Those of a deleted account go with it, and come back with it.
      if (owner?.state === 'deleted') continue;
      const userId = row.accountId && users(row.accountId, owner?.resourceId ?? row.accountId);
      const keys = withKeys ? await readKeys(act, row.id) : null;
      const ids = { id: azure(row.id), owner: userId && `/users/${userId}`, scope: scopeOf(row, products) };
      records.push([row.id, subscriptionRecord(row, ids, keys, act.now)]);
    }
    return records;
  },
  async template(act, ids) {
    const { templates } = await listTemplates.runInTransaction(act, act.tx, {}, { allowed: INSIDE });
    return templates
      .filter(({ name, isDefault }) => !isDefault && ids.includes(name))
      .map(({ name, subject, body }) => [name, { kind: 'template', id: name, subject, body }]);
  },
  async notification(act, ids) {
    const { notifications } = await listNotifications.runInTransaction(act, act.tx, {}, { allowed: INSIDE });
    const of = notifications.filter(({ name }) => ids.includes(name));
    const users = of.flatMap((one) => one.users.map(({ accountId }) => accountId));
    const azure = await azureIdsOf(act, 'account', users);
    return of.map(({ name, users, emails }) => [
      name,
      {
        ...{ kind: 'notification', id: name, emails },
        users: users.map(({ accountId, resourceId }) => azure(accountId, resourceId)),
      },
    ]);
  },
};

async function readProducts(act: Act, ids: readonly string[]): Promise<[string, MirroredRecord][]> {
  const products = await viewProducts(act, act.tx, await findProducts(act.tx, act.service.id, ids));
  const azure = await azureIdsOf(act, 'product', ids);
  const groups = await azureIdsOf(
    act,
    'group',
    products.flatMap((product) => product.groups.map(({ id }) => id)),
  );
  const apis = await azureIdsOf(
    act,
    'api',
    products.flatMap((product) => product.apis.map(({ id }) => id)),
  );
  return products.map((product) => {
    const { id, name, description, terms, subscriptionsLimit } = product;
    const { isPublished, isSubscriptionRequired, isApprovalRequired } = product;
    return [
      id,
      {
        ...{ kind: 'product', id: azure(id), name, description, terms, subscriptionsLimit },
        ...{ isPublished, isSubscriptionRequired, isApprovalRequired },
        policy: null,
        apiIds: product.apis.map((api) => apis(api.id)),
        groupIds: product.groups.map((group) => groups(group.id)),
      },
    ];
  });
}

function subscriptionRecord(
  row: Subscription,
  ids: { id: string; owner: string | null; scope: string },
  keys: { primary: string; secondary: string } | null,
  now: Date,
): MirroredRecord {
  const { name, stateComment, startsAt, endsAt } = row;
  return {
    ...{ kind: 'subscription', ...ids, name, stateComment },
    state: subscriptionStateAt(row, now),
    startsAt: startsAt?.toISOString() ?? null,
    endsAt: endsAt?.toISOString() ?? null,
    primaryKey: keys?.primary ?? null,
    secondaryKey: keys?.secondary ?? null,
  };
}

const scopeOf = ({ productId, apiId }: Subscription, azureId: (id: string) => string): string =>
  productId !== null ? `/products/${azureId(productId)}` : `/apis${apiId === null ? '' : `/${apiId}`}`;

/** Returns Azure's id of each of our rows; one that Azure doesn't have yet gets ours, or the one that is given. */
async function azureIdsOf(
  { tx, service }: Act,
  kind: MirroredKind,
  ourIds: readonly string[],
): Promise<(id: string, otherwise?: string) => string> {
  const things = await listThingsOfOurs(tx, { serviceId: service.id, kind, ourIds });
  const ids = new Map(things.map(({ ourId, azureId }) => [ourId, azureId]));
  return (id, otherwise = id) => ids.get(id) ?? otherwise;
}
