// The form of a rule. It is sent twice: the first time it comes back with what the rule would have done, and is saved when it
// is sent again as it was.
import { createHash } from 'node:crypto';
import type { ModalView } from '@slack/types';
import { ADMISSIONS, shownRuleDomain } from '../../domain/rule.ts';
import type { Policy } from '../../operations/frame/context.ts';
import {
  MAX_GROUPS_OF_RULE,
  MAX_PRODUCTS_OF_RULE,
  MAX_RULE_DOMAIN_LENGTH,
  type RuleFields,
  ruleDomain,
} from '../../operations/rules/input.ts';
import type { RuleView } from '../../operations/rules/rule.ts';
import { referenceTo } from '../frame/reference.ts';
import {
  checkbox,
  choiceInput,
  divider,
  groupsInput,
  modal,
  multiSearchInput,
  section,
  textInput,
} from '../present/blocks.ts';
import { admissionWords, ruleTitle } from '../present/rule.ts';
import { type FormValues, listOf, schemaError, textOf } from './form.ts';
import { keptIds, keptNote } from './long-ids.ts';

/** As the form shows it: a new one has no id. */
type Shown = Omit<RuleView, 'id' | 'version'> & Partial<Pick<RuleView, 'id' | 'version'>>;
const NEW: Shown = { domain: '', admission: 'settings', approvesProducts: false, groups: [], products: [] };

/** `preview`: what the rule would have done, and the fields that this is said of. */
export function ruleModal(
  policy: Pick<Policy, 'signUp'>,
  rule: Shown = NEW,
  preview?: { text: string; fields: RuleFields },
): ModalView {
  const { id, version } = rule;
  const words = admissionWords(policy);
  return modal({
    callback: 'rule',
    title: id ? 'Edit a rule' : 'Add a rule',
    submit: preview ? 'Save' : 'Preview',
    metadata: {
      ...(id && version ? referenceTo({ id, version }) : {}),
      ...(preview ? { previewed: markOf(preview.fields) } : {}),
    },
    blocks: [
      ...(preview ? [section(preview.text), divider] : []),
      textInput('domain', 'Emails at', {
        value: shownRuleDomain(rule.domain),
        maxLength: MAX_RULE_DOMAIN_LENGTH,
        hint: 'acme.com; *.acme.com, its subdomains included; disposable, for throw-away mailboxes; or *, for everyone that no other rule names. The most specific rule holds, and it alone.',
      }),
      choiceInput(
        'admission',
        'Who signs up',
        ADMISSIONS.map((value) => ({ value, text: words[value] })),
        rule.admission,
      ),
      groupsInput(rule.groups),
      multiSearchInput('products', 'First products', {
        placeholder: 'A subscription of each',
        hint: 'For everyone who comes in by signing up or by an invitation. Where a product has terms, its keys are shown once the developer agrees.',
        chosen: rule.products,
      }),
      checkbox(
        'approvesProducts',
        'Approval',
        'These subscriptions are approved at once',
        rule.approvesProducts,
      ),
      ...keptNote([...rule.groups, ...rule.products]),
    ],
  });
}

/** Short enough for a modal, whatever the ids. */
export const markOf = (fields: RuleFields): string =>
  createHash('sha256').update(JSON.stringify(fields)).digest('hex');

export function ruleErrors(values: FormValues): Record<string, string> {
  const tooMany = (name: string, max: number) =>
    listOf(values, name).length > max ? { [name]: `Choose ${max} at most` } : {};
  return {
    ...schemaError(values, 'domain', ruleDomain),
    ...tooMany('groups', MAX_GROUPS_OF_RULE),
    ...tooMany('products', MAX_PRODUCTS_OF_RULE),
  };
}

/** The fields as the input of an operation. `current` is the rule before the edit. */
export function ruleInput(values: FormValues, current?: RuleView): RuleFields {
  const admission = ADMISSIONS.find((one) => one === textOf(values, 'admission')) ?? 'settings';
  return {
    domain: textOf(values, 'domain'),
    admission,
    groupIds: [...listOf(values, 'groups'), ...keptIds(current?.groups ?? [])],
    productIds: [...listOf(values, 'products'), ...keptIds(current?.products ?? [])],
    approvesProducts: values.approvesProducts === true,
  };
}

export const deleteRuleModal = (rule: RuleView, tried: string): ModalView =>
  modal({
    callback: 'rule-delete',
    title: 'Delete a rule',
    submit: 'Delete',
    metadata: referenceTo(rule),
    blocks: [
      section(`Delete the rule for ${ruleTitle(rule.domain)}? What it gave to people stays theirs.`),
      section(tried),
    ],
  });
