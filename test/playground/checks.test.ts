// Every limit of Block Kit that the app could run into, one at a time.
import { describe, expect, test } from 'vitest';
import { checkMessage, checkOptionsAnswer, checkView } from '../../src/playground/checks/payloads.ts';
import type { Dict } from '../../src/playground/shapes.ts';
import { SlackRefusal } from '../../src/playground/workspace/slack-refusal.ts';

const pt = (text: string) => ({ type: 'plain_text', text });
const md = (text: string) => ({ type: 'mrkdwn', text });
const button = (rest: Dict = {}) => ({ type: 'button', action_id: 'a', text: pt('Go'), ...rest });
const actions = (...elements: Dict[]) => ({ type: 'actions', elements });
const option = (text: string, value = text) => ({ text: pt(text), value });
const input = (element: Dict, rest: Dict = {}) => ({ type: 'input', label: pt('Name'), element, ...rest });
const many = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

function refusal(check: () => void): string {
  try {
    check();
    return 'ok';
  } catch (error) {
    if (!(error instanceof SlackRefusal)) throw error;
    return `${error.code} ${JSON.stringify(error.extra.errors ?? '')}`;
  }
}
const message = (...blocks: Dict[]): string => refusal(() => checkMessage({ text: 'x', blocks }));
const modal = (rest: Dict): string =>
  refusal(() =>
    checkView({ type: 'modal', title: pt('T'), blocks: [{ type: 'divider' }], ...rest }, 'modal'),
  );
const choice = (rest: Dict): string =>
  modal({ submit: pt('S'), blocks: [input({ type: 'radio_buttons', action_id: 'r', ...rest })] });

test('Slack’s limits accept what the app may well send', () => {
  expect(
    message(
      { type: 'header', text: pt('Ann Lee') },
      { type: 'section', text: md('*x*'), fields: [md('a'), md('b')], accessory: button() },
      { type: 'context', elements: [md('x')] },
      { type: 'divider' },
      actions({ type: 'overflow', action_id: 'o', options: [option('Edit')] }),
    ),
  ).toBe('ok');
  expect(
    modal({
      submit: pt('Send'),
      close: pt('Cancel'),
      private_metadata: 'x'.repeat(3_000),
      blocks: [
        input(
          { type: 'plain_text_input', action_id: 'v', multiline: true, max_length: 3_000 },
          { hint: pt('h') },
        ),
        input({ type: 'datepicker', action_id: 'v' }, { optional: true }),
        input({ type: 'external_select', action_id: 'e', min_query_length: 1 }),
        input({
          type: 'radio_buttons',
          action_id: 'r',
          options: [option('One'), option('Two')],
          initial_option: option('Two'),
        }),
        input({ type: 'checkboxes', action_id: 'v', options: [{ text: md('*a*'), value: '1' }] }),
      ],
    }),
  ).toBe('ok');
});

describe('Slack refuses a message', () => {
  const cases: [string, () => string, RegExp][] = [
    [
      'without top-level text',
      () => refusal(() => checkMessage({ blocks: [{ type: 'divider' }] })),
      /^no_text/,
    ],
    ['with 51 blocks', () => message(...many(51, () => ({ type: 'divider' }))), /no more than 50/],
    ['with an unknown block', () => message({ type: 'sektion' }), /unsupported type/],
    [
      'with a field that Slack does not know',
      () => message({ type: 'divider', colour: 'red' }),
      /additional property/,
    ],
    ['with an empty section', () => message({ type: 'section' }), /text or fields/],
    ['with an empty text', () => message({ type: 'section', text: md('') }), /more than 0/],
    [
      'with a section text of 3,001',
      () => message({ type: 'section', text: md('x'.repeat(3_001)) }),
      /less than 3001/,
    ],
    [
      'with 11 fields',
      () => message({ type: 'section', fields: many(11, () => md('x')) }),
      /no more than 10/,
    ],
    [
      'with a field of 2,001',
      () => message({ type: 'section', fields: [md('x'.repeat(2_001))] }),
      /less than 2001/,
    ],
    ['with a header of 151', () => message({ type: 'header', text: pt('x'.repeat(151)) }), /less than 151/],
    ['with markup in a header', () => message({ type: 'header', text: md('x') }), /plain_text/],
    [
      'with 26 buttons',
      () => message(actions(...many(26, (i) => button({ action_id: `a${i}` })))),
      /no more than 25/,
    ],
    ['with an empty actions block', () => message(actions()), /no fewer than 1/],
    ['with two buttons of one name', () => message(actions(button(), button())), /action_id.*already exists/],
    [
      'with two blocks of one name',
      () => message({ type: 'divider', block_id: 'b' }, { type: 'divider', block_id: 'b' }),
      /block_id.*already/,
    ],
    [
      'with a button text of 76',
      () => message(actions(button({ text: pt('x'.repeat(76)) }))),
      /less than 76/,
    ],
    [
      'with a button value of 2,001',
      () => message(actions(button({ value: 'x'.repeat(2_001) }))),
      /less than 2001/,
    ],
    [
      'with a button value that is a number',
      () => message(actions(button({ value: 7 }))),
      /must be a string/,
    ],
    [
      'with an accessibility label of 76',
      () => message(actions(button({ accessibility_label: 'x'.repeat(76) }))),
      /less than 76/,
    ],
    ['with a style of its own', () => message(actions(button({ style: 'warning' }))), /primary, danger/],
    [
      'with a text input among the actions',
      () => message(actions({ type: 'plain_text_input', action_id: 'p' })),
      /unsupported type/,
    ],
    [
      'with a confirm title of 101',
      () =>
        message(
          actions(
            button({
              confirm: { title: pt('x'.repeat(101)), text: pt('t'), confirm: pt('y'), deny: pt('n') },
            }),
          ),
        ),
      /less than 101/,
    ],
    [
      'with half a confirm dialog',
      () => message(actions(button({ confirm: { title: pt('t') } }))),
      /missing required/,
    ],
    [
      'with 11 context elements',
      () => message({ type: 'context', elements: many(11, () => md('x')) }),
      /no more than 10/,
    ],
    [
      'with six overflow options',
      () => message(actions({ type: 'overflow', action_id: 'o', options: many(6, (i) => option(`o${i}`)) })),
      /no more than 5/,
    ],
    [
      'with an action_id of 256',
      () => message(actions(button({ action_id: 'x'.repeat(256) }))),
      /less than 256/,
    ],
  ];
  test.each(cases)('%s', (_name, check, words) => {
    expect(check()).toMatch(words);
  });
});

