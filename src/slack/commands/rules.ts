import { DomainError } from '../../domain/domain-error.ts';
import { createRule } from '../../operations/rules/create.ts';
import { deleteRule } from '../../operations/rules/delete.ts';
import { editRule } from '../../operations/rules/edit.ts';
import { listRules } from '../../operations/rules/list.ts';
import type { RuleView } from '../../operations/rules/rule.ts';
import { tryRule } from '../../operations/rules/try.ts';
import type { Feature, Metadata, SlackRequest } from '../frame/feature.ts';
import { definePages } from '../frame/pages.ts';
import { buttonValue, ruleIn } from '../frame/reference.ts';
import { attempt, openModalFor } from '../frame/role.ts';
import type { FormValues } from '../modals/form.ts';
import { deleteRuleModal, markOf, ruleErrors, ruleInput, ruleModal } from '../modals/rule.ts';
import { button, row } from '../present/blocks.ts';
import { ruleText, ruleTitle, triedText } from '../present/rule.ts';

const ENTRIES = [
  { text: 'Edit', button: 'rule-edit' },
  { text: 'Delete', button: 'rule-delete' },
];

const pages = definePages('rules', async (request, _query, page) => {
  const { rules, next, count } = await listRules(request.context, page);
  const { policy } = request.context;
  return {
    title: 'Rules',
    rows: rules.map((rule) => row(ruleText(rule, policy), { value: buttonValue(rule), entries: ENTRIES })),
    next,
    count,
    none: 'There are no rules yet. A rule says what the domain of an email means for those who sign up or accept an invitation: whether they come in, their groups, their first products.',
    note: 'For each email the most specific rule holds. A rule that is saved changes nothing for people who are here already.',
    buttons: [button('rule-create', 'Add', '-', { style: 'primary' })],
  };
});

async function ruleOf(request: SlackRequest, ruleId: string): Promise<RuleView> {
  const [rule] = (await listRules(request.context, { ids: [ruleId] })).rules;
  if (!rule) throw new DomainError('rule_not_found');
  return rule;
}

export const rulesFeature: Feature = {
  command: {
    name: 'rules',
    aliases: ['rule', 'domains'],
    usage: 'rules',
    summary:
      'Lists the rules by email domain: who comes in at once, who is refused, first groups and products.',
    example: '/apim-user rules',
    who: 'admins',
    run: async (request) => request.reply(await pages.first(request, {})),
  },
  buttons: {
    'menu-rules': async (request) => request.reply(await pages.first(request, {})),
    ...pages.buttons,
    'rule-create': (request) =>
      openModalFor(request, createRule, {}, ({ context }) => ruleModal(context.policy)),
    'rule-edit': async (request, value) => {
      const { ruleId, expectedVersion } = ruleIn(value);
      return openModalFor(request, editRule, { ruleId }, async (attempting) =>
        ruleModal(attempting.context.policy, {
          ...(await ruleOf(attempting, ruleId)),
          version: expectedVersion,
        }),
      );
    },
    'rule-delete': async (request, value) => {
      const { ruleId, expectedVersion } = ruleIn(value);
      return openModalFor(request, deleteRule, { ruleId }, async (attempting) => {
        const rule = { ...(await ruleOf(attempting, ruleId)), version: expectedVersion };
        const tried = await tryRule(attempting.context, { ruleId, rule: null });
        return deleteRuleModal(rule, triedText(tried, null));
      });
    },
  },
  submissions: {
    rule: { check: ruleErrors, run: previewOrSave },
    'rule-delete': {
      async run(request, _values, metadata) {
        const { domain } = await deleteRule(request.context, ruleIn(metadata));
        return { text: `Deleted the rule for ${ruleTitle(domain)}. \`/apim-user rules\` lists all rules.` };
      },
    },
  },
};

async function previewOrSave(request: SlackRequest, values: FormValues, metadata: Metadata) {
  const { context } = request;
  const target = metadata.id === undefined ? null : ruleIn(metadata);
  const [operation, tries] = target
    ? ([editRule, { ruleId: target.ruleId }] as const)
    : ([createRule, {}] as const);
  const current = target
    ? await attempt(request, editRule, tries, (one) => ruleOf(one, target.ruleId))
    : undefined;
  const fields = ruleInput(values, current);
  if (metadata.previewed === markOf(fields)) {
    const { rule } = target
      ? await editRule(context, { ...target, ...fields })
      : await createRule(context, fields);
    return {
      text: `Saved: ${ruleText(rule, context.policy)}. It holds from now on. \`/apim-user rules\` lists all rules.`,
    };
  }
  const tried = await attempt(request, operation, tries, (one) =>
    tryRule(one.context, { ...tries, rule: fields }),
  );
  const { groups, products } = tried;
  const shown = {
    ...fields,
    groups,
    products,
    ...(target ? { id: target.ruleId, version: target.expectedVersion } : {}),
  };
  return ruleModal(context.policy, shown, { text: triedText(tried, shown), fields });
}
