// The accounts, APIs, products and subscriptions of an API programme, made by operations.
import { createGatewaySource } from '../../src/db/gateway/source.ts';
import { addAccount } from '../../src/operations/accounts/add.ts';
import { createApi } from '../../src/operations/apis/create.ts';
import type { Context } from '../../src/operations/frame/context.ts';
import { createProduct } from '../../src/operations/products/create.ts';
import { grantSubscription } from '../../src/operations/subscriptions/grant.ts';
import { newApiKey } from '../../src/security/api-key.ts';
import type { TestContext } from '../support/context.ts';

export type Wanted = Partial<Parameters<typeof grantSubscription>[1]>;
type KeyNames = Pick<Parameters<typeof createApi>[1], 'keyHeader' | 'keyQuery'>;
export type Programme = ReturnType<typeof createProgramme>;

let count = 0;
const next = (what: string): string => {
  count += 1;
  return `${what}${count}`;
};

/** `admin` gives the context of an admin. */
export function createProgramme(admin: () => Context) {
  const newKey = () => newApiKey(admin().random).key;
  async function account(): Promise<string> {
    const email = `${next('gate')}@example.com`;
    const person = { firstName: 'Ann', lastName: 'Lee', password: 'three quiet garden chairs' };
    return (await addAccount(admin(), { email, ...person })).account.id;
  }
  /** A subscription whose keys the test knows; of a new account by default. */
  async function subscription(wanted: Wanted & { isNobodys?: boolean } = {}) {
    const { isNobodys = false, ...rest } = wanted;
    const { primaryKey = newKey(), secondaryKey = newKey() } = rest;
    const keys = { primaryKey, secondaryKey };
    const accountId = isNobodys ? undefined : (rest.accountId ?? (await account()));
    const { subscription: granted } = await grantSubscription(admin(), {
      ...rest,
      ...keys,
      ...(accountId === undefined ? {} : { accountId }),
    });
    return { ...keys, accountId: accountId ?? '', subscriptionId: granted.id };
  }
  return {
    newKey,
    account,
    subscription,
    async api(path: string, id = next('api'), keyNames: KeyNames = {}): Promise<string> {
      return (await createApi(admin(), { id, name: id, path, ...keyNames })).api.id;
    },
    async product(apiIds: string[], wanted: Partial<Parameters<typeof createProduct>[1]> = {}) {
      const id = wanted.id ?? next('product');
      await createProduct(admin(), { name: id, isPublished: true, apiIds, ...wanted, id });
      return id;
    },
  };
}

/** So that no quota's period ends in a test. */
export function goToMidMonth({ clock, advance }: TestContext): void {
  const now = clock();
  advance(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 15, 12) - now.getTime());
}

let batches = 0;
/** Counts calls of a subscription that passed, as a gateway beside does. */
export async function makeCalls(t: TestContext, subscriptionId: string, calls: number): Promise<void> {
  const [row] = await t.sql`select created_at as at from subscriptions where id = ${subscriptionId}`;
  const subscription = { id: subscriptionId, createdAt: new Date(row?.at).getTime() };
  const what = {
    keyMark: null,
    productId: null,
    apiId: null,
    outcome: 'passed' as const,
    lastAt: t.clock().getTime(),
  };
  const source = createGatewaySource(t.db, t.databaseUrl, 'ours', t.clock);
  batches += 1;
  await source.addUsage({ source: 'test', number: batches, calls: [{ subscription, ...what, calls }] });
}
