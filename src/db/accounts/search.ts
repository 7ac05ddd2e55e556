// Finds accounts by parts of names and emails, and similar ones when there are none.
import { and, desc, eq, ne, or, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../connection/connect.ts';
import { accounts } from '../schema/index.ts';
import type { Account } from './accounts.ts';

/** The trigram index finds shorter texts only at the beginning of a word. */
const SHORTEST_PART = 3;
type SearchedText = typeof accounts.searchText | SQL;

/** At most this many accounts are compared. */
const MAX_COMPARED = 500;

/**
 * The accounts that have this text in their name or email. One or two letters must begin a word, because the index finds
 * no others.
 */
export function hasText(text: string, searched: SearchedText = accounts.searchText): SQL | undefined {
  const part = text.toLowerCase().replace(/[\\%_]/g, '\\$&');
  if (text.length >= SHORTEST_PART) return sql`${searched} like ${`%${part}%`}`;
  return or(sql`${searched} like ${`${part}%`}`, sql`${searched} like ${`% ${part}%`}`);
}

/**
 * Accounts that have the text in their name or email or as their id, newest first. When there are none, similar ones,
 * nearest first. For "did you mean" and type-ahead.
 */
export async function searchAccounts(
  db: Db,
  serviceId: string,
  text: string,
  limit: number,
): Promise<Account[]> {
  const isListed = and(eq(accounts.serviceId, serviceId), ne(accounts.state, 'deleted'));
  const containing = await db
    .select()
    .from(accounts)
    .where(and(isListed, or(hasText(text), eq(accounts.id, text))))
    .orderBy(desc(accounts.registeredAt), desc(accounts.id))
    .limit(limit);
  if (containing.length > 0 || text.length < SHORTEST_PART) return containing;
  const typed = text.toLowerCase();
  const alike = db
    .select()
    .from(accounts)
    .where(and(isListed, sql`${accounts.searchText} %> ${typed}`))
    .limit(MAX_COMPARED)
    .as('alike');
  return db
    .select()
    .from(alike)
    .orderBy(
      sql`word_similarity(${typed}, ${alike.searchText}) desc`,
      desc(alike.registeredAt),
      desc(alike.id),
    )
    .limit(limit);
}

/** How alike a name or mailbox must be to be suggested: 1 for a word of it. */
const ALIKE_ENOUGH = 0.5;

/** The accounts whose name or mailbox (the email before the @) has the text. `isAlone`: exactly one has it. */
export async function findNamed(
  db: Db,
  serviceId: string,
  text: string,
  limit: number,
): Promise<{ accounts: Account[]; isAlone: boolean }> {
  // The index has the whole email, so the domain is left out of what it finds.
  const found = candidates(db, serviceId, hasText(text));
  const named = await mostAlike(db, found, text, hasText(text, namesOf(found)), limit + 1);
  const isAlone = named.length === 1 && (await db.select({ id: found.id }).from(found)).length < MAX_COMPARED;
  return { accounts: named.slice(0, limit), isAlone };
}

/** The accounts with a name or mailbox like the text, most alike first. */
export async function findNamedLike(
  db: Db,
  serviceId: string,
  text: string,
  limit: number,
): Promise<Account[]> {
  if (text.length < SHORTEST_PART) return [];
  const found = candidates(db, serviceId, sql`${accounts.searchText} %> ${text.toLowerCase()}`);
  const isAlike = sql`word_similarity(${text.toLowerCase()}, ${namesOf(found)}) >= ${ALIKE_ENOUGH}`;
  return mostAlike(db, found, text, isAlike, limit);
}

type Candidates = ReturnType<typeof candidates>;

const candidates = (db: Db, serviceId: string, condition: SQL | undefined) =>
  db
    .select()
    .from(accounts)
    .where(and(eq(accounts.serviceId, serviceId), ne(accounts.state, 'deleted'), condition))
    .limit(MAX_COMPARED)
    .as('candidates');

const namesOf = ({ firstName, lastName, email }: Candidates): SQL =>
  sql`lower(${firstName} || ' ' || ${lastName} || ' ' || split_part(${email}, '@', 1))`;

const mostAlike = (db: Db, among: Candidates, text: string, condition: SQL | undefined, limit: number) =>
  db
    .select()
    .from(among)
    .where(condition)
    .orderBy(
      sql`word_similarity(${text.toLowerCase()}, ${namesOf(among)}) desc`,
      desc(among.registeredAt),
      desc(among.id),
    )
    .limit(limit);
