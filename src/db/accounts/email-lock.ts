import { sql } from 'drizzle-orm';
import type { Db, Transaction } from '../connection/connect.ts';
import { inBatches } from '../connection/in-batches.ts';

/**
 * Lets one transaction at a time decide about an email, so that an account and an open invitation can't both be made for
 * it. Call it before any row is locked: email → invitation or account → ticket, so that nothing deadlocks.
 */
export async function holdEmail(tx: Transaction, serviceId: string, emailCanonical: string): Promise<void> {
  await lockTogether(tx, `${serviceId} ${emailCanonical}`);
}

const lockTogether = inBatches(async (db, keys: string[]) => {
  await lock(db, keys);
  return keys;
});

/** The same for several, in an order that all transactions share. */
export async function holdEmails(tx: Transaction, serviceId: string, canonical: string[]): Promise<void> {
  await lock(
    tx,
    canonical.map((email) => `${serviceId} ${email}`),
  );
}

async function lock(db: Db, keys: readonly string[]): Promise<void> {
  await db.execute(
    sql`select pg_advisory_xact_lock(hashtextextended(key, 0))
      from json_array_elements_text(${JSON.stringify(keys.toSorted())}::json) as key`,
  );
}
