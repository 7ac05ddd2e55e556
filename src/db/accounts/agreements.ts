// Which terms a developer agreed to, and when.
import { desc } from 'drizzle-orm';
import type { Db, Transaction } from '../connection/connect.ts';
import { has } from '../rows.ts';
import { portalAgreements, productAgreements, termsTexts } from '../schema/index.ts';

type Of = { serviceId: string; accountId: string };

/** False when the account agreed to this version before. */
export async function insertPortalAgreement(
  tx: Transaction,
  row: typeof portalAgreements.$inferInsert,
): Promise<boolean> {
  const rows = await tx.insert(portalAgreements).values(row).onConflictDoNothing().returning();
  return rows.length > 0;
}

export async function hasPortalAgreement(db: Db, of: Of & { version: string }): Promise<boolean> {
  const rows = await db
    .select({ at: portalAgreements.agreedAt })
    .from(portalAgreements)
    .where(has(portalAgreements, of));
  return rows.length > 0;
}

/** Keeps the text too. False when the account agreed to this version before. */
export async function insertProductAgreement(
  tx: Transaction,
  { text, ...row }: typeof productAgreements.$inferInsert & { text: string },
): Promise<boolean> {
  const { serviceId, termsVersion: version, agreedAt: createdAt } = row;
  await tx.insert(termsTexts).values({ serviceId, version, text, createdAt }).onConflictDoNothing();
  const rows = await tx.insert(productAgreements).values(row).onConflictDoNothing().returning();
  return rows.length > 0;
}

/** Of all products, the newest first. */
export const listProductAgreements = (db: Db, of: Of & { productId?: string }) =>
  db
    .select()
    .from(productAgreements)
    .where(has(productAgreements, of))
    .orderBy(desc(productAgreements.agreedAt));

export async function deleteAgreementsOf(tx: Transaction, { serviceId, accountId }: Of): Promise<void> {
  await tx.delete(productAgreements).where(has(productAgreements, { serviceId, accountId }));
  await tx.delete(portalAgreements).where(has(portalAgreements, { serviceId, accountId }));
}
