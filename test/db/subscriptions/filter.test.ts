// The filter of a list of subscriptions by owner and scope: the rows that it finds, and how many it reads for them.
import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { listSubscriptions, type SubscriptionsWanted } from '../../../src/db/subscriptions/lists.ts';
import { fitsFilter } from '../../../src/domain/list-filter.ts';
import { createTestContext } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';

/** More by hand: a million. */
const ROWS = Number(process.env.FILTER_ROWS ?? 8_000);
const LIMIT = 100;

type Filter = NonNullable<SubscriptionsWanted['filter']>['tree'];
const OWNER: Filter & { kind: 'compare' } = {
  kind: 'compare',
  operator: 'eq',
  field: { firstOf: [{ prefix: '/users/', field: 'ownerId' }, { prefix: '/users/' }] },
  value: '',
};
const SCOPE: typeof OWNER = {
  ...OWNER,
  field: {
    firstOf: [
      { prefix: '/products/', field: 'productId' },
      { prefix: '/apis/', field: 'apiId' },
      { prefix: '/apis' },
    ],
  },
};
const eq = (by: typeof OWNER | 'ownerId' | 'productId', value: string): Filter =>
  typeof by === 'string' ? { ...OWNER, field: by, value } : { ...by, value };

const t = forAllTests(createTestContext);
beforeAll(async () => {
  await fill('ours', ROWS);
  await fill('theirs', 60);
  await t.sql`analyze`;
});

async function fill(service: string, count: number): Promise<void> {
  await t.sql`insert into products (service_id, id, name, is_published, is_subscription_required, is_approval_required, created_at, updated_at)
    select ${service}, 'Gold' || n, 'Gold', true, true, false, now(), now() from generate_series(1, 40) n`;
  await t.sql`insert into apis (service_id, id, name, path, created_at, updated_at)
    select ${service}, 'Orders' || n, 'Orders', 'orders' || n, now(), now() from generate_series(1, 40) n`;
  await t.sql`insert into accounts (service_id, id, resource_id, email, email_canonical, first_name, last_name, state,
      state_changed_at, state_changed_by, registered_at, updated_at)
    select ${service}, 'Row' || n, case when n % 2 = 0 then 'Ann' || n end, n || '@example.com', n || '@example.com', 'Ann',
      'Lee', 'active', now(), 'test', now(), now() from generate_series(1, ${count / 4}::int) n`;
  // The newest are of other owners, so that a walk from the newest one reads them all.
  await t.sql`insert into subscriptions (service_id, id, account_id, product_id, api_id, name, state, state_changed_at,
      state_changed_by, created_at, updated_at)
    select ${service}, 's' || n, case when n % 50 > 0 then 'Row' || (n / 8 + 1) end,
      case when n % 4 < 2 then 'Gold' || (n / 400 % 20 + 1) end, case when n % 4 = 2 then 'Orders' || (n / 400 % 20 + 1) end,
      'Nightly', 'active', now(), 'test', now() + n * interval '1 ms', now() from generate_series(1, ${count}::int) n`;
}

/** The ids that a page has, and how many rows of subscriptions Postgres read for it. */
const read = (tree: Filter, service = 'ours') =>
  t.db.transaction(async (tx) => {
    // It counts on from earlier transactions of the connection.
    const readSoFar = async () => {
      const [row] = await tx.execute<{ count: number }>(sql`
        select (seq_tup_read + coalesce(idx_tup_fetch, 0))::int as count from pg_stat_xact_user_tables
        where relname = 'subscriptions'`);
      return row?.count ?? 0;
    };
    const before = await readSoFar();
    const wanted = { filter: { tree, now: new Date() } };
    const rows = await listSubscriptions(tx, service, wanted, { limit: LIMIT });
    return { ids: rows.map(({ id }) => id), count: (await readSoFar()) - before };
  });

it.each([
  ['the owner', eq(OWNER, '/users/ann2'), 8],
  ['the owner’s id', eq('ownerId', 'ROW3'), 8],
  ['an owner that isn’t there', eq(OWNER, '/users/Row2'), 0],
])('eq with %s reads only the rows that it finds', async (_what, filter, expected) => {
  const { ids, count } = await read(filter);
  expect(ids).toHaveLength(expected);
  expect(count).toBeLessThan(50);
});

describe('eq with an owner or a scope finds what comparing the texts does', () => {
  const values = [
    '/users/Ann2',
    '/USERS/row1',
    '/users/',
    '',
    '/products/GOLD1',
    '/products/',
    '/apis/orders1',
    '/apis',
    'ann2',
    'gold1',
  ];
  const trees = values.flatMap((value) =>
    [eq(OWNER, value), eq(SCOPE, value), eq('ownerId', value), eq('productId', value)].flatMap(
      (one): Filter[] => [
        one,
        { kind: 'not', part: one },
        { kind: 'and', parts: [{ kind: 'not', part: one }, eq(OWNER, '/users/ann2')] },
        { kind: 'or', parts: [one, { kind: 'not', part: eq(SCOPE, '/apis/orders1') }] },
      ],
    ),
  );
  it('alone, under not, and, or', async () => {
    const rows =
      await t.sql`select s.id, coalesce(a.resource_id, a.id) as "ownerId", product_id as "productId",
        api_id as "apiId"
      from subscriptions s left join accounts a on a.service_id = s.service_id and a.id = s.account_id
      where s.service_id = 'theirs' order by s.created_at desc`;
    const textsOf = (row: object) =>
      Object.fromEntries(Object.entries(row).filter(([, text]) => text !== null));
    for (const tree of trees) {
      const fitting = rows.filter((row) => fitsFilter(tree, textsOf(row))).map(({ id }) => id);
      expect((await read(tree, 'theirs')).ids, JSON.stringify(tree)).toEqual(fitting);
    }
  });
});
