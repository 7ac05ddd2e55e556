// Reads the rows that gateway checks need: all, the changed ones, or only for one call. Has its own connections, so that
// operations and checks never wait for each other.
import type postgres from 'postgres';
import type { AccountState } from '../../domain/account-state.ts';
import type { QuotaUse } from '../../domain/call-counts.ts';
import { type Limits, type OwnLimits, type Share, shareAmong } from '../../domain/call-limits.ts';
import type {
  AccountRow,
  ApiRow,
  BareAccountRow,
  BareSubscriptionRow,
  CallQuery,
  CallRows,
  FollowerBeat,
  KeyRow,
  ProductRow,
  SubscriptionRow,
  TakeRows,
} from '../../domain/gateway-rows.ts';
import { keyMark } from '../../domain/key-life.ts';
import { type KeyColumns, keyNamesOf } from '../../domain/key-names.ts';
import { openProductOf } from '../../domain/may-call.ts';
import { openPool } from '../connection/pool.ts';
import { IS_THERE, SHOWN_SILENT } from './followers.ts';

const CONNECT_SECONDS = 5;
const IDLE_SECONDS = 60;
const STATEMENT_MS = 30_000;
const CLOSE_SECONDS = 1;
const ROWS_AT_ONCE = 1_000;

/** Every account is in it without a row. */
const DEVELOPERS_GROUP = 'developers';
const NO_BYTES = new Uint8Array();
const ONLY_DEVELOPERS = [DEVELOPERS_GROUP];
const NO_OWN_LIMITS: OwnLimits = { rate: null, quota: null };

