import { holdRules, listRuleGifts, replaceRuleGifts, updateRule } from '../../db/accounts/rules.ts';
import { ADMINS, defineOperation, input } from '../frame/operation.ts';
import { demandFreeDomain, demandGifts, holdRule, recordOf, ruleFields } from './input.ts';
import { viewRule } from './rule.ts';

/**
 * Changes a rule as a whole, for people who come in from now on.
 * Errors: `rule_not_found`, `catalog_changed`, `rule_domain_taken`, `group_not_found`, `group_built_in`,
 * `product_not_found`, `product_unavailable`.
 */
export const editRule = defineOperation({
  name: 'rules/edit',
  allowed: ADMINS,
  effect: 'change',
  input: { ruleId: input.rowId, expectedVersion: input.expectedVersion, ...ruleFields },
  async run(act, { ruleId, expectedVersion, domain, admission, approvesProducts, ...given }) {
    await holdRules(act.tx, act.service.id);
    const former = await holdRule(act, ruleId, expectedVersion);
    await demandFreeDomain(act, domain, ruleId);
    const formerGifts = (await listRuleGifts(act.tx, act.service.id, [ruleId]))(ruleId);
    const gifts = await demandGifts(act, given);
    const rule = await updateRule(act.tx, former, { domain, admission, approvesProducts });
    await replaceRuleGifts(act.tx, rule, gifts);
    act.record({
      target: { kind: 'rule', id: ruleId },
      before: recordOf(former, formerGifts),
      after: recordOf(rule, gifts),
    });
    return { rule: await viewRule(act, rule) };
  },
});
