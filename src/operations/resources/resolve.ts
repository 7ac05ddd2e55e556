import { findAccountByResourceId } from '../../db/accounts/accounts.ts';
import { findGroupId } from '../../db/accounts/groups.ts';
import { findApiId } from '../../db/catalog/apis.ts';
import { findProductId } from '../../db/catalog/products.ts';
import type { Db } from '../../db/connection/connect.ts';
import { findSubscriptionId } from '../../db/subscriptions/subscriptions.ts';
import { defineOperation, input, READERS } from '../frame/operation.ts';

const written = input.writtenId.optional();

type Find = (db: Db, serviceId: string, id: string) => Promise<string | null>;
const FINDERS = {
  accountId: async (db, serviceId, id) => (await findAccountByResourceId(db, serviceId, id))?.id ?? null,
  groupId: findGroupId,
  apiId: findApiId,
  productId: findProductId,
  subscriptionId: findSubscriptionId,
} satisfies Record<string, Find>;
type Kind = keyof typeof FINDERS;

/**
 * The ids of rows, for ids as a program wrote them: in any case, and an account by its id for programs. Null when there is no
 * such row, or the account is deleted.
 */
export const resolveResources = defineOperation({
  name: 'resources/resolve',
  allowed: READERS,
  effect: 'read',
  input: {
    accountId: written,
    groupId: written,
    apiId: written,
    productId: written,
    subscriptionId: written,
  },
  async run(act, ids) {
    const found = Object.entries(ids).map(async ([kind, id]) => [
      kind,
      id === undefined ? undefined : await FINDERS[kind as Kind](act.tx, act.service.id, id),
    ]);
    return Object.fromEntries(await Promise.all(found)) as { [K in Kind]?: string | null | undefined };
  },
});
