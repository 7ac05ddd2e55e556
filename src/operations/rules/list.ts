import { z } from 'zod';
import { findRules, listRules as listRuleRows } from '../../db/accounts/rules.ts';
import * as lists from '../frame/lists.ts';
import { ADMINS, defineOperation, input } from '../frame/operation.ts';
import { MAX_RULE_DOMAIN_LENGTH } from './input.ts';
import { viewRules } from './rule.ts';

const RULES_A_PAGE = 100;

/** The rules in the order of their domains, or with `ids` only those. */
export const listRules = defineOperation({
  name: 'rules/list',
  allowed: ADMINS,
  effect: 'read',
  input: {
    ids: z.array(input.rowId).max(RULES_A_PAGE).optional(),
    ...lists.pageInput(RULES_A_PAGE, z.string().max(MAX_RULE_DOMAIN_LENGTH)),
  },
  async run(act, { ids, ...wanted }) {
    const serviceId = act.service.id;
    const { page, ...more } = ids
      ? { page: await findRules(act.tx, serviceId, ids), next: null }
      : await lists.readPage(wanted, listRuleRows(act.tx, serviceId));
    return { rules: await viewRules(act, page), ...more };
  },
});
