import { and, desc, eq, gte, inArray, isNull, lte, ne, or, type SQL, sql } from 'drizzle-orm';
import type { Db, Transaction } from '../connection/connect.ts';
import { readTogether } from '../connection/read-together.ts';
import { insertedTogether } from '../connection/write-together.ts';
import { has, hasGiven, holdLock, type Moment, rowsOf } from '../rows.ts';
import { mails, mailTexts } from '../schema/index.ts';

export type Mail = typeof mails.$inferSelect;
export type MailState = Mail['state'];

export const { lock: lockMail } = rowsOf(mails);
export const insertMail = insertedTogether('mail', mails);

function isDue(now: Date): SQL | undefined {
  return and(
    eq(mails.state, 'queued'),
    lte(mails.nextAttemptAt, now),
    or(isNull(mails.leasedUntil), lte(mails.leasedUntil, now)),
  );
}

/** Locks a mail for one attempt. Null when another process has it, its time has not come, or it is final. */
export async function lockDueMail(
  tx: Transaction,
  serviceId: string,
  id: string,
  now: Date,
): Promise<Mail | null> {
  const [row] = await tx
    .select()
    .from(mails)
    .where(and(has(mails, { serviceId, id }), isDue(now)))
    .for('update', { skipLocked: true });
  return row ?? null;
}

export async function lockMailByProviderId(tx: Transaction, serviceId: string, providerId: string) {
  const [row] = await tx.select().from(mails).where(has(mails, { serviceId, providerId })).for('update');
  return row ?? null;
}

export async function updateMail(
  { tx, now }: Moment,
  mail: Mail,
  change: Partial<typeof mails.$inferInsert>,
): Promise<void> {
  await tx
    .update(mails)
    .set({ ...change, changedAt: now })
    .where(has(mails, { serviceId: mail.serviceId, id: mail.id }));
}

type Waiting = {
  serviceId: string;
  id?: readonly string[];
  accountId?: string;
  template?: string;
  exceptTemplate?: string;
  /** Only those that no process has tried to send. */
  isUntried?: true;
};

/** Waiting mails, due or not, on their way or not, oldest first; locked until the transaction ends. */
export async function lockQueuedMails(
  tx: Transaction,
  { exceptTemplate, isUntried, ...of }: Waiting,
  limit: number,
): Promise<Mail[]> {
  return tx
    .select()
    .from(mails)
    .where(
      and(
        hasGiven(mails, { ...of, state: 'queued', attempts: isUntried ? 0 : undefined }),
        exceptTemplate === undefined ? undefined : ne(mails.template, exceptTemplate),
      ),
    )
    .orderBy(mails.id)
    .limit(limit)
    .for('update');
}

/** Mails whose job was lost or whose sender died: the sweep gives each a job again. */
export async function listDueMails(db: Db, serviceId: string, now: Date, limit: number) {
  return db
    .select({ serviceId: mails.serviceId, id: mails.id, template: mails.template })
    .from(mails)
    .where(and(eq(mails.serviceId, serviceId), isDue(now)))
    .orderBy(mails.nextAttemptAt)
    .limit(limit);
}

const MAILS_ON_CARD = 5;

/** The latest mails of an account, for its card. */
export const listMailsOf = readTogether<
  { serviceId: string; accountId: string },
  Pick<Mail, 'id' | 'template' | 'state' | 'attempts' | 'lastCode' | 'createdAt' | 'changedAt'>
>('mails_of_account', (db, value) =>
  db
    .select({
      id: mails.id,
      template: mails.template,
      state: mails.state,
      attempts: mails.attempts,
      lastCode: mails.lastCode,
      createdAt: mails.createdAt,
      changedAt: mails.changedAt,
    })
    .from(mails)
    .where(has(mails, { serviceId: value('serviceId'), accountId: value('accountId') }))
    .orderBy(desc(mails.id))
    .limit(MAILS_ON_CARD),
);

/** The state of the newest mail of each invitation. */
export async function listMailStatesOfInvitations(db: Db, serviceId: string, invitationIds: string[]) {
  if (invitationIds.length === 0) return new Map<string, MailState>();
  const rows = await db
    .selectDistinctOn([mails.invitationId], { invitationId: mails.invitationId, state: mails.state })
    .from(mails)
    .where(and(eq(mails.serviceId, serviceId), inArray(mails.invitationId, invitationIds)))
    .orderBy(mails.invitationId, desc(mails.id));
  return new Map(rows.map((row) => [row.invitationId ?? '', row.state]));
}

export async function countMailsByState(
  db: Db,
  serviceId: string,
  since?: Date,
): Promise<Record<string, number>> {
  const rows = await db
    .select({ state: mails.state, count: sql<string>`count(*)` })
    .from(mails)
    .where(and(eq(mails.serviceId, serviceId), since ? gte(mails.changedAt, since) : undefined))
    .groupBy(mails.state);
  return Object.fromEntries(rows.map((row) => [row.state, Number(row.count)]));
}

type MailTextRow = typeof mailTexts.$inferSelect;

/** `text` is null while the default applies. Restoring the default increments the version too. */
export type StoredMailText = {
  version: number;
  text: {
    subject: string;
    body: string;
    syntax: MailTextRow['syntax'];
    changedAt: Date;
    changedBy: string;
  } | null;
};

/** The version of a template that was never changed. */
export const FIRST_VERSION = 1;

export async function findMailText(db: Db, serviceId: string, template: string): Promise<StoredMailText> {
  const [row] = await db.select().from(mailTexts).where(has(mailTexts, { serviceId, template }));
  return row ? storedMailText(row) : { version: FIRST_VERSION, text: null };
}

/** By template; one without an entry was never changed. */
export async function listMailTexts(db: Db, serviceId: string): Promise<Map<string, StoredMailText>> {
  const rows = await db.select().from(mailTexts).where(eq(mailTexts.serviceId, serviceId));
  return new Map(rows.map((row) => [row.template, storedMailText(row)]));
}

function storedMailText({ version, subject, body, ...row }: MailTextRow): StoredMailText {
  const { syntax, changedAt, changedBy } = row;
  return {
    version,
    text: subject === null || body === null ? null : { subject, body, syntax, changedAt, changedBy },
  };
}

/** Stores a text; null restores the default. */
export async function saveMailText(
  tx: Transaction,
  of: { serviceId: string; template: string; changedAt: Date; changedBy: string },
  text: { subject: string; body: string; syntax: MailTextRow['syntax'] } | null,
): Promise<void> {
  const { serviceId, template, ...change } = of;
  const written = { ...change, ...(text ?? { subject: null, body: null, syntax: 'markdown' as const }) };
  await tx
    .insert(mailTexts)
    .values({ serviceId, template, ...written, version: FIRST_VERSION + 1 })
    .onConflictDoUpdate({
      target: [mailTexts.serviceId, mailTexts.template],
      set: { ...written, version: sql`${mailTexts.version} + 1` },
    });
}

/** Lets one transaction at a time change a text, also while it has no row. */
export const holdMailText = (tx: Transaction, serviceId: string, template: string) =>
  holdLock(tx, `text ${template} of ${serviceId}`);
