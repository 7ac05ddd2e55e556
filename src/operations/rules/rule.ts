// Which rule holds for an email, what it says about a person who signs up, and what it gives once they are in.
import { type Account, addGroupsToAccount, listGroupIdsOfAccounts } from '../../db/accounts/accounts.ts';
import { findRulesByDomain, listRuleGifts, type Rule, type RuleGifts } from '../../db/accounts/rules.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import { domainOf, ruleDomainsFor, ruleFor } from '../../domain/rule.ts';
import type { Act, Policy } from '../frame/context.ts';
import { MAX_GROUPS_OF_ACCOUNT } from '../frame/input.ts';

export type RuleView = Omit<Rule, 'serviceId' | 'createdAt'> & RuleGifts;

export async function viewRules(
  act: Pick<Act, 'tx' | 'service'>,
  rules: readonly Rule[],
): Promise<RuleView[]> {
  const giftsOf = await listRuleGifts(
    act.tx,
    act.service.id,
    rules.map(({ id }) => id),
  );
  return rules.map(({ serviceId: _s, createdAt: _c, ...rule }) => ({ ...rule, ...giftsOf(rule.id) }));
}

export async function viewRule(act: Act, rule: Rule): Promise<RuleView> {
  const [view] = await viewRules(act, [rule]);
  if (!view) throw new Error('a rule has no view');
  return view;
}

async function findRuleFor(
  { tx, service }: Pick<Act, 'tx' | 'service'>,
  emailCanonical: string,
): Promise<Rule | null> {
  const domains = ruleDomainsFor(domainOf(emailCanonical));
  return ruleFor(await findRulesByDomain(tx, service.id, domains), emailCanonical);
}

/** Whether a person who signs up comes in. */
export type Entry = 'open' | 'approval' | 'refused';

/** A rule that says something wins over the settings, for sign-ups by mail and by a provider alike (decision 0131). */
export const entryBy = (
  rule: Pick<Rule, 'admission'> | null,
  setting: Exclude<Policy['signUp'], 'off'>,
): Entry => (rule && rule.admission !== 'settings' ? rule.admission : setting);

/**
 * Whether a person with this email comes in where the settings say `setting`. Once sign-up was turned off, an operator
 * decides about those that had begun.
 */
export async function entryOf(act: Act, emailCanonical: string, setting: Policy['signUp']): Promise<Entry> {
  return entryBy(await findRuleFor(act, emailCanonical), setting === 'off' ? 'approval' : setting);
}

/**
 * Gives a locked account that has just come in what the rule for its email gives: groups at once, and a subscription of
 * each product by a job of its own, so that one that fails stops no other. Returns what the audit records of it.
 */
export async function giveByRule(act: Act, account: Account): Promise<{ rule?: string; groups?: string[] }> {
  const rule = await findRuleFor(act, account.emailCanonical);
  if (!rule) return {};
  const serviceId = act.service.id;
  const view = await viewRule(act, rule);
  const present = (await listGroupIdsOfAccounts(act.tx, serviceId, [account.id])).get(account.id) ?? [];
  const groups = view.groups
    .filter(({ id }) => !present.includes(id))
    .slice(0, MAX_GROUPS_OF_ACCOUNT - present.length);
  await addGroupsToAccount(
    act.tx,
    serviceId,
    account.id,
    groups.map(({ id }) => id),
  );
  for (const { id: productId } of view.products)
    await addJob(act.tx, 'give-product', {
      serviceId,
      accountId: account.id,
      productId,
      isApproved: rule.approvesProducts,
    });
  if (groups.length + view.products.length === 0) return {};
  return { rule: rule.domain, ...(groups.length > 0 ? { groups: groups.map(({ name }) => name) } : {}) };
}
