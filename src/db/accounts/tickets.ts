import { and, desc, eq, gt, inArray, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Db, Transaction } from '../connection/connect.ts';
import { readTogether } from '../connection/read-together.ts';
import { insertedTogether } from '../connection/write-together.ts';
import { has, rowsOf } from '../rows.ts';
import { tickets } from '../schema/index.ts';

export type Ticket = typeof tickets.$inferSelect;
export const TICKET_PURPOSES = tickets.purpose.enumValues;
export type TicketPurpose = Ticket['purpose'];
type Key = { serviceId: string; hash: string; purpose: TicketPurpose };
type Owner = { accountId: string } | { invitationId: string };

export const { find: findTicketById } = rowsOf(tickets);
export const insertTicket = insertedTogether('ticket', tickets);

/** A ticket in any state. */
export async function findTicket(db: Db, { serviceId, hash, purpose }: Key): Promise<Ticket | null> {
  const [row] = await db.select().from(tickets).where(has(tickets, { serviceId, hash, purpose }));
  return row ?? null;
}

/** Finds a ticket without using it up, for the page that a link opens. */
export async function findOpenTicket(
  db: Db,
  { serviceId, hash, purpose, now }: Key & { now: Date },
): Promise<Ticket | null> {
  const isOpen = and(has(tickets, { serviceId, hash, purpose }), isOpenTicket(now));
  const [row] = await db.select().from(tickets).where(isOpen);
  return row ?? null;
}

/** The newest ticket of an account or invitation for a purpose, in any state. */
export async function findNewestTicket(
  db: Db,
  of: { serviceId: string; purpose: TicketPurpose } & Owner,
): Promise<Ticket | null> {
  const [row] = await db
    .select()
    .from(tickets)
    .where(has(tickets, of))
    .orderBy(desc(tickets.createdAt), desc(tickets.id))
    .limit(1);
  return row ?? null;
}

/** The guarded statement that makes a ticket single-use: of several requests at once, one gets the row. */
export async function markTicketUsed(
  tx: Transaction,
  { serviceId, hash, purpose, now }: Key & { now: Date },
): Promise<boolean> {
  const used = await tx
    .update(tickets)
    .set({ usedAt: now })
    .where(and(has(tickets, { serviceId, hash, purpose }), isOpenTicket(now)))
    .returning({ id: tickets.id });
  return used.length > 0;
}

export async function voidTickets(
  tx: Transaction,
  { now, ...of }: { serviceId: string; now: Date; purpose?: TicketPurpose } & Owner,
): Promise<void> {
  const { serviceId } = of;
  const [open] = await ('accountId' in of
    ? selectOpenOfAccount(tx, { serviceId, owner: of.accountId })
    : selectOpenOfInvitation(tx, { serviceId, owner: of.invitationId }));
  if (!open) return;
  await tx
    .update(tickets)
    .set({ voidedAt: now })
    .where(and(has(tickets, of), has(tickets, { usedAt: null, voidedAt: null })));
}

const openOf = (owner: PgColumn) =>
  readTogether<{ serviceId: string; owner: string }, Pick<Ticket, 'id'>>(
    `open_by_${owner.name}`,
    (db, value) =>
      db
        .select({ id: tickets.id })
        .from(tickets)
        .where(
          and(
            has(tickets, { serviceId: value('serviceId'), usedAt: null, voidedAt: null }),
            eq(owner, sql`${value('owner')}::${sql.raw(owner.getSQLType())}`),
          ),
        )
        .limit(1),
  );
const selectOpenOfAccount = openOf(tickets.accountId);
const selectOpenOfInvitation = openOf(tickets.invitationId);

/** The open link to an email that waits to be confirmed. */
export async function findWaitingConfirmation(
  db: Db,
  of: { serviceId: string; accountId: string; now: Date },
): Promise<Ticket | null> {
  const [row] = await selectWaitingConfirmation(db, { ...of, now: of.now.toISOString() });
  return row ?? null;
}

const selectWaitingConfirmation = readTogether<{ serviceId: string; accountId: string; now: string }, Ticket>(
  'waiting_confirmation',
  (db, value) =>
    db
      .select()
      .from(tickets)
      .where(
        and(
          has(tickets, {
            serviceId: value('serviceId'),
            accountId: value('accountId'),
            purpose: sql`'email-confirmation'`,
          }),
          isOpenTicket(sql`${value('now')}::timestamptz`),
        ),
      )
      .limit(1),
);

/** Erases the emails that tickets were sent to. */
export async function eraseTickets(tx: Transaction, serviceId: string, of: Owner): Promise<void> {
  await tx
    .update(tickets)
    .set({ email: '' })
    .where(has(tickets, { serviceId, ...of }));
}

/** Voids at most `limit` open tickets of all developers. Returns how many. */
export async function voidAllTickets(
  tx: Transaction,
  of: { serviceId: string; now: Date; limit: number },
): Promise<number> {
  const open = tx
    .select({ id: tickets.id })
    .from(tickets)
    .where(and(eq(tickets.serviceId, of.serviceId), isOpenTicket(of.now)))
    .limit(of.limit);
  const voided = await tx
    .update(tickets)
    .set({ voidedAt: of.now })
    .where(and(eq(tickets.serviceId, of.serviceId), inArray(tickets.id, open)))
    .returning({ id: tickets.id });
  return voided.length;
}

export function isOpenTicket(now: Date | SQL): SQL | undefined {
  return and(has(tickets, { usedAt: null, voidedAt: null }), gt(tickets.expiresAt, now));
}