describe('Slack refuses a view', () => {
  const cases: [string, () => string, RegExp][] = [
    ['with a title of 25', () => modal({ title: pt('x'.repeat(25)) }), /less than 25/],
    ['with a submit of 25', () => modal({ submit: pt('x'.repeat(25)) }), /less than 25/],
    [
      'with private_metadata of 3,001',
      () => modal({ private_metadata: 'x'.repeat(3_001) }),
      /less than 3001/,
    ],
    ['with a callback_id of 256', () => modal({ callback_id: 'x'.repeat(256) }), /less than 256/],
    [
      'with inputs but no submit',
      () => modal({ blocks: [input({ type: 'plain_text_input', action_id: 'v' })] }),
      /needs submit/,
    ],
    ['with 101 blocks', () => modal({ blocks: many(101, () => ({ type: 'divider' })) }), /no more than 100/],
    [
      'with a label of 2,001',
      () =>
        modal({
          submit: pt('S'),
          blocks: [input({ type: 'plain_text_input' }, { label: pt('x'.repeat(2_001)) })],
        }),
      /less than 2001/,
    ],
    [
      'with a max_length of 3,001',
      () => modal({ submit: pt('S'), blocks: [input({ type: 'plain_text_input', max_length: 3_001 })] }),
      /between 1 and 3000/,
    ],
    [
      'with a button as an input',
      () => modal({ submit: pt('S'), blocks: [input(button())] }),
      /unsupported type/,
    ],
    ['with a choice among nothing', () => choice({ options: [] }), /no fewer than 1/],
    ['with a choice without options', () => choice({}), /missing required/],
    ['with 11 choices', () => choice({ options: many(11, (i) => option(`o${i}`)) }), /no more than 10/],
    ['with an option text of 76', () => choice({ options: [option('x'.repeat(76), 'v')] }), /less than 76/],
    ['with an option value of 76', () => choice({ options: [option('v', 'x'.repeat(76))] }), /less than 76/],
    [
      'with a choice that is not offered',
      () => choice({ options: [option('a')], initial_option: option('b') }),
      /one of the provided/,
    ],
    [
      'with a placeholder of 151',
      () =>
        modal({
          submit: pt('S'),
          blocks: [input({ type: 'plain_text_input', placeholder: pt('x'.repeat(151)) })],
        }),
      /less than 151/,
    ],
    [
      'as a Home with a title',
      () => refusal(() => checkView({ type: 'home', title: pt('x'), blocks: [] }, 'home')),
      /additional property/,
    ],
    ['that is no object', () => refusal(() => checkView('nothing', 'modal')), /must be an object/],
  ];
  test.each(cases)('%s', (_name, check, words) => {
    expect(check()).toMatch(words);
  });
});

test('An answer to an options request may be empty, and obeys the limits', () => {
  const answer = (body: unknown): string => refusal(() => checkOptionsAnswer(body));
  expect(answer({ options: [] })).toBe('ok');
  expect(answer({ options: [option('a')] })).toBe('ok');
  expect(answer({})).toMatch(/missing required/);
  expect(answer({ options: many(101, (i) => option(`o${i}`)) })).toMatch(/no more than 100/);
  expect(answer({ option_groups: [{ label: pt('L'), options: [] }] })).toMatch(/additional property/);
});
