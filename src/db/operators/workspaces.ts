import { eq } from 'drizzle-orm';
import type { Db, Transaction } from '../connection/connect.ts';
import { has } from '../rows.ts';
import { workspaces } from '../schema/index.ts';

export async function findWorkspace(db: Db, teamId: string) {
  const [row] = await db.select().from(workspaces).where(eq(workspaces.teamId, teamId));
  return row ?? null;
}

export async function bindWorkspace(
  tx: Transaction,
  row: { teamId: string; serviceId: string; tokenHash: string; changedAt: Date },
): Promise<void> {
  const { teamId: _key, ...bound } = row;
  await tx
    .insert(workspaces)
    .values({ ...row, state: 'bound' })
    .onConflictDoUpdate({ target: workspaces.teamId, set: { ...bound, state: 'bound' } });
}

export async function revokeWorkspace(tx: Transaction, teamId: string, now: Date): Promise<void> {
  await tx.update(workspaces).set({ state: 'revoked', changedAt: now }).where(eq(workspaces.teamId, teamId));
}

/** The workspaces that a service has been used from and whose token was not revoked. */
export async function listBoundTeamIds(db: Db, serviceId: string): Promise<string[]> {
  const rows = await db
    .select({ teamId: workspaces.teamId })
    .from(workspaces)
    .where(has(workspaces, { serviceId, state: 'bound' }))
    .orderBy(workspaces.teamId);
  return rows.map(({ teamId }) => teamId);
}
