// A modal that is drawn again after an error has in its fields what the person left in them.
import type { ViewOutput } from '@slack/bolt';
import { expect, it } from 'vitest';
import { refill } from '../../src/slack/modals/refill.ts';

const option = (value: string) => ({ text: { type: 'plain_text', text: value }, value });

it.each([
  ['plain_text_input', { initial_value: 'before' }, { value: 'after' }, { initial_value: 'after' }],
  ['plain_text_input', { initial_value: 'before' }, { value: null }, {}],
  [
    'datepicker',
    { initial_date: '2026-12-24' },
    { selected_date: '2027-01-06' },
    { initial_date: '2027-01-06' },
  ],
  ['datepicker', { initial_date: '2026-12-24' }, { selected_date: null }, {}],
  ['users_select', {}, { selected_user: 'U02' }, { initial_user: 'U02' }],
  ['users_select', { initial_user: 'U01' }, { selected_user: null }, {}],
  [
    'static_select',
    { initial_option: option('a') },
    { selected_option: option('b') },
    { initial_option: option('b') },
  ],
  [
    'checkboxes',
    { initial_options: [option('a')] },
    { selected_options: [option('b')] },
    { initial_options: [option('b')] },
  ],
  ['checkboxes', { initial_options: [option('a')] }, { selected_options: [] }, {}],
])('a %s with %j and then %j is drawn with %j', (type, initial, state, drawn) => {
  const element = { type, action_id: 'field', ...initial };
  const view = {
    callback_id: 'form',
    title: option('Form').text,
    private_metadata: '',
    blocks: [{ type: 'input', block_id: 'block', label: option('Field').text, element }],
    state: { values: { block: { field: { type, ...state } } } },
  } as unknown as ViewOutput;
  const sent: unknown = JSON.parse(JSON.stringify(refill(view, { text: 'no' }).blocks.at(-1)));
  expect(sent).toMatchObject({ element: { type, action_id: 'field' } });
  expect((sent as { element: object }).element).toEqual({ type, action_id: 'field', ...drawn });
});
