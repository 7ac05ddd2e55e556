import { and, count, eq } from 'drizzle-orm';
import type { Db, Transaction } from '../connection/connect.ts';
import { byRowId, pagedList } from '../page.ts';
import { has, rowsOf } from '../rows.ts';
import { announcements } from '../schema/index.ts';

export type Announcement = typeof announcements.$inferSelect;
type Key = Pick<Announcement, 'serviceId' | 'id'>;

export const {
  find: findAnnouncement,
  findAll: findAnnouncements,
  lock: lockAnnouncement,
  insert: insertAnnouncement,
  update: updateAnnouncement,
  remove: removeAnnouncement,
} = rowsOf(announcements);

/** Newest first. */
export const listAnnouncements = (db: Db, serviceId: string) =>
  pagedList<Announcement, string>(db, announcements, {
    where: eq(announcements.serviceId, serviceId),
    ...byRowId(announcements.id),
    isDescending: true,
  });

export async function countDrafts(db: Db, serviceId: string): Promise<number> {
  const [row] = await db
    .select({ count: count() })
    .from(announcements)
    .where(has(announcements, { serviceId, state: 'draft' }));
  return row?.count ?? 0;
}

export async function listSending(db: Db, serviceId: string): Promise<{ id: string }[]> {
  return db
    .select({ id: announcements.id })
    .from(announcements)
    .where(has(announcements, { serviceId, state: 'sending' }));
}

/** The message is no part of what operators change, so the version stays. */
export async function storeMessage(
  tx: Transaction,
  { serviceId, id }: Key,
  message: { channelId: string; messageTs: string },
): Promise<void> {
  await tx
    .update(announcements)
    .set(message)
    .where(and(has(announcements, { serviceId, id })));
}
