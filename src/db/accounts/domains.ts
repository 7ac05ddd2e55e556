// The domains of the emails of a service's accounts.

import { domainToUnicode } from 'node:url';
import { and, desc, eq, ne, sql } from 'drizzle-orm';
import type { Db } from '../connection/connect.ts';
import { accounts } from '../schema/index.ts';

/** Enough to meet the domains that are in use, few enough to read for each form. */
const NEWEST = 2_000;
const MAX_DOMAINS = 200;

/** The most frequent domains of the newest accounts that have at least two: one may be a mistake itself. */
export async function listNewestDomains(db: Db, serviceId: string): Promise<string[]> {
  const newest = db
    .select({ domain: sql<string>`split_part(${accounts.emailCanonical}, '@', 2)`.as('domain') })
    .from(accounts)
    .where(and(eq(accounts.serviceId, serviceId), ne(accounts.state, 'deleted')))
    .orderBy(sql`${accounts.registeredAt} desc nulls first`, sql`${accounts.id} desc nulls first`)
    .limit(NEWEST)
    .as('newest');
  const rows = await db
    .select({ domain: newest.domain })
    .from(newest)
    .groupBy(newest.domain)
    .having(sql`count(*) > 1`)
    .orderBy(desc(sql`count(*)`), newest.domain)
    .limit(MAX_DOMAINS);
  return rows.map(({ domain }) => domain);
}

/** By the trigram index of the search, which has emails as they are spelled. */
export async function hasAccountAt(db: Db, serviceId: string, domain: string): Promise<boolean> {
  const rows = await db
    .select({ one: sql`1` })
    .from(accounts)
    .where(
      and(
        eq(accounts.serviceId, serviceId),
        ne(accounts.state, 'deleted'),
        sql`${accounts.searchText} like ${`%@${domainToUnicode(domain)}`}`,
      ),
    )
    .limit(1);
  return rows.length > 0;
}
