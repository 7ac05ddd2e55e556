import { and, eq, sql } from 'drizzle-orm';
import type { MirroredKind } from '../../domain/azure-mirror.ts';
import type { Db, Transaction } from '../connection/connect.ts';
import { has } from '../rows.ts';
import { azureThings } from '../schema/index.ts';

export type AzureThing = typeof azureThings.$inferSelect;

/** Locks the things with these ids, in the order of their ids. */
export async function lockThings(
  tx: Transaction,
  of: { serviceId: string; kind: MirroredKind; ids: readonly string[] },
): Promise<AzureThing[]> {
  if (of.ids.length === 0) return [];
  return tx
    .select()
    .from(azureThings)
    .where(has(azureThings, { serviceId: of.serviceId, kind: of.kind, id: of.ids }))
    .orderBy(azureThings.id)
    .for('update');
}

/** Things by their ids in lower case. */
export async function listThings(
  db: Db,
  of: { serviceId: string; kind: MirroredKind; ids: readonly string[] },
): Promise<AzureThing[]> {
  if (of.ids.length === 0) return [];
  const { serviceId, kind, ids } = of;
  return db
    .select()
    .from(azureThings)
    .where(has(azureThings, { serviceId, kind, id: ids }));
}

/** The things that stand for these rows of ours. */
export async function listThingsOfOurs(
  db: Db,
  of: { serviceId: string; kind: MirroredKind; ourIds: readonly string[] },
): Promise<AzureThing[]> {
  if (of.ourIds.length === 0) return [];
  return db
    .select()
    .from(azureThings)
    .where(has(azureThings, { serviceId: of.serviceId, kind: of.kind, ourId: of.ourIds }));
}

/** Stores things as they are given, in one statement. */
export async function saveThings(tx: Transaction, things: readonly AzureThing[]): Promise<void> {
  if (things.length === 0) return;
  const given = (column: string) => sql.raw(`excluded.${column}`);
  await tx
    .insert(azureThings)
    .values([...things])
    .onConflictDoUpdate({
      target: [azureThings.serviceId, azureThings.kind, azureThings.id],
      set: {
        azureId: given('azure_id'),
        ourId: given('our_id'),
        memory: given('memory'),
        seen: given('seen'),
        seenAt: given('seen_at'),
        seenInPass: given('seen_in_pass'),
        writtenAt: given('written_at'),
      },
    });
}

/** No other thing than these stands for their rows of ours any more. */
export async function releaseOurs(
  tx: Transaction,
  { serviceId, kind }: { serviceId: string; kind: MirroredKind },
  things: readonly { id: string; ourId: string }[],
): Promise<void> {
  if (things.length === 0) return;
  await tx.execute(sql`
    update azure_things t set our_id = null
    from json_to_recordset(${JSON.stringify(things)}::json) as now (id text, "ourId" text)
    where t.service_id = ${serviceId} and t.kind = ${kind} and t.our_id = now."ourId" and t.id <> now.id`);
}

/** Things that a comparison did not see, the first `limit` after a key. */
export async function listUnseenThings(
  db: Db,
  of: { serviceId: string; pass: number; after: { kind: string; id: string } | null; limit: number },
): Promise<AzureThing[]> {
  const isAfter = of.after
    ? sql`(${azureThings.kind}, ${azureThings.id}) > (${of.after.kind}, ${of.after.id})`
    : undefined;
  return db
    .select()
    .from(azureThings)
    .where(
      and(
        eq(azureThings.serviceId, of.serviceId),
        sql`${azureThings.seenInPass} < ${of.pass}`,
        sql`${azureThings.seen} <> '{}'`,
        isAfter,
      ),
    )
    .orderBy(azureThings.kind, azureThings.id)
    .limit(of.limit);
}
