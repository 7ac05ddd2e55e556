import { deleteRule as deleteRuleRow, holdRules, listRuleGifts } from '../../db/accounts/rules.ts';
import { ADMINS, defineOperation, input } from '../frame/operation.ts';
import { holdRule, recordOf } from './input.ts';

/** Deletes a rule. What it gave stays. Errors: `rule_not_found`, `catalog_changed`. */
export const deleteRule = defineOperation({
  name: 'rules/delete',
  allowed: ADMINS,
  effect: 'change',
  input: { ruleId: input.rowId, expectedVersion: input.expectedVersion },
  async run(act, { ruleId, expectedVersion }) {
    await holdRules(act.tx, act.service.id);
    const rule = await holdRule(act, ruleId, expectedVersion);
    const gifts = (await listRuleGifts(act.tx, act.service.id, [ruleId]))(ruleId);
    await deleteRuleRow(act.tx, rule);
    act.record({ target: { kind: 'rule', id: ruleId }, before: recordOf(rule, gifts) });
    return { ruleId, domain: rule.domain };
  },
});
