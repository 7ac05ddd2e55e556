import { asc, eq } from 'drizzle-orm';
import type { Db, Transaction } from '../connection/connect.ts';
import { has, holdLock } from '../rows.ts';
import { notificationRecipients } from '../schema/index.ts';

export type NotificationRecipient = typeof notificationRecipients.$inferSelect;

/** In the order in which they were added; of all notifications without a name. */
export async function listRecipients(
  db: Db,
  serviceId: string,
  notification?: string,
): Promise<NotificationRecipient[]> {
  return db
    .select()
    .from(notificationRecipients)
    .where(
      notification === undefined
        ? eq(notificationRecipients.serviceId, serviceId)
        : has(notificationRecipients, { serviceId, notification }),
    )
    .orderBy(asc(notificationRecipients.createdAt), asc(notificationRecipients.recipient));
}

/** Lets one transaction at a time change the recipients, so that their number and their emails can be checked. */
export const holdRecipients = (tx: Transaction, serviceId: string, notification: string) =>
  holdLock(tx, `recipients of ${notification} of ${serviceId}`);

export async function insertRecipient(tx: Transaction, row: NotificationRecipient): Promise<void> {
  await tx.insert(notificationRecipients).values(row);
}

export async function deleteRecipient(
  tx: Transaction,
  { serviceId, notification, kind, recipient }: NotificationRecipient,
): Promise<void> {
  await tx
    .delete(notificationRecipients)
    .where(has(notificationRecipients, { serviceId, notification, kind, recipient }));
}

/** Takes an account out of every notification. */
export async function deleteRecipientsOfAccount(
  tx: Transaction,
  serviceId: string,
  accountId: string,
): Promise<void> {
  await tx
    .delete(notificationRecipients)
    .where(has(notificationRecipients, { serviceId, kind: 'user', recipient: accountId }));
}
