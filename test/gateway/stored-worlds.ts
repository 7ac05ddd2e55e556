// Writes a generated programme into the tables, as commits that gateways hear of.
import type { TestContext } from '../support/context.ts';
import {
  type Account,
  type Api,
  GROUPS,
  type Product,
  type Subscription,
  sha256,
  type World,
} from './worlds.ts';

type Sql = Parameters<Parameters<TestContext['sql']['begin']>[1]>[0];

export async function storeGroups({ sql }: TestContext): Promise<void> {
  const rows = GROUPS.map((id) => ({
    service_id: 'ours',
    id,
    name: id,
    type: 'custom',
    created_at: new Date().toISOString(),
  }));
  await sql`insert into groups ${sql(rows)}`;
}

/** Turns one into the other in one transaction. */
export async function storeChanges({ sql }: TestContext, from: World, to: World): Promise<void> {
  await sql.begin(async (tx) => {
    const apis = different(from.apis, to.apis);
    // One may get the path that another has until now.
    for (const id of [...apis.map((api) => api.id), ...gone(from.apis, to.apis)])
      await tx`update apis set path = 'moving/' || md5(id) where id = ${id}`;
    for (const row of apis) await putApi(tx, row);
    for (const row of different(from.products, to.products)) await putProduct(tx, row);
    for (const row of different(from.accounts, to.accounts)) await putAccount(tx, row);
    // Keys go first, because one may be another subscription's now.
    const changed = different(from.subscriptions, to.subscriptions);
    for (const id of gone(from.subscriptions, to.subscriptions))
      await tx`delete from subscriptions where id = ${id}`;
    for (const { id } of changed) await tx`delete from subscription_keys where subscription_id = ${id}`;
    for (const row of changed) await putSubscription(tx, row, from.subscriptions.get(row.id));
    for (const id of gone(from.products, to.products)) await tx`delete from products where id = ${id}`;
    for (const id of gone(from.apis, to.apis)) await tx`delete from apis where id = ${id}`;
  });
}

const different = <Row>(from: ReadonlyMap<string, Row>, to: ReadonlyMap<string, Row>): Row[] =>
  [...to].flatMap(([id, row]) => (JSON.stringify(from.get(id)) === JSON.stringify(row) ? [] : [row]));
const gone = (from: ReadonlyMap<string, unknown>, to: ReadonlyMap<string, unknown>): string[] =>
  [...from.keys()].filter((id) => !to.has(id));

async function putApi(tx: Sql, { id, path, keyHeader, keyQuery }: Api): Promise<void> {
  await tx`insert into apis (service_id, id, name, path, key_header, key_query, created_at, updated_at)
    values ('ours', ${id}, ${id}, ${path}, ${keyHeader}, ${keyQuery}, now(), now())
    on conflict (service_id, id) do update set path = excluded.path, key_header = excluded.key_header,
      key_query = excluded.key_query`;
}

async function putProduct(tx: Sql, product: Product): Promise<void> {
  const { id, isPublished, isSubscriptionRequired, apiIds } = product;
  const rate = product.rate && JSON.stringify(product.rate);
  await tx`insert into products (service_id, id, name, is_published, is_subscription_required, is_approval_required,
      rate, created_at, updated_at)
    values ('ours', ${id}, ${id}, ${isPublished}, ${isSubscriptionRequired}, false, ${rate}::text::jsonb, now(), now())
    on conflict (service_id, id) do update set is_published = excluded.is_published,
      is_subscription_required = excluded.is_subscription_required, rate = excluded.rate`;
  await tx`delete from product_apis where product_id = ${id}`;
  const links = apiIds.map((apiId) => ({ service_id: 'ours', product_id: id, api_id: apiId }));
  if (links.length > 0) await tx`insert into product_apis ${tx(links)}`;
}

async function putAccount(tx: Sql, { id, resourceId, state, groupIds }: Account): Promise<void> {
  const email = `${id}@example.com`;
  const deletedAt = state === 'deleted' ? new Date().toISOString() : null;
  await tx`insert into accounts (service_id, id, resource_id, email, email_canonical, first_name, last_name, state,
      state_changed_at, state_changed_by, deleted_at, registered_at, updated_at)
    values ('ours', ${id}, ${resourceId}, ${email}, ${email}, 'Ann', 'Lee', ${state}, now(), 'test', ${deletedAt}, now(), now())
    on conflict (service_id, id) do update set state = excluded.state, deleted_at = excluded.deleted_at`;
  await tx`delete from account_groups where account_id = ${id}`;
  const groups = groupIds.map((groupId) => ({ service_id: 'ours', account_id: id, group_id: groupId }));
  if (groups.length > 0) await tx`insert into account_groups ${tx(groups)}`;
}

async function putSubscription(tx: Sql, row: Subscription, former: Subscription | undefined): Promise<void> {
  const { id, accountId, productId, apiId, state } = row;
  const [createdAt, startsAt, endsAt, quotaEndsAt] = [
    row.createdAt,
    row.startsAt,
    row.endsAt,
    row.quotaEndsAt,
  ].map(dateOf);
  const rate = row.rate && JSON.stringify(row.rate);
  // Another one with this id.
  if (former && former.createdAt !== row.createdAt) await tx`delete from subscriptions where id = ${id}`;
  await tx`insert into subscriptions (service_id, id, account_id, product_id, api_id, name, state, state_changed_at,
      state_changed_by, starts_at, ends_at, rate, created_at, updated_at)
    values ('ours', ${id}, ${accountId}, ${productId}, ${apiId}, ${id}, ${state}, now(), 'test', ${startsAt ?? null},
      ${endsAt ?? null}, ${rate}::text::jsonb, ${createdAt ?? null}, now())
    on conflict (service_id, id) do update set account_id = excluded.account_id, product_id = excluded.product_id,
      api_id = excluded.api_id, state = excluded.state, starts_at = excluded.starts_at, ends_at = excluded.ends_at,
      rate = excluded.rate`;
  const keys = row.keys.map(({ key, slot, endsAt }) => ({
    ...{
      service_id: 'ours',
      subscription_id: id,
      hash: sha256(key),
      sealed: '',
      created_at: new Date().toISOString(),
    },
    slot,
    ends_at: dateOf(endsAt),
  }));
  if (keys.length > 0) await tx`insert into subscription_keys ${tx(keys)}`;
  await tx`delete from quota_use where subscription_id = ${id}`;
  if (quotaEndsAt)
    await tx`insert into quota_use (service_id, subscription_id, starts_at, ends_at, calls, is_exhausted)
      values ('ours', ${id}, now(), ${quotaEndsAt}, 1, true)`;
}

const dateOf = (time: number | null) => (time === null ? null : new Date(time).toISOString());
