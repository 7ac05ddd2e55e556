import { holdRules, insertRule, replaceRuleGifts } from '../../db/accounts/rules.ts';
import { newId } from '../../db/ids.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { ADMINS, defineOperation } from '../frame/operation.ts';
import { demandFreeDomain, demandGifts, recordOf, ruleFields } from './input.ts';
import { viewRule } from './rule.ts';

/**
 * Makes a rule about the emails of a domain. It concerns people who come in from now on, not those who are here already.
 * Errors: `rule_domain_taken`, `limit_reached` above 500 rules; `group_not_found`, `group_built_in`, `product_not_found`,
 * `product_unavailable`.
 */
export const createRule = defineOperation({
  name: 'rules/create',
  allowed: ADMINS,
  effect: 'change',
  input: ruleFields,
  async run(act, { domain, admission, approvesProducts, ...given }) {
    await holdRules(act.tx, act.service.id);
    await demandFreeDomain(act, domain);
    const gifts = await demandGifts(act, given);
    const rule = await insertRule(act.tx, {
      serviceId: act.service.id,
      id: newId(act.now, act.random),
      domain,
      admission,
      approvesProducts,
      createdAt: act.now,
    });
    if (!rule) throw new DomainError('rule_domain_taken');
    await replaceRuleGifts(act.tx, rule, gifts);
    act.record({ target: { kind: 'rule', id: rule.id }, after: recordOf(rule, gifts) });
    return { rule: await viewRule(act, rule) };
  },
});
