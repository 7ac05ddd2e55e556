// The differences between the two sides that operators decide, with why each is one.
import { and, eq, getTableColumns, inArray, type SQL, sql } from 'drizzle-orm';
import { EXISTS } from '../../domain/azure-mirror.ts';
import type { Db, Transaction } from '../connection/connect.ts';
import { byRowId, type PagedList, pagedList } from '../page.ts';
import { has } from '../rows.ts';
import { azureDrifts, azureInstances, azureThings, cards } from '../schema/index.ts';
import type { AzureDrift } from './drifts.ts';

/**
 * - `fight`: the field went back and forth, so writing it has stopped.
 * - `gone-there`, `only-there`: Azure lacks the thing that it had; we lack what Azure has, because it can't be taken in.
 * - `deleted-here`, `only-here`, `changed-here`: only our side changed.
 * - `changed-there`: only Azure changed what our side decided last.
 * - `both-changed`, `never-agreed`: both did since they last agreed; they never agreed.
 */
type DriftReason =
  | 'fight'
  | 'gone-there'
  | 'only-there'
  | 'deleted-here'
  | 'only-here'
  | 'changed-here'
  | 'changed-there'
  | 'both-changed'
  | 'never-agreed';

export type ListedDrift = AzureDrift & {
  azureId: string;
  ourId: string | null;
  writtenAt: Date | null;
  mode: (typeof azureInstances.$inferSelect)['mode'];
  reason: DriftReason;
  /** A person has to decide it. In the mode `watch`, what only our side changed waits for the mode instead. */
  isAsked: boolean;
};

const agreed = sql`${azureThings.memory}->'agreed'->>${azureDrifts.field}`;
const reason = sql<DriftReason>`case
  when ${azureDrifts.isFight} then 'fight'
  when ${azureDrifts.field} = ${EXISTS} and ${azureDrifts.theirs} = 'no' and ${agreed} is null then 'only-here'
  when ${azureDrifts.field} = ${EXISTS} and ${azureDrifts.theirs} = 'no' then 'gone-there'
  when ${azureDrifts.field} = ${EXISTS} and ${agreed} is null then 'only-there'
  when ${azureDrifts.field} = ${EXISTS} then 'deleted-here'
  when ${agreed} is null then 'never-agreed'
  when ${agreed} = ${azureDrifts.theirs} then 'changed-here'
  when ${agreed} = ${azureDrifts.ours} then 'changed-there'
  else 'both-changed' end`;
const isAsked = sql<boolean>`(${azureInstances.mode} <> 'watch'
  or ${reason} not in ('deleted-here', 'only-here', 'changed-here'))`;

const selectDrifts = (db: Db) =>
  db
    .select({
      ...getTableColumns(azureDrifts),
      azureId: azureThings.azureId,
      ourId: azureThings.ourId,
      writtenAt: azureThings.writtenAt,
      mode: azureInstances.mode,
      reason,
      isAsked,
    })
    .from(azureDrifts)
    .innerJoin(azureInstances, eq(azureInstances.serviceId, azureDrifts.serviceId))
    .innerJoin(
      azureThings,
      and(
        eq(azureThings.serviceId, azureDrifts.serviceId),
        eq(azureThings.kind, azureDrifts.kind),
        eq(azureThings.id, azureDrifts.thingId),
      ),
    );

export async function findListedDrift(db: Db, serviceId: string, id: string): Promise<ListedDrift | null> {
  const [row] = await selectDrifts(db).where(has(azureDrifts, { serviceId, id }));
  return row ?? null;
}

/** Open ones, oldest first. */
export const listOpenDrifts = (
  db: Db,
  {
    serviceId,
    thing,
  }: { serviceId: string; thing?: { kind: AzureDrift['kind']; ourId: string } | undefined },
): PagedList<ListedDrift, string> =>
  pagedList(db, azureDrifts, {
    where: and(has(azureDrifts, { serviceId, state: 'open' }), thing ? isOf(thing) : undefined),
    ...byRowId(azureDrifts.id),
    select: () => selectDrifts(db).$dynamic() as never,
  });

/** Also for a query of the drifts alone, which counts them. */
const isOf = ({ kind, ourId }: { kind: AzureDrift['kind']; ourId: string }): SQL =>
  sql`exists (select from ${azureThings} thing where thing.service_id = ${azureDrifts.serviceId}
    and thing.kind = ${azureDrifts.kind} and thing.id = ${azureDrifts.thingId}
    and thing.kind = ${kind} and thing.our_id = ${ourId})`;

/** How many open drifts have a card. */
export async function countDriftCards(
  tx: Transaction,
  { serviceId, except = null }: { serviceId: string; except?: string | null },
): Promise<number> {
  const [row] = await tx.execute<{ count: number }>(sql`
    select count(distinct c.drift_id)::int as count from ${cards} c
    join ${azureDrifts} d on d.service_id = c.service_id and d.id = c.drift_id
    where c.service_id = ${serviceId} and d.state = 'open' and d.id is distinct from ${except}::uuid`);
  return row?.count ?? 0;
}

/** Open ones that a person has to decide and that have no card, oldest first. */
export async function listDriftsWithoutCard(
  db: Db,
  { serviceId, limit }: { serviceId: string; limit: number },
): Promise<{ id: string }[]> {
  return selectDrifts(db)
    .where(
      and(
        has(azureDrifts, { serviceId, state: 'open' }),
        isAsked,
        sql`not exists (select from ${cards} where ${cards.serviceId} = ${azureDrifts.serviceId}
          and ${cards.driftId} = ${azureDrifts.id})`,
      ),
    )
    .orderBy(azureDrifts.id)
    .limit(limit);
}

/** Empties what the drifts of an account tell about it. */
export async function eraseDriftsOfAccount(
  tx: Transaction,
  serviceId: string,
  accountId: string,
): Promise<void> {
  const things = tx
    .select({ id: azureThings.id })
    .from(azureThings)
    .where(has(azureThings, { serviceId, kind: 'account', ourId: accountId }));
  await tx
    .update(azureDrifts)
    .set({ sealed: null })
    .where(and(has(azureDrifts, { serviceId, kind: 'account' }), inArray(azureDrifts.thingId, things)));
}
