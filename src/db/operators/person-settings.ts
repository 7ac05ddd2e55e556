import type { Db, Transaction } from '../connection/connect.ts';
import { has } from '../rows.ts';
import { personSettings } from '../schema/index.ts';

type PersonKey = { serviceId: string; teamId: string; slackUserId: string };

/** Whether a person wants to hear how their invitations end; until they choose, they do. */
export async function hearsOfInvitations(
  db: Db,
  { serviceId, teamId, slackUserId }: PersonKey,
): Promise<boolean> {
  const [row] = await db
    .select({ hears: personSettings.hearsOfInvitations })
    .from(personSettings)
    .where(has(personSettings, { serviceId, teamId, slackUserId }));
  return row?.hears ?? true;
}

export async function saveHearsOfInvitations(
  tx: Transaction,
  row: PersonKey & { hearsOfInvitations: boolean; changedAt: Date },
): Promise<void> {
  const { hearsOfInvitations, changedAt } = row;
  await tx
    .insert(personSettings)
    .values(row)
    .onConflictDoUpdate({
      target: [personSettings.serviceId, personSettings.teamId, personSettings.slackUserId],
      set: { hearsOfInvitations, changedAt },
    });
}
