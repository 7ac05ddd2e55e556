// Our rows that a copy of another service is compared with, many at once.
import { and, eq, inArray, ne, or, sql } from 'drizzle-orm';
import { type Account, resourceIdOfAccount } from '../accounts/accounts.ts';
import type { Api } from '../catalog/apis.ts';
import type { Db } from '../connection/connect.ts';
import { has } from '../rows.ts';
import { accounts, apis, audit, subscriptionKeys } from '../schema/index.ts';
import type { SubscriptionKey } from '../subscriptions/keys.ts';

/** Accounts that programs know by these ids in any case, deleted ones with these ids, and those with one of these emails now. */
export async function listAccountsLike(
  db: Db,
  serviceId: string,
  { ids, addresses }: { ids: string[]; addresses: string[] },
): Promise<Account[]> {
  if (ids.length + addresses.length === 0) return [];
  const lower = ids.map((id) => sql`lower(${id}::text)`);
  return db
    .select()
    .from(accounts)
    .where(
      and(
        eq(accounts.serviceId, serviceId),
        or(
          and(eq(accounts.state, 'deleted'), inArray(accounts.id, ids)),
          and(ne(accounts.state, 'deleted'), inArray(sql`lower(${resourceIdOfAccount})`, lower)),
          and(ne(accounts.state, 'deleted'), inArray(accounts.emailCanonical, addresses)),
        ),
      ),
    );
}

/** APIs with one of these paths, compared without case. */
export async function listApisAt(db: Db, serviceId: string, paths: string[]): Promise<Api[]> {
  if (paths.length === 0) return [];
  const lower = paths.map((path) => path.toLowerCase());
  return db
    .select()
    .from(apis)
    .where(and(eq(apis.serviceId, serviceId), inArray(sql`lower(${apis.path})`, lower)));
}

/** The subscriptions that have these keys. */
export async function listKeysOfHashes(
  db: Db,
  serviceId: string,
  hashes: string[],
): Promise<Pick<SubscriptionKey, 'subscriptionId' | 'slot' | 'hash'>[]> {
  if (hashes.length === 0) return [];
  const { subscriptionId, slot, hash } = subscriptionKeys;
  return db
    .select({ subscriptionId, slot, hash })
    .from(subscriptionKeys)
    .where(and(eq(subscriptionKeys.serviceId, serviceId), inArray(hash, hashes)));
}

/** Of these accounts, those that the operation ever changed. */
export async function listAccountsChangedBy(
  db: Db,
  serviceId: string,
  { operation, accountIds }: { operation: string; accountIds: string[] },
): Promise<string[]> {
  if (accountIds.length === 0) return [];
  const rows = await db
    .selectDistinct({ id: audit.targetId })
    .from(audit)
    .where(
      and(
        has(audit, { serviceId, targetKind: 'account', operation, outcome: 'done' }),
        inArray(audit.targetId, accountIds),
      ),
    );
  return rows.flatMap(({ id }) => id ?? []);
}
