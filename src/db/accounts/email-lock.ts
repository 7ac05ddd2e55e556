import { sql } from 'drizzle-orm';
import type { Transaction } from '../connection/connect.ts';

/**
 * Lets one transaction at a time decide about an email, so that an account and an open invitation can't both be made for
 * it. Call it before any row is locked: email → invitation or account → ticket, so that nothing deadlocks.
 */
export async function holdEmail(tx: Transaction, serviceId: string, emailCanonical: string): Promise<void> {
  await holdEmails(tx, serviceId, [emailCanonical]);
}

/** The same for several, in an order that all transactions share. */
export async function holdEmails(tx: Transaction, serviceId: string, canonical: string[]): Promise<void> {
  const keys = canonical.map((email) => `${serviceId} ${email}`).sort();
  await tx.execute(
    sql`select pg_advisory_xact_lock(hashtextextended(key, 0))
      from json_array_elements_text(${JSON.stringify(keys)}::json) as key`,
  );
}
