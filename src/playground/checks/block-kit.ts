// Block Kit as far as the app sends it, with Slack's limits (docs.slack.dev/reference/block-kit). Fields, elements and
// blocks that are not listed are refused.
import { z } from 'zod';
import type { Dict } from '../shapes.ts';

const MAX_ID_LENGTH = 255;

const textUpTo = (max: number, min = 1) => z.string().min(min).max(max);
const id = textUpTo(MAX_ID_LENGTH);

const plainText = (max: number) =>
  z.strictObject({ type: z.literal('plain_text'), text: textUpTo(max), emoji: z.boolean().optional() });
const mrkdwn = (max: number) =>
  z.strictObject({ type: z.literal('mrkdwn'), text: textUpTo(max), verbatim: z.boolean().optional() });
const anyText = (max: number) => z.discriminatedUnion('type', [plainText(max), mrkdwn(max)]);

const style = z.enum(['primary', 'danger']).optional();
const confirm = z.strictObject({
  title: plainText(100),
  text: anyText(300),
  confirm: plainText(30),
  deny: plainText(30),
  style,
});

const option = z.strictObject({ text: plainText(75), value: textUpTo(75) });
const choice = z.strictObject({
  text: anyText(75),
  value: textUpTo(75),
  description: anyText(75).optional(),
});
export const options = z.array(option).max(100).superRefine(refuseDoubles('value'));

const element = <T extends string, F extends z.ZodRawShape>(type: T, fields: F) =>
  z.strictObject({ type: z.literal(type), action_id: id.optional(), ...fields });
const placeholder = plainText(150).optional();
const typeAhead = { placeholder, min_query_length: z.int().min(0).optional() };
const lengthLimit = 'must be between 1 and 3000';
const notOffered = 'must be one of the provided options';
const choices = z.array(choice).min(1).max(10).superRefine(refuseDoubles('value'));

const button = element('button', {
  text: plainText(75),
  value: textUpTo(2_000).optional(),
  style,
  confirm: confirm.optional(),
  accessibility_label: textUpTo(75).optional(),
});
const overflow = element('overflow', {
  options: z.array(option).min(1).max(5).superRefine(refuseDoubles('value')),
});
const inputElement = z.discriminatedUnion('type', [
  element('plain_text_input', {
    multiline: z.boolean().optional(),
    max_length: z.int().min(1, lengthLimit).max(3_000, lengthLimit).optional(),
    initial_value: textUpTo(3_000, 0).optional(),
    placeholder,
  }).refine(({ initial_value: text = '', max_length: max = 3_000 }) => text.length <= max, {
    path: ['initial_value'],
    message: 'must not be longer than max_length',
  }),
  element('checkboxes', {
    options: choices,
    initial_options: z.array(choice).min(1).optional(),
  }).refine(({ options, initial_options: chosen }) => isOffered(options, chosen), {
    path: ['initial_options'],
    message: notOffered,
  }),
  element('radio_buttons', {
    options: choices,
    initial_option: choice.optional(),
  }).refine(({ options, initial_option: chosen }) => isOffered(options, chosen && [chosen]), {
    path: ['initial_option'],
    message: notOffered,
  }),
  element('users_select', { placeholder, initial_user: id.optional() }),
  element('multi_users_select', { placeholder, initial_users: z.array(id).min(1).optional() }),
  element('external_select', { ...typeAhead, initial_option: option.optional() }),
  element('multi_external_select', { ...typeAhead, initial_options: z.array(option).min(1).optional() }),
  element('datepicker', { initial_date: z.iso.date('must be a day such as 2026-11-01').optional() }),
]);

const block = <T extends string, F extends z.ZodRawShape>(type: T, fields: F) =>
  z.strictObject({ type: z.literal(type), block_id: id.optional(), ...fields });
const anyBlock = z.discriminatedUnion('type', [
  block('section', {
    text: anyText(3_000).optional(),
    fields: z.array(anyText(2_000)).min(1).max(10).optional(),
    accessory: z.discriminatedUnion('type', [button, overflow]).optional(),
  }).refine(({ text, fields }) => text ?? fields, 'either text or fields is required'),
  block('header', { text: plainText(150) }),
  block('divider', {}),
  block('context', { elements: z.array(anyText(3_000)).min(1).max(10) }),
  block('actions', {
    elements: z
      .array(z.discriminatedUnion('type', [button, overflow]))
      .min(1)
      .max(25)
      .superRefine(refuseDoubles('action_id')),
  }),
  block('input', {
    label: plainText(2_000),
    hint: plainText(2_000).optional(),
    optional: z.boolean().optional(),
    element: inputElement,
  }),
]);
const blocksUpTo = (max: number) => z.array(anyBlock).max(max).superRefine(refuseDoubles('block_id'));
export const messageBlocks = blocksUpTo(50);

const viewFields = {
  callback_id: textUpTo(MAX_ID_LENGTH, 0).optional(),
  private_metadata: textUpTo(3_000, 0).optional(),
  blocks: blocksUpTo(100),
};
export const home = z.strictObject({ type: z.literal('home'), ...viewFields });
export const modal = z
  .strictObject({
    type: z.literal('modal'),
    title: plainText(24),
    submit: plainText(24).nullish(),
    close: plainText(24).nullish(),
    ...viewFields,
  })
  .refine((view) => view.submit || view.blocks.every((one) => one.type !== 'input'), {
    path: ['submit'],
    message: 'missing required field: a view with input blocks needs submit',
  });

function isOffered(offered: unknown[], chosen: unknown[] = []): boolean {
  const all = new Set(offered.map((one) => JSON.stringify(one)));
  return chosen.every((one) => all.has(JSON.stringify(one)));
}

function refuseDoubles(field: string) {
  return (items: object[], context: z.RefinementCtx): void => {
    const seen = new Set<unknown>();
    for (const item of items) {
      const value = (item as Dict)[field];
      if (value !== undefined && seen.has(value)) context.addIssue(`\`${field}\` already exists: ${value}`);
      seen.add(value);
    }
  };
}
