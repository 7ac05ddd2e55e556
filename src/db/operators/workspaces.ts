import type { Db, Transaction } from '../connection/connect.ts';
import { has } from '../rows.ts';
import { channelServices, workspaces } from '../schema/index.ts';

type WorkspaceKey = { serviceId: string; teamId: string };
const isWorkspace = ({ serviceId, teamId }: WorkspaceKey) => has(workspaces, { serviceId, teamId });

export async function findWorkspace(db: Db, key: WorkspaceKey) {
  const [row] = await db.select().from(workspaces).where(isWorkspace(key));
  return row ?? null;
}

export async function bindWorkspace(
  tx: Transaction,
  row: WorkspaceKey & { tokenHash: string; changedAt: Date },
): Promise<void> {
  const { tokenHash, changedAt } = row;
  await tx
    .insert(workspaces)
    .values({ ...row, state: 'bound' })
    .onConflictDoUpdate({
      target: [workspaces.serviceId, workspaces.teamId],
      set: { tokenHash, changedAt, state: 'bound' },
    });
}

export async function revokeWorkspace(tx: Transaction, key: WorkspaceKey, now: Date): Promise<void> {
  await tx.update(workspaces).set({ state: 'revoked', changedAt: now }).where(isWorkspace(key));
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

type Channel = { teamId: string; channelId: string };

/** The id of the service that a command in this channel means; null for the default one. */
export async function findServiceOfChannel(db: Db, { teamId, channelId }: Channel): Promise<string | null> {
  const [row] = await db
    .select({ serviceId: channelServices.serviceId })
    .from(channelServices)
    .where(has(channelServices, { teamId, channelId }));
  return row?.serviceId ?? null;
}

export async function setServiceOfChannel(
  tx: Transaction,
  row: Channel & { serviceId: string; changedAt: Date },
): Promise<void> {
  const { serviceId, changedAt } = row;
  await tx
    .insert(channelServices)
    .values(row)
    .onConflictDoUpdate({
      target: [channelServices.teamId, channelServices.channelId],
      set: { serviceId, changedAt },
    });
}
