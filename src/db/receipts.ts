import { lt } from 'drizzle-orm';
import type { Database } from './connect.ts';
import { slackReceipts } from './schema.ts';

const KEPT_MINUTES = 10;

/** True for the first process that asks about this request, false for everyone after. */
export async function takeReceipt(
  db: Database,
  receipt: { teamId: string; kind: string; id: string; receivedAt: Date },
): Promise<boolean> {
  const taken = await db
    .insert(slackReceipts)
    .values(receipt)
    .onConflictDoNothing()
    .returning({ id: slackReceipts.id });
  return taken.length > 0;
}

export async function deleteOldReceipts(db: Database, now: Date): Promise<void> {
  await db
    .delete(slackReceipts)
    .where(lt(slackReceipts.receivedAt, new Date(now.getTime() - KEPT_MINUTES * 60_000)));
}
