import { eq } from 'drizzle-orm';
import type { Database, Transaction } from './connect.ts';
import { workspaces } from './schema.ts';

export async function findWorkspace(db: Database | Transaction, teamId: string) {
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
