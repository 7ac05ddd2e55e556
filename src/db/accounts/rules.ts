// Rules about the domains of emails, and the people that one is tried on.
import { and, eq, isNotNull, ne, sql } from 'drizzle-orm';
import type { Db, Transaction } from '../connection/connect.ts';
import { type PagedList, pagedList } from '../page.ts';
import { has, holdLock, rowsOf } from '../rows.ts';
import { accounts, groups, invitations, products, ruleGroups, ruleProducts, rules } from '../schema/index.ts';

export type Rule = typeof rules.$inferSelect;
type Named = { id: string; name: string };
/** What it gives, by name. */
export type RuleGifts = { groups: Named[]; products: Named[] };

export const {
  findAll: findRules,
  lock: lockRule,
  insert: insertRule,
  update: updateRule,
  remove: deleteRule,
} = rowsOf(rules);

/** Lets one transaction at a time change rules, so that of two for one domain the second gets its own code. */
export const holdRules = (tx: Transaction, serviceId: string) => holdLock(tx, `rules of ${serviceId}`);

export async function countRules(db: Db, serviceId: string): Promise<number> {
  return db.$count(rules, eq(rules.serviceId, serviceId));
}

/** The rules with one of these domains. */
export const findRulesByDomain = (db: Db, serviceId: string, domains: readonly string[]): Promise<Rule[]> =>
  db
    .select()
    .from(rules)
    .where(has(rules, { serviceId, domain: [...domains] }));

export const listRules = (db: Db, serviceId: string): PagedList<Rule, string> =>
  pagedList(db, rules, {
    where: eq(rules.serviceId, serviceId),
    by: [rules.domain],
    cursorOf: (last: Rule) => last.domain,
    valuesAt: (after) => [sql`${after}`],
  });

/** The groups and products that rules give, by the rule's id. */
export async function listRuleGifts(
  db: Db,
  serviceId: string,
  ruleIds: readonly string[],
): Promise<(ruleId: string) => RuleGifts> {
  if (ruleIds.length === 0) return () => ({ groups: [], products: [] });
  const givenGroups = await db
    .select({ ruleId: ruleGroups.ruleId, id: groups.id, name: groups.name })
    .from(ruleGroups)
    .innerJoin(groups, has(groups, { serviceId: ruleGroups.serviceId, id: ruleGroups.groupId }))
    .where(has(ruleGroups, { serviceId, ruleId: [...ruleIds] }))
    .orderBy(sql`lower(${groups.name})`);
  const givenProducts = await db
    .select({ ruleId: ruleProducts.ruleId, id: products.id, name: products.name })
    .from(ruleProducts)
    .innerJoin(products, has(products, { serviceId: ruleProducts.serviceId, id: ruleProducts.productId }))
    .where(has(ruleProducts, { serviceId, ruleId: [...ruleIds] }))
    .orderBy(sql`lower(${products.name})`, products.id);
  const of = (ruleId: string, rows: (Named & { ruleId: string })[]): Named[] =>
    rows.filter((row) => row.ruleId === ruleId).map(({ id, name }) => ({ id, name }));
  return (ruleId) => ({ groups: of(ruleId, givenGroups), products: of(ruleId, givenProducts) });
}

export async function replaceRuleGifts(
  tx: Transaction,
  { serviceId, id: ruleId }: Pick<Rule, 'serviceId' | 'id'>,
  gifts: RuleGifts,
): Promise<void> {
  await tx.delete(ruleGroups).where(has(ruleGroups, { serviceId, ruleId }));
  await tx.delete(ruleProducts).where(has(ruleProducts, { serviceId, ruleId }));
  if (gifts.groups.length > 0)
    await tx.insert(ruleGroups).values(gifts.groups.map(({ id }) => ({ serviceId, ruleId, groupId: id })));
  if (gifts.products.length > 0)
    await tx
      .insert(ruleProducts)
      .values(gifts.products.map(({ id }) => ({ serviceId, ruleId, productId: id })));
}

/** A person who signed up, or was invited. */
export type Newcomer = {
  emailCanonical: string;
  firstName: string;
  lastName: string;
  email: string;
  at: Date;
  isInvited: boolean;
};

/** The newest people who confirmed a sign-up, or whose invitation is open or was accepted. Each person is there once. */
export async function listNewcomers(db: Db, serviceId: string, limit: number): Promise<Newcomer[]> {
  const signedUp = await db
    .select({ ...person(accounts), at: sql<Date>`${accounts.signedUpAt}`.mapWith(accounts.signedUpAt) })
    .from(accounts)
    .where(
      and(
        eq(accounts.serviceId, serviceId),
        isNotNull(accounts.signedUpAt),
        isNotNull(accounts.emailConfirmedAt),
        ne(accounts.emailCanonical, ''),
      ),
    )
    .orderBy(sql`${accounts.signedUpAt} desc nulls first`)
    .limit(limit);
  const invited: Omit<Newcomer, 'isInvited'>[] = [];
  // One after the other, so that each is read in the order of its index.
  for (const state of ['open', 'accepted'] as const)
    invited.push(
      ...(await db
        .select({ ...person(invitations), at: invitations.createdAt })
        .from(invitations)
        .where(and(has(invitations, { serviceId, state }), ne(invitations.emailCanonical, '')))
        .orderBy(sql`${invitations.createdAt} desc nulls first`)
        .limit(limit)),
    );
  const all = [
    ...signedUp.map((one) => ({ ...one, isInvited: false })),
    ...invited.map((one) => ({ ...one, isInvited: true })),
  ].sort((one, other) => other.at.getTime() - one.at.getTime());
  return [...new Map(all.reverse().map((one) => [one.emailCanonical, one])).values()]
    .reverse()
    .slice(0, limit);
}

const person = (table: typeof accounts | typeof invitations) => ({
  email: table.email,
  emailCanonical: table.emailCanonical,
  firstName: table.firstName,
  lastName: table.lastName,
});
