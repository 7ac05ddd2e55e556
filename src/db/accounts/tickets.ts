import { and, desc, eq, gt, inArray, isNull, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Db, Transaction } from '../connection/connect.ts';
import { readTogether } from '../connection/read-together.ts';
import { insertedTogether } from '../connection/write-together.ts';
import { tickets } from '../schema/index.ts';

export type Ticket = typeof tickets.$inferSelect;
export type TicketPurpose = Ticket['purpose'];

export const insertTicket = insertedTogether('ticket', tickets);

/** Finds a ticket without using it up, for the page that a link opens. */
export async function findOpenTicket(
  db: Db,
  key: { serviceId: string; hash: string; purpose: TicketPurpose; now: Date },
): Promise<Ticket | null> {
  const [row] = await db
    .select()
    .from(tickets)
    .where(
      and(
        eq(tickets.serviceId, key.serviceId),
        eq(tickets.hash, key.hash),
        eq(tickets.purpose, key.purpose),
        isOpenTicket(key.now),
      ),
    );
  return row ?? null;
}

/** A ticket in any state. */
export async function findTicket(
  db: Db,
  key: { serviceId: string; hash: string; purpose: TicketPurpose },
): Promise<Ticket | null> {
  const [row] = await db
    .select()
    .from(tickets)
    .where(
      and(eq(tickets.serviceId, key.serviceId), eq(tickets.hash, key.hash), eq(tickets.purpose, key.purpose)),
    );
  return row ?? null;
}

/** The newest ticket of an account or invitation for a purpose, in any state. */
export async function findNewestTicket(
  db: Db,
  of: { serviceId: string; purpose: TicketPurpose } & ({ accountId: string } | { invitationId: string }),
): Promise<Ticket | null> {
  const owner =
    'accountId' in of ? eq(tickets.accountId, of.accountId) : eq(tickets.invitationId, of.invitationId);
  const [row] = await db
    .select()
    .from(tickets)
    .where(and(eq(tickets.serviceId, of.serviceId), eq(tickets.purpose, of.purpose), owner))
    .orderBy(desc(tickets.createdAt), desc(tickets.id))
    .limit(1);
  return row ?? null;
}

/** The guarded statement that makes a ticket single-use: of several requests at once, one gets the row. */
export async function markTicketUsed(
  tx: Transaction,
  key: { serviceId: string; hash: string; purpose: TicketPurpose; now: Date },
): Promise<boolean> {
  const used = await tx
    .update(tickets)
    .set({ usedAt: key.now })
    .where(
      and(
        eq(tickets.serviceId, key.serviceId),
        eq(tickets.hash, key.hash),
        eq(tickets.purpose, key.purpose),
        isOpenTicket(key.now),
      ),
    )
    .returning({ id: tickets.id });
  return used.length > 0;
}

export async function voidTickets(
  tx: Transaction,
  of: { serviceId: string; now: Date; purpose?: TicketPurpose } & (
    | { accountId: string }
    | { invitationId: string }
  ),
): Promise<void> {
  const { serviceId } = of;
  const [open] = await ('accountId' in of
    ? selectOpenOfAccount(tx, { serviceId, owner: of.accountId })
    : selectOpenOfInvitation(tx, { serviceId, owner: of.invitationId }));
  if (!open) return;
  await tx
    .update(tickets)
    .set({ voidedAt: of.now })
    .where(
      and(
        eq(tickets.serviceId, serviceId),
        'accountId' in of ? eq(tickets.accountId, of.accountId) : eq(tickets.invitationId, of.invitationId),
        of.purpose ? eq(tickets.purpose, of.purpose) : undefined,
        isNull(tickets.usedAt),
        isNull(tickets.voidedAt),
      ),
    );
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
            eq(tickets.serviceId, value('serviceId')),
            eq(owner, sql`${value('owner')}::${sql.raw(owner.getSQLType())}`),
            isNull(tickets.usedAt),
            isNull(tickets.voidedAt),
          ),
        )
        .limit(1),
  );
const selectOpenOfAccount = openOf(tickets.accountId);
const selectOpenOfInvitation = openOf(tickets.invitationId);

export async function findTicketById(tx: Transaction, serviceId: string, id: string): Promise<Ticket | null> {
  const [row] = await tx
    .select()
    .from(tickets)
    .where(and(eq(tickets.serviceId, serviceId), eq(tickets.id, id)));
  return row ?? null;
}

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
          eq(tickets.serviceId, value('serviceId')),
          eq(tickets.accountId, value('accountId')),
          eq(tickets.purpose, sql`'email-confirmation'`),
          isOpenTicket(sql`${value('now')}::timestamptz`),
        ),
      )
      .limit(1),
);

/** Erases the emails that tickets were sent to. */
export async function eraseTickets(
  tx: Transaction,
  serviceId: string,
  of: { accountId: string } | { invitationId: string },
): Promise<void> {
  const owner =
    'accountId' in of ? eq(tickets.accountId, of.accountId) : eq(tickets.invitationId, of.invitationId);
  await tx
    .update(tickets)
    .set({ email: '' })
    .where(and(eq(tickets.serviceId, serviceId), owner));
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
  return and(isNull(tickets.usedAt), isNull(tickets.voidedAt), gt(tickets.expiresAt, now));
}
