// Finds accounts by the words of their names and emails, and similar ones when there are none. Accents, case and the order
// of words make no difference (why it is done like this: decision 0083).
import { and, desc, eq, ne, or, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../connection/connect.ts';
import { accounts } from '../schema/index.ts';
import type { Account } from './accounts.ts';

/** The trigram index finds shorter texts only at the beginning of a word. */
const SHORTEST_PART = 3;
/** More words than a name and an email have. */
const MAX_WORDS = 10;
/** At most this many similar accounts are compared. */
const MAX_COMPARED = 500;

/** Without accents, and with the letters that have none taken apart: `Müller` and `Weiß` become `muller` and `weiss`. */
const folded = (text: SQL | string): SQL => sql`fold_text(${text})`;
/** A text with letters outside ASCII. Any other is stored as it is folded. */
const isFoldedOtherwise = sql`octet_length(${accounts.searchText}) > char_length(${accounts.searchText})`;

/**
 * The accounts that have each of these words in their name or email. One or two letters must begin a word, because the
 * index finds no others.
 */
export function hasText(text: string): SQL | undefined {
  return inEither((stored) => hasWords(stored, text));
}

/** `stored` is folded. */
const hasWords = (stored: SQL, text: string): SQL | undefined =>
  and(sql`true`, ...wordsOf(text).map((word) => hasWord(stored, word)));

const wordsOf = (text: string): string[] => text.split(/\s+/).filter(Boolean).slice(0, MAX_WORDS);

function hasWord(stored: SQL, word: string): SQL | undefined {
  // Escaped last: folding takes a wide % for a plain one.
  const part = sql`regexp_replace(${folded(word)}, '([\\\\%_])', '\\\\\\1', 'g')`;
  if (lengthOf(word) >= SHORTEST_PART) return sql`${stored} like '%' || ${part} || '%'`;
  return or(sql`${stored} like ${part} || '%'`, sql`${stored} like '% ' || ${part} || '%'`);
}

/** About as many letters as the folded word has. */
const lengthOf = (word: string): number => word.normalize('NFKD').replace(/\p{M}/gu, '').length;

/** Each side has an index of its own. */
const inEither = (condition: (stored: SQL) => SQL | undefined): SQL | undefined =>
  or(
    condition(sql`${accounts.searchText}`),
    and(isFoldedOtherwise, condition(folded(sql`${accounts.searchText}`))),
  );

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
  const alike = db
    .select()
    .from(accounts)
    .where(
      and(
        isListed,
        inEither((stored) => sql`${stored} %> ${folded(text)}`),
      ),
    )
    .limit(MAX_COMPARED)
    .as('alike');
  return db
    .select()
    .from(alike)
    .orderBy(
      sql`word_similarity(${folded(text)}, ${folded(sql`${alike.searchText}`)}) desc`,
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
  const named = await mostAlike(db, found, text, hasWords(namesOf(found), text), limit + 1);
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
  const found = candidates(
    db,
    serviceId,
    inEither((stored) => sql`${stored} %> ${folded(text)}`),
  );
  const isAlike = sql`word_similarity(${folded(text)}, ${namesOf(found)}) >= ${ALIKE_ENOUGH}`;
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
  folded(sql`${firstName} || ' ' || ${lastName} || ' ' || split_part(${email}, '@', 1)`);

const mostAlike = (db: Db, among: Candidates, text: string, condition: SQL | undefined, limit: number) =>
  db
    .select()
    .from(among)
    .where(condition)
    .orderBy(
      sql`word_similarity(${folded(text)}, ${namesOf(among)}) desc`,
      desc(among.registeredAt),
      desc(among.id),
    )
    .limit(limit);
