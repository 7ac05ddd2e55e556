// Finds accounts by parts of names and emails, and similar ones when there are none.
import { and, desc, eq, ne, or, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../connection/connect.ts';
import { accounts } from '../schema/index.ts';
import type { Account } from './accounts.ts';

/** The trigram index finds shorter texts only at the beginning of a word. */
const SHORTEST_PART = 3;
/** At most this many similar accounts are compared. */
const MAX_COMPARED = 500;

/**
 * The accounts that have this text in their name or email. One or two letters must begin a word, because the index finds
 * no others.
 */
export function hasText(text: string): SQL | undefined {
  const part = text.toLowerCase().replace(/[\\%_]/g, '\\$&');
  if (text.length >= SHORTEST_PART) return sql`${accounts.searchText} like ${`%${part}%`}`;
  return or(sql`${accounts.searchText} like ${`${part}%`}`, sql`${accounts.searchText} like ${`% ${part}%`}`);
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
