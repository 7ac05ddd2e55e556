// The accounts of people as providers know them.
import { and, asc, eq, ne } from 'drizzle-orm';
import type { Db, Transaction } from '../connection/connect.ts';
import { has } from '../rows.ts';
import { accountIdentities, accounts } from '../schema/index.ts';
import type { Account } from './accounts.ts';

export type Identity = typeof accountIdentities.$inferSelect;
type Key = Pick<Identity, 'serviceId' | 'issuer' | 'subject'>;
type Of = { serviceId: string; accountId: string | readonly string[] };

const keyed = ({ serviceId, issuer, subject }: Key) => has(accountIdentities, { serviceId, issuer, subject });

/** The account that such a person signs in to. A deleted account has given its identities up. */
export async function findAccountByIdentity(db: Db, key: Key): Promise<Account | null> {
  const [row] = await db
    .select({ account: accounts })
    .from(accountIdentities)
    .innerJoin(
      accounts,
      has(accounts, { serviceId: accountIdentities.serviceId, id: accountIdentities.accountId }),
    )
    .where(and(keyed(key), ne(accounts.state, 'deleted')));
  return row?.account ?? null;
}

/** The first one connected comes first. */
export async function listIdentities(db: Db, of: Of): Promise<Identity[]> {
  if (of.accountId.length === 0) return [];
  return db
    .select()
    .from(accountIdentities)
    .where(has(accountIdentities, of))
    .orderBy(asc(accountIdentities.linkedAt), asc(accountIdentities.subject));
}

/** Connects a person to a locked account, and takes them from a deleted one. False when another account has them. */
export async function insertIdentity(tx: Transaction, row: Identity): Promise<boolean> {
  const { serviceId, issuer, subject } = row;
  const [former] = await tx
    .select({ accountId: accountIdentities.accountId })
    .from(accountIdentities)
    .innerJoin(
      accounts,
      has(accounts, { serviceId: accountIdentities.serviceId, id: accountIdentities.accountId }),
    )
    .where(and(keyed({ serviceId, issuer, subject }), eq(accounts.state, 'deleted')));
  if (former)
    await tx
      .delete(accountIdentities)
      .where(has(accountIdentities, { serviceId, issuer, subject, ...former }));
  const inserted = await tx
    .insert(accountIdentities)
    .values(row)
    .onConflictDoNothing()
    .returning({ subject: accountIdentities.subject });
  return inserted.length > 0;
}

/** Notes a sign-in, with what the person is called there now. False when it was disconnected meanwhile. */
export async function noteIdentityUse(
  tx: Transaction,
  { accountId, ...key }: Key & { accountId: string },
  used: Pick<Identity, 'provider' | 'shownName' | 'lastUsedAt'>,
): Promise<boolean> {
  const found = await tx
    .update(accountIdentities)
    .set(used)
    .where(and(keyed(key), has(accountIdentities, { accountId })))
    .returning({ subject: accountIdentities.subject });
  return found.length > 0;
}

/** The disconnected one; null when it wasn't connected to this account. */
export async function deleteIdentity(
  tx: Transaction,
  { accountId, ...key }: Key & { accountId: string },
): Promise<Identity | null> {
  const [deleted] = await tx
    .delete(accountIdentities)
    .where(and(keyed(key), has(accountIdentities, { accountId })))
    .returning();
  return deleted ?? null;
}

/** Returns how many there were. */
export async function deleteIdentitiesOfAccount(tx: Transaction, of: Of): Promise<number> {
  const deleted = await tx
    .delete(accountIdentities)
    .where(has(accountIdentities, of))
    .returning({ subject: accountIdentities.subject });
  return deleted.length;
}
