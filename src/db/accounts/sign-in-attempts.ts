// Browsers on their way to a provider and back.
import { and, gt, lte } from 'drizzle-orm';
import type { Database, Db, Transaction } from '../connection/connect.ts';
import { has } from '../rows.ts';
import { signInAttempts } from '../schema/index.ts';

export type SignInAttempt = typeof signInAttempts.$inferSelect;
type Key = Pick<SignInAttempt, 'serviceId' | 'hash' | 'browserHash'>;

/** In place of one with the same hash. */
export async function putAttempt(tx: Transaction, row: SignInAttempt): Promise<void> {
  const { browserHash, sealed, expiresAt } = row;
  await tx
    .insert(signInAttempts)
    .values(row)
    .onConflictDoUpdate({
      target: [signInAttempts.serviceId, signInAttempts.hash],
      set: { browserHash, sealed, expiresAt },
    });
}

const isOpen = ({ serviceId, hash, browserHash, now }: Key & { now: Date }) =>
  and(has(signInAttempts, { serviceId, hash, browserHash }), gt(signInAttempts.expiresAt, now));

export async function findAttempt(db: Db, key: Key & { now: Date }): Promise<SignInAttempt | null> {
  const [row] = await db.select().from(signInAttempts).where(isOpen(key));
  return row ?? null;
}

/** The guarded statement that makes an attempt single-use: of several requests at once, one gets the row. */
export async function takeAttempt(db: Db, key: Key & { now: Date }): Promise<SignInAttempt | null> {
  const [row] = await db.delete(signInAttempts).where(isOpen(key)).returning();
  return row ?? null;
}

export async function deleteEndedAttempts(db: Database, now: Date): Promise<void> {
  await db.delete(signInAttempts).where(lte(signInAttempts.expiresAt, now));
}
