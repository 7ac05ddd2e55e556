// The fields of a rule, with the limit of each, and the rows that they name.
import { z } from 'zod';
import {
  countRules,
  findRulesByDomain,
  lockRule,
  type Rule,
  type RuleGifts,
} from '../../db/accounts/rules.ts';
import { holdProduct } from '../../db/catalog/products.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { ADMISSIONS, canonicalRuleDomain } from '../../domain/rule.ts';
import { demandCustomGroups } from '../accounts/account.ts';
import { productId } from '../catalog/input.ts';
import { demandVersion } from '../catalog/view.ts';
import type { Act } from '../frame/context.ts';

const MAX_RULES = 500;
export const MAX_GROUPS_OF_RULE = 20;
export const MAX_PRODUCTS_OF_RULE = 5;
/** Of what people type: `*.` and a domain, in any letters. */
export const MAX_RULE_DOMAIN_LENGTH = 255;

export const ruleDomain = z
  .string()
  .max(MAX_RULE_DOMAIN_LENGTH, `at most ${MAX_RULE_DOMAIN_LENGTH} characters`)
  .transform((text, context) => {
    const domain = canonicalRuleDomain(text);
    if (domain !== null) return domain;
    const message = 'must be a domain such as acme.com or *.acme.com, or * or disposable';
    context.issues.push({ code: 'custom', message, input: text });
    return z.NEVER;
  });

export const ruleFields = {
  domain: ruleDomain,
  admission: z.enum(ADMISSIONS).default('settings'),
  groupIds: z
    .array(z.string().min(1).max(256))
    .max(MAX_GROUPS_OF_RULE, `at most ${MAX_GROUPS_OF_RULE} groups`)
    .default([]),
  productIds: z
    .array(productId)
    .max(MAX_PRODUCTS_OF_RULE, `at most ${MAX_PRODUCTS_OF_RULE} products`)
    .default([]),
  /** The subscriptions are active at once, whatever the products say. */
  approvesProducts: z.boolean().default(false),
};

export type RuleFields = z.output<z.ZodObject<typeof ruleFields>>;

/** Errors: `rule_not_found`; `catalog_changed` when it isn't the version that the person saw. */
export async function holdRule(act: Act, id: string, expectedVersion?: number): Promise<Rule> {
  const rule = await lockRule(act.tx, act.service.id, id);
  if (!rule) throw new DomainError('rule_not_found');
  demandVersion(rule, expectedVersion);
  return rule;
}

/** Errors: `rule_domain_taken` when another rule has the domain; `limit_reached` for a new one above 500. */
export async function demandFreeDomain(act: Act, domain: string, ownId?: string): Promise<void> {
  const serviceId = act.service.id;
  const [other] = await findRulesByDomain(act.tx, serviceId, [domain]);
  if (other && other.id !== ownId) throw new DomainError('rule_domain_taken', { id: other.id });
  if (!ownId && (await countRules(act.tx, serviceId)) >= MAX_RULES)
    throw new DomainError('limit_reached', { limit: `${MAX_RULES} rules` });
}

/**
 * The groups and products that a rule gives. Errors: `group_not_found`, `group_built_in`, `product_not_found`;
 * `product_unavailable` for one that is used without a subscription.
 */
export async function demandGifts(
  act: Act,
  { groupIds, productIds }: Pick<RuleFields, 'groupIds' | 'productIds'>,
): Promise<RuleGifts> {
  const groups = await demandCustomGroups(act, groupIds);
  const products: RuleGifts['products'] = [];
  for (const id of [...new Set(productIds)].sort()) {
    const product = await holdProduct(act.tx, act.service.id, id);
    if (!product) throw new DomainError('product_not_found');
    if (!product.isSubscriptionRequired) throw new DomainError('product_unavailable', { id });
    products.push({ id, name: product.name });
  }
  return { groups: groups.map(({ id, name }) => ({ id, name })), products };
}

/** What the audit says of a rule. */
export const recordOf = (
  rule: Pick<Rule, 'domain' | 'admission' | 'approvesProducts'>,
  { groups, products }: RuleGifts,
) => ({
  domain: rule.domain,
  admission: rule.admission,
  groups: groups.map(({ name }) => name),
  products: products.map(({ name }) => name),
  ...(rule.approvesProducts ? { approvesProducts: true } : {}),
});
