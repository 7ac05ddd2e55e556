import { sql } from 'drizzle-orm';
import type { Transaction } from '../connection/connect.ts';

/** Whether this transaction has changed something that gateways must know: their triggers say so, when they tell them. */
export async function hasToldGateways(tx: Transaction): Promise<boolean> {
  const [row] = await tx.execute<{ told: string | null }>(
    sql`select current_setting('apim_user.told_gateways', true) as told`,
  );
  return row?.told === 'yes';
}

/** Counts as a change: what this transaction found may have been committed a moment ago, by another process. */
export async function noteToldGateways(tx: Transaction): Promise<void> {
  await tx.execute(sql`select set_config('apim_user.told_gateways', 'yes', true)`);
}
