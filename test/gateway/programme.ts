// The accounts, APIs, products and subscriptions of an API programme, made by operations.
import { addAccount } from '../../src/operations/accounts/add.ts';
import { createApi } from '../../src/operations/apis/create.ts';
import type { Context } from '../../src/operations/frame/context.ts';
import { createProduct } from '../../src/operations/products/create.ts';
import { grantSubscription } from '../../src/operations/subscriptions/grant.ts';
import { newApiKey } from '../../src/security/api-key.ts';

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
