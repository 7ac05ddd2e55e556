// Records which requests of Slack were already handled.
import { lt, sql } from 'drizzle-orm';
import type { Database } from '../connection/connect.ts';
import { slackReceipts } from '../schema/index.ts';

const LIFETIME_MINUTES = 10;
const MAX_AT_ONCE = 100;

export type Receipt = { teamId: string; kind: string; id: string; receivedAt: Date };
type PendingReceipt = { receipt: Receipt; isFirst(isFirst: boolean): void; failed(error: unknown): void };

/**
 * `take` is true for the first process that asks about a request and false for everyone after. Requests that come while
 * others are being written wait for them and are then written together: one statement, and one wait for the disk.
 */
export function createReceipts(db: Database) {
  const waiting: PendingReceipt[] = [];
  let isWriting = false;
  const writeAll = async (): Promise<void> => {
    if (isWriting) return;
    isWriting = true;
    while (waiting.length > 0) await writeTogether(db, waiting.splice(0, MAX_AT_ONCE));
    isWriting = false;
  };
  return {
    take: (receipt: Receipt) =>
      new Promise<boolean>((isFirst, failed) => {
        waiting.push({ receipt, isFirst, failed });
        void writeAll();
      }),
  };
}

const keyOf = ({ teamId, kind, id }: Omit<Receipt, 'receivedAt'>): string =>
  JSON.stringify([teamId, kind, id]);

async function writeTogether(db: Database, batch: PendingReceipt[]): Promise<void> {
  // In one order everywhere, so that two processes with the same requests can't wait for each other in a circle.
  const rows = batch
    .map(({ receipt }) => receipt)
    .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
    .map(({ teamId, kind, id, receivedAt }) => ({ team_id: teamId, kind, id, received_at: receivedAt }));
  try {
    const taken = await db.execute<{ teamId: string; kind: string; id: string }>(sql`
      insert into slack_receipts (team_id, kind, id, received_at)
      select team_id, kind, id, received_at
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r (team_id text, kind text, id text, received_at timestamptz)
      on conflict do nothing
      returning team_id as "teamId", kind, id`);
    const first = new Set(taken.map(keyOf));
    // A batch can hold one request twice. Only the first of the two finds it in the set.
    for (const { receipt, isFirst } of batch) isFirst(first.delete(keyOf(receipt)));
  } catch (error) {
    for (const { failed } of batch) failed(error);
  }
}

export async function deleteOldReceipts(db: Database, now: Date): Promise<void> {
  await db
    .delete(slackReceipts)
    .where(lt(slackReceipts.receivedAt, new Date(now.getTime() - LIFETIME_MINUTES * 60_000)));
}
