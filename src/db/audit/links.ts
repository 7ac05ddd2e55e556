import { and, asc, desc, eq, gt, isNull, sql } from 'drizzle-orm';
import type { Db, Transaction } from '../connection/connect.ts';
import { has } from '../rows.ts';
import { audit, auditLinks, auditUnlinked, services } from '../schema/index.ts';

export type AuditLink = typeof auditLinks.$inferSelect;
/** A link's hash covers the whole row, and nothing that erasure removes. */
export type LinkedRow = typeof audit.$inferSelect;

/** Lets one transaction at a time extend a service's chain. Operations don't wait for it: they only refer to the service. */
export async function holdChain(tx: Transaction, serviceId: string): Promise<void> {
  await tx.select({ id: services.id }).from(services).where(eq(services.id, serviceId)).for('no key update');
}

export async function findLastLink(db: Db, serviceId: string): Promise<AuditLink | null> {
  const [row] = await db
    .select()
    .from(auditLinks)
    .where(eq(auditLinks.serviceId, serviceId))
    .orderBy(desc(auditLinks.number))
    .limit(1);
  return row ?? null;
}

/** The oldest rows that wait for a link. */
export async function listWaitingRows(
  tx: Transaction,
  of: { serviceId: string; limit: number },
): Promise<LinkedRow[]> {
  const rows = await tx
    .select({ row: audit })
    .from(auditUnlinked)
    .innerJoin(audit, has(audit, { serviceId: auditUnlinked.serviceId, id: auditUnlinked.auditId }))
    .where(eq(auditUnlinked.serviceId, of.serviceId))
    .orderBy(asc(auditUnlinked.auditId))
    .limit(of.limit);
  return rows.map(({ row }) => row);
}

/** The oldest row that no link covers and that waits for none: this app did not write it. */
export async function findForeignRow(db: Db, serviceId: string): Promise<{ id: string } | null> {
  const [row] = await db
    .select({ id: audit.id })
    .from(audit)
    .leftJoin(auditLinks, has(auditLinks, { serviceId: audit.serviceId, auditId: audit.id }))
    .leftJoin(auditUnlinked, has(auditUnlinked, { serviceId: audit.serviceId, auditId: audit.id }))
    .where(and(eq(audit.serviceId, serviceId), isNull(auditLinks.number), isNull(auditUnlinked.auditId)))
    .orderBy(asc(audit.id))
    .limit(1);
  return row ?? null;
}

/** Stores the links, and that their rows wait no longer. */
export async function insertLinks(tx: Transaction, links: AuditLink[]): Promise<void> {
  if (links.length === 0) return;
  // One parameter, because 5,000 links would need more parameters than a statement may have.
  await tx.execute(sql`with linked as (
    insert into audit_links (service_id, number, audit_id, hash, linked_at)
    select service_id, number, audit_id, hash, linked_at from json_to_recordset(${JSON.stringify(
      links.map((link) => ({
        service_id: link.serviceId,
        number: link.number,
        audit_id: link.auditId,
        hash: link.hash,
        linked_at: link.linkedAt,
      })),
    )}::json) as link (service_id text, number bigint, audit_id uuid, hash text, linked_at timestamptz)
    returning service_id, audit_id)
    delete from audit_unlinked using linked
    where audit_unlinked.service_id = linked.service_id and audit_unlinked.audit_id = linked.audit_id`);
}

/** The chain in order, each link with its row; null where the row is gone. */
export async function listLinks(
  db: Db,
  of: { serviceId: string; afterNumber: number; limit: number },
): Promise<{ link: AuditLink; row: LinkedRow | null }[]> {
  return db
    .select({ link: auditLinks, row: audit })
    .from(auditLinks)
    .leftJoin(audit, has(audit, { serviceId: auditLinks.serviceId, id: auditLinks.auditId }))
    .where(and(eq(auditLinks.serviceId, of.serviceId), gt(auditLinks.number, of.afterNumber)))
    .orderBy(asc(auditLinks.number))
    .limit(of.limit);
}

export async function findLinksOfRows(
  db: Db,
  serviceId: string,
  auditIds: readonly string[],
): Promise<AuditLink[]> {
  if (auditIds.length === 0) return [];
  return db
    .select()
    .from(auditLinks)
    .where(has(auditLinks, { serviceId, auditId: auditIds }));
}
