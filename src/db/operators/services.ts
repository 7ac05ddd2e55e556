import { eq, sql } from 'drizzle-orm';
import type { Database, Db } from '../connection/connect.ts';
import { groups, services } from '../schema/index.ts';

const BUILT_IN_GROUPS = [
  { id: 'administrators', name: 'Administrators', description: 'Run the API programme' },
  { id: 'developers', name: 'Developers', description: 'Everyone with an account' },
  { id: 'guests', name: 'Guests', description: 'Visitors who are not signed in' },
];

/** The service of this process. The first start makes it, with the three built-in groups. */
export async function openService(
  db: Database,
  service: { id: string; name: string; secretKeyCheck: string; now: Date },
): Promise<{ id: string; name: string; secretKeyCheck: string }> {
  const { now, ...row } = service;
  return db.transaction(async (tx) => {
    await tx
      .insert(services)
      .values({ ...row, createdAt: now })
      .onConflictDoNothing();
    for (const group of BUILT_IN_GROUPS) {
      const values = { ...group, serviceId: service.id, type: 'system' as const, createdAt: now };
      await tx.insert(groups).values(values).onConflictDoNothing();
    }
    await tx.update(services).set({ name: service.name }).where(eq(services.id, service.id));
    return findService(tx, service.id);
  });
}

/** Throws a fault when there is none: the start makes it. */
export async function findService(db: Db, id: string): Promise<typeof services.$inferSelect> {
  const [found] = await db.select().from(services).where(eq(services.id, id));
  if (!found) throw new Error('the service is gone');
  return found;
}

/** Whether a server has ever been started on this database. */
export async function hasServices(db: Database): Promise<boolean> {
  const [table] = await db.execute<{ name: string | null }>(
    sql`select to_regclass('public.services')::text as name`,
  );
  return table?.name ? (await db.select({ id: services.id }).from(services).limit(1)).length > 0 : false;
}

/** Stores the check value of a new root secret, after a rotation. */
export async function storeSecretKeyCheck(
  db: Database,
  serviceId: string,
  secretKeyCheck: string,
): Promise<void> {
  await db.update(services).set({ secretKeyCheck }).where(eq(services.id, serviceId));
}