const epochMs = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`;
const groupsOf = (service: string, account: string) => `(
  select json_agg(g.group_id order by g.group_id) from account_groups g
  where g.service_id = ${service} and g.account_id = ${account})`;
/** Sends a list as JSON, because the driver knows no array types here (why: connect.ts). */
const among = (parameter: string) =>
  `any (array(select jsonb_array_elements_text(${parameter}::text::jsonb)))`;

/** As memory compares it: not by the letters of a language. */
const lowerPath = (api: string) => `lower(${api}.path collate "C")`;

const BARE_SUBSCRIPTION = `s.id, s.state, ${epochMs('s.starts_at')} as "startsAt",
  ${epochMs('s.ends_at')} as "endsAt", s.product_id as "productId", s.api_id as "apiId", s.account_id as "accountId",
  ${epochMs('s.created_at')} as "createdAt", s.rate, s.quota,
  ${epochMs('q.ends_at')} as "quotaEndsAt"`;
const WITH_QUOTA_USE = `left join quota_use q on q.service_id = s.service_id and q.subscription_id = s.id
    and q.is_exhausted`;
const SUBSCRIPTION = `${BARE_SUBSCRIPTION}, (
    select a.state from accounts a where a.service_id = s.service_id and a.id = s.account_id) as "accountState", (
    select a.resource_id from accounts a where a.service_id = s.service_id and a.id = s.account_id) as "resourceId",
  ${groupsOf('s.service_id', 's.account_id')} as "groupIds"`;
const SUBSCRIPTIONS = `select ${SUBSCRIPTION}, (
      select json_agg(json_build_object('slot', k.slot, 'hash', k.hash, 'endsAt', ${epochMs('k.ends_at')}))
      from subscription_keys k where k.service_id = s.service_id and k.subscription_id = s.id) as keys
  from subscriptions s ${WITH_QUOTA_USE} where s.service_id = $1 and s.id = ${among('$2')}`;
const ALL_SUBSCRIPTIONS = `select ${BARE_SUBSCRIPTION} from subscriptions s ${WITH_QUOTA_USE}
  where s.service_id = $1`;
const ALL_KEYS = `select k.subscription_id, k.slot, k.hash, ${epochMs('k.ends_at')}
  from subscription_keys k where k.service_id = $1`;
const ALL_ACCOUNTS = `select a.id, a.state, a.resource_id, g.ids
  from accounts a left join (
    select account_id, json_agg(group_id order by group_id) as ids
    from account_groups where service_id = $1 group by account_id) g on g.account_id = a.id
  where a.service_id = $1`;
const PRODUCTS = `select p.id, p.is_published as "isPublished", p.is_subscription_required as "isSubscriptionRequired",
    p.rate, p.quota,
    (select json_agg(pa.api_id) from product_apis pa where pa.service_id = p.service_id and pa.product_id = p.id)
      as "apiIds"
  from products p where p.service_id = $1`;
const FOUND_CALL = `with called as (
    select i.id, i.path, i.key_header as "keyHeader", i.key_query as "keyQuery", (
      select json_agg(p.id) from product_apis pa
        join products p on p.service_id = pa.service_id and p.id = pa.product_id
      where pa.service_id = i.service_id and pa.api_id = i.id and p.is_published
        and not p.is_subscription_required) as "openProductIds"
    from apis i
    where i.service_id = $1 and (i.id = $3 or ${lowerPath('i')} = ${among('$4')})
  ), calling as (
    select ${SUBSCRIPTION}, ${epochMs('k.ends_at')} as "keyEndsAt", p.is_published as "isPublished", p.rate as "productRate", p.quota as "productQuota",
      (select json_agg(pa.api_id) from product_apis pa where pa.service_id = s.service_id
        and pa.product_id = s.product_id and pa.api_id in (select id from called)) as "apiIds"
    from subscription_keys k
      join subscriptions s on s.service_id = k.service_id and s.id = k.subscription_id
      left join products p on p.service_id = s.service_id and p.id = s.product_id
      ${WITH_QUOTA_USE}
    where k.service_id = $1 and k.hash = $2
  )
  select (select json_agg(called) from called) as apis, (select row_to_json(calling) from calling) as calling,
    $5::text is not null and exists (
      select 1 from apis i where i.service_id = $1
        and case $5::text when '' then i.path <> '' else starts_with(${lowerPath('i')}, $5::text || '/') end)
      as "hasBelow"`;

/** Reads the other rows as they were before, also its own. What has no lease, nobody forgets when it dies. */
const BEAT = `with renewed as (
    insert into gateway_followers as f (service_id, id, beats, kind, is_answering, host, last_beat_at)
    values ($1, $2, $6::text::int, $4, $5::text::boolean, $7, now())
    on conflict (service_id, id) do update set beats = case when $6::text::int = 0 then 0 else f.beats + 1 end,
      kind = excluded.kind, is_answering = excluded.is_answering, last_beat_at = excluded.last_beat_at
    returning f.id
  ), forgotten as (
    delete from gateway_followers f where f.service_id = $1 and f.id <> $2 and f.beats = 0
      and (f.last_beat_at < now() - ${SHOWN_SILENT} or f.kind = 'process'
        and f.last_beat_at < now() - interval '1 minute')
  )
  select count(pg_notify(renewed.id, $3)), (
    select json_agg(json_build_object('id', f.id, 'isAnswering', f.is_answering, 'isGateway', f.kind <> 'process'))
    from gateway_followers f where f.service_id = $1 and f.${IS_THERE}) as live
  from renewed`;

type LiveFollower = { id: string; isAnswering: boolean; isGateway: boolean };
const QUOTA_USE = `select s.id as "subscriptionId", ${epochMs('s.created_at')} as "createdAt",
    ${epochMs('q.starts_at')} as "startsAt", ${epochMs('q.ends_at')} as "endsAt", q.calls::float8 as calls
  from quota_use q join subscriptions s on s.service_id = q.service_id and s.id = q.subscription_id
  where q.service_id = $1 and q.subscription_id = ${among('$2')}`;

type FlatSubscription = Omit<SubscriptionRow, 'account' | 'ownLimits' | 'keys'> &
  OwnLimits & {
    keys?: SubscriptionRow['keys'] | null;
    accountId: string | null;
    accountState: AccountState | null;
    /** Null where it is the row's own id. */
    resourceId: string | null;
    groupIds: string[] | null;
  };
type FlatProduct = Omit<ProductRow, 'limits' | 'apiIds'> & Limits & { apiIds: string[] | null };
type Flat<Api> = Omit<Api, 'keyNames'> & KeyColumns;
type FlatCalling = FlatSubscription & {
  keyEndsAt: number | null;
  isPublished: boolean | null;
  apiIds: string[] | null;
  productRate: Limits['rate'];
  productQuota: Limits['quota'];
};
type FlatCall = {
  apis: (Flat<ApiRow> & { openProductIds: string[] | null })[] | null;
  calling: FlatCalling | null;
  hasBelow: boolean;
};

/** Opens no connection yet. To give up a query that hangs, abandon these rows and open others. */
export function openGatewayRows(url: string, serviceId: string, max: number) {
  const sql = openPool(url, {
    max,
    connect_timeout: CONNECT_SECONDS,
    idle_timeout: IDLE_SECONDS,
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: 'apim-user gateway', statement_timeout: STATEMENT_MS },
  });
  const read = <Row>(text: string, ...values: (string | number | null)[]) =>
    sql.unsafe(text, [serviceId, ...values]) as unknown as Promise<Row[]>;

  return {
    /** Each table in one pass, because Postgres takes three times as long to join them. An error in `take` rejects. */
    each: (take: TakeRows): Promise<void> => readAll(sql, serviceId, take),
    async subscriptions(ids: readonly string[]): Promise<SubscriptionRow[]> {
      return (await read<FlatSubscription>(SUBSCRIPTIONS, JSON.stringify(ids))).map(nested);
    },
    async accounts(ids: readonly string[]): Promise<AccountRow[]> {
      const text = `select a.id, a.state, coalesce(a.resource_id, a.id) as "resourceId", ${groupsOf('a.service_id', 'a.id')} as "groupIds"
        from accounts a where a.service_id = $1 and a.id = ${among('$2')}`;
      const rows = await read<AccountRow & { groupIds: string[] | null }>(text, JSON.stringify(ids));
      return rows.map((row) => ({ ...row, groupIds: withDevelopers(row.groupIds) }));
    },
    /** All products, or those with these ids. */
    async products(ids: readonly string[] | null): Promise<ProductRow[]> {
      const rows = ids
        ? await read<FlatProduct>(`${PRODUCTS} and p.id = ${among('$2')}`, JSON.stringify(ids))
        : await read<FlatProduct>(PRODUCTS);
      return rows.map(withLimits);
    },
    async apis(ids: readonly string[] | null): Promise<ApiRow[]> {
      const text = `select i.id, i.path, i.key_header as "keyHeader", i.key_query as "keyQuery"
        from apis i where i.service_id = $1`;
      const rows = ids
        ? await read<Flat<ApiRow>>(`${text} and i.id = ${among('$2')}`, JSON.stringify(ids))
        : await read<Flat<ApiRow>>(text);
      return rows.map(withKeyNames);
    },
    async findCall({ keyHash, apiId, apiPaths, below }: CallQuery): Promise<CallRows> {
      const [found] = await read<FlatCall>(FOUND_CALL, keyHash, apiId, JSON.stringify(apiPaths), below);
      const { apis = null, calling = null, hasBelow = false } = found ?? {};
      return {
        apis: (apis ?? []).map(({ openProductIds, ...api }) => ({
          ...withKeyNames(api),
          openProductId: openProductOf(openProductIds ?? []),
        })),
        hasBelow,
        subscription: calling && nested(calling),
        key: calling && keyHash !== null ? { mark: keyMark(keyHash), endsAt: calling.keyEndsAt } : null,
        product: calling && productOf(calling),
      };
    },
    quotaUse: (ids: readonly string[]): Promise<QuotaUse[]> => read(QUOTA_USE, JSON.stringify(ids)),
    async notify(channel: string, payload: string): Promise<void> {
      await sql.unsafe('select pg_notify($1, $2)', [channel, payload]);
    },
    /** Renews the row of a process, and notifies it of that in the same transaction. Gives its share of each rate. */
    async beat(id: string, payload: string, beat: FollowerBeat): Promise<Share> {
      const { kind, host, isAnswering, isLeased } = beat;
      const values = [id, payload, kind, String(isAnswering), isLeased ? '1' : '0', host];
      const [row] = await read<{ live: LiveFollower[] | null }>(BEAT, ...values);
      const live = row?.live ?? [];
      const wasAnswering = live.some((one) => one.id === id && one.isAnswering);
      return shareAmong({ id, isAnswering, wasAnswering, isGateway: kind !== 'process' }, live);
    },
    async leave(id: string): Promise<void> {
      await read('delete from gateway_followers where service_id = $1 and id = $2', id);
    },
    close: () => sql.end({ timeout: CLOSE_SECONDS }),
    /** Closes without waiting: queries in flight fail. */
    abandon: () => void sql.end({ timeout: 0 }).catch(() => {}),
  };
}

async function readAll(sql: postgres.Sql, serviceId: string, { room, ...take }: TakeRows): Promise<void> {
  await sql.begin('isolation level repeatable read read only', async (tx) => {
    await tx.unsafe('set local statement_timeout = 0');
    const all = async (text: string, takeRow: (row: RawRow) => void) => {
      const query = tx.unsafe(text, [serviceId]).raw();
      if (!room) return void (await query.forEach(takeRow));
      await query.cursor(ROWS_AT_ONCE, async (rows) => {
        for (const row of rows) takeRow(row);
        await room();
      });
    };
    await all(ALL_SUBSCRIPTIONS, (row) => take.subscription(bareSubscription(row)));
    await all(ALL_ACCOUNTS, (row) => take.account(bareAccount(row)));
    await all(ALL_KEYS, (row) => take.key(keyRow(row)));
  });
}

const withKeyNames = <Row extends KeyColumns>({ keyHeader, keyQuery, ...api }: Row) => ({
  ...api,
  keyNames: keyNamesOf({ keyHeader, keyQuery }),
});

const withLimits = ({ rate, quota, apiIds, ...row }: FlatProduct): ProductRow => ({
  ...row,
  apiIds: apiIds ?? [],
  limits: { rate, quota },
});

function productOf({ productId, productRate, productQuota, ...row }: FlatCalling): CallRows['product'] {
  if (productId === null) return null;
  const limits = { rate: productRate, quota: productQuota };
  return { id: productId, isPublished: row.isPublished === true, apiIds: new Set(row.apiIds), limits };
}

function nested({
  accountId,
  accountState,
  resourceId,
  groupIds,
  rate,
  quota,
  keys,
  ...row
}: FlatSubscription): SubscriptionRow {
  const account =
    accountId === null || accountState === null
      ? null
      : {
          id: accountId,
          resourceId: resourceId ?? accountId,
          state: accountState,
          groupIds: withDevelopers(groupIds),
        };
  return { ...row, account, ownLimits: { rate, quota }, keys: keys ?? [] };
}

function withDevelopers(ids: readonly string[] | null): string[] {
  return ids ? [DEVELOPERS_GROUP, ...ids] : ONLY_DEVELOPERS;
}

/** Values as Postgres sent them, which the driver's buffer holds for now. */
type RawRow = readonly (Buffer | null)[];

const text = (value: Buffer | null | undefined) => value?.toString() ?? null;
const limit = (value: Buffer | null | undefined) => (value ? JSON.parse(value.toString()) : null);
const timeOf = (value: Buffer | null | undefined) => (value ? Number(value.toString()) : null);

function bareSubscription([
  id,
  state,
  startsAt,
  endsAt,
  productId,
  apiId,
  accountId,
  createdAt,
  rate,
  quota,
  quotaEndsAt,
]: RawRow): BareSubscriptionRow {
  return {
    id: id ?? NO_BYTES,
    state: text(state) as BareSubscriptionRow['state'],
    startsAt: timeOf(startsAt),
    endsAt: timeOf(endsAt),
    productId: text(productId),
    apiId: text(apiId),
    accountId: accountId ?? null,
    createdAt: Number(createdAt?.toString()),
    ownLimits: rate || quota ? { rate: limit(rate), quota: limit(quota) } : NO_OWN_LIMITS,
    quotaEndsAt: timeOf(quotaEndsAt),
  };
}

function bareAccount([id, state, resourceId, groupIds]: RawRow): BareAccountRow {
  return {
    id: id ?? NO_BYTES,
    state: text(state) as BareAccountRow['state'],
    resourceId: text(resourceId),
    groupIds: withDevelopers(groupIds && JSON.parse(groupIds.toString())),
  };
}

function keyRow([subscriptionId, slot, hash, endsAt]: RawRow): KeyRow {
  return {
    subscriptionId: subscriptionId ?? NO_BYTES,
    slot: text(slot) as KeyRow['slot'],
    hash: hash ?? NO_BYTES,
    endsAt: timeOf(endsAt),
  };
}
