import { and, asc, eq, sql } from 'drizzle-orm';
import type { Db, Transaction } from '../connection/connect.ts';
import { has, holdLock, rowsOf } from '../rows.ts';
import { webhooks } from '../schema/index.ts';

export type Webhook = typeof webhooks.$inferSelect;

export const {
  find: findWebhook,
  findAll: findWebhooks,
  lock: lockWebhook,
  insert: insertWebhook,
  update: updateWebhook,
  remove: deleteWebhook,
} = rowsOf(webhooks);

/** Lets one transaction at a time make or rename webhooks: there are few, with names of their own. */
export const holdWebhooks = (tx: Transaction, serviceId: string) => holdLock(tx, `webhooks of ${serviceId}`);

/** By name. */
export async function listWebhooks(db: Db, serviceId: string): Promise<Webhook[]> {
  return db
    .select()
    .from(webhooks)
    .where(eq(webhooks.serviceId, serviceId))
    .orderBy(sql`lower(${webhooks.name})`);
}

/** Whether another webhook has the name, in any case. */
export async function isWebhookNameTaken(
  db: Db,
  { serviceId, name, exceptId }: { serviceId: string; name: string; exceptId?: string },
): Promise<boolean> {
  const [row] = await db
    .select({ id: webhooks.id })
    .from(webhooks)
    .where(and(eq(webhooks.serviceId, serviceId), sql`lower(${webhooks.name}) = lower(${name})`));
  return row !== undefined && row.id !== exceptId;
}

/** The webhooks that send, locked until the transaction ends; without those that another transaction has. */
export async function lockActiveWebhooks(tx: Transaction, serviceId: string): Promise<Webhook[]> {
  return tx
    .select()
    .from(webhooks)
    .where(has(webhooks, { serviceId, state: 'active' }))
    .orderBy(asc(webhooks.id))
    .for('update', { skipLocked: true });
}

/** What happened to a webhook by itself. Its version stays: no form that a person has open is outdated by it. */
export async function noteOfWebhook(
  tx: Transaction,
  { serviceId, id }: Pick<Webhook, 'serviceId' | 'id'>,
  change: Partial<Omit<Webhook, 'serviceId' | 'id' | 'version'>>,
): Promise<void> {
  await tx.update(webhooks).set(change).where(has(webhooks, { serviceId, id }));
}
