import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type KeyInput, type KeyOutput, keyModel } from './key-model.ts';
import { findContradiction, type Operation } from './linearizable.ts';

type Recorded = Operation<KeyInput, KeyOutput>;

const FIRST = 'key-0';
const op = (
  calledAt: number,
  returnedAt: number,
  input: KeyInput | KeyInput['do'],
  output: KeyOutput | null,
): Recorded => ({
  input: typeof input === 'string' ? ({ do: input } as KeyInput) : input,
  output,
  calledAt,
  returnedAt: output === null ? Number.POSITIVE_INFINITY : returnedAt,
});
const check = (key = FIRST): KeyInput => ({ do: 'check', key });
const contradictionIn = (history: Recorded[]) => findContradiction(history, keyModel(FIRST));

describe('T86: histories with an order that explains them', () => {
  it.each<[string, Recorded[]]>([
    ['none at all', []],
    [
      'a call that passes while the block is on its way',
      [op(0, 10, 'block', 'done'), op(1, 2, check(), 200)],
    ],
    [
      'two such calls with the block between them',
      [op(0, 10, 'block', 'done'), op(1, 2, check(), 200), op(3, 4, check(), 403)],
    ],
    [
      'a block without an answer that takes effect late',
      [
        op(0, 1, 'block', null),
        op(2, 3, check(), 200),
        op(4, 5, check(), 403),
        op(6, 7, 'activate', 'done'),
        op(8, 9, check(), 200),
      ],
    ],
    ['a block without an answer that never takes effect', [op(0, 1, 'block', null), op(2, 3, check(), 200)]],
    [
      'a new key that one answer shows',
      [
        op(0, 1, 'regenerate', 'done'),
        op(2, 3, check(), 401),
        op(4, 5, 'read', { key: 'key-1' }),
        op(6, 7, check('key-1'), 200),
      ],
    ],
  ])('%s', (_, history) => {
    expect(contradictionIn(history)).toBeNull();
  });
});

describe('T86: histories that no order explains', () => {
  it.each<[string, Recorded[]]>([
    ['a call that passes after the block was answered', [op(0, 1, 'block', 'done'), op(2, 3, check(), 200)]],
    [
      'a call that passes after another one was refused',
      [op(0, 10, 'block', 'done'), op(1, 2, check(), 403), op(3, 4, check(), 200)],
    ],
    [
      'one block without an answer that takes effect twice',
      [
        op(0, 1, 'block', null),
        op(2, 3, check(), 403),
        op(4, 5, 'activate', 'done'),
        op(6, 7, check(), 200),
        op(8, 9, check(), 403),
      ],
    ],
    ['a call with the former key', [op(0, 1, 'regenerate', 'done'), op(2, 3, check(), 200)]],
    [
      'two new keys of one regeneration',
      [
        op(0, 1, 'regenerate', 'done'),
        op(2, 3, 'read', { key: 'key-1' }),
        op(4, 5, 'read', { key: 'key-2' }),
      ],
    ],
    ['the current key unknown', [op(0, 1, check(), 401)]],
    ['a refusal of an account that nobody blocked', [op(0, 1, check(), 403)]],
    ['two blocks, both done', [op(0, 1, 'block', 'done'), op(2, 3, 'block', 'done')]],
  ])('%s', (_, history) => {
    expect(contradictionIn(history)).not.toBeNull();
  });
});

type Step = { do: KeyInput['do']; isOld: boolean; before: number; after: number; isAnswered: boolean };
const steps = fc.array(
  fc.record<Step>({
    do: fc.constantFrom('block', 'activate', 'regenerate', 'read', 'check', 'check', 'check'),
    isOld: fc.boolean(),
    before: fc.nat(25),
    after: fc.nat(25),
    isAnswered: fc.boolean(),
  }),
  { minLength: 1, maxLength: 40 },
);

/** Does the steps one after the other, ten apart, and records each as if it had begun earlier and ended later. */
function recordOf(all: Step[]): Recorded[] {
  const state = { isBlocked: false, keys: [FIRST] };
  return all.flatMap((step, index) => {
    const { input, output } = doStep(state, step);
    const isRead = step.do === 'read' || step.do === 'check';
    if (isRead && !step.isAnswered) return [];
    const at = index * 10;
    return [op(at - step.before, at + step.after, input, step.isAnswered ? output : null)];
  });
}

function doStep(
  state: { isBlocked: boolean; keys: string[] },
  step: Step,
): { input: KeyInput; output: KeyOutput } {
  const current = state.keys.at(-1) ?? FIRST;
  if (step.do === 'check') {
    const key = step.isOld ? (state.keys.at(-2) ?? current) : current;
    return { input: { do: 'check', key }, output: key === current ? (state.isBlocked ? 403 : 200) : 401 };
  }
  const input = { do: step.do } as KeyInput;
  if (step.do === 'read') return { input, output: { key: current } };
  if (step.do === 'regenerate') {
    state.keys.push(`key-${state.keys.length}`);
    return { input, output: 'done' };
  }
  const isBlocked = step.do === 'block';
  const output = state.isBlocked === isBlocked ? 'already' : 'done';
  state.isBlocked = isBlocked;
  return { input, output };
}

describe('T86: generated histories', () => {
  it('of a register that works are explained, however its operations overlap', () => {
    fc.assert(
      fc.property(steps, (all) => {
        expect(contradictionIn(recordOf(all))).toBeNull();
      }),
      { numRuns: 300 },
    );
  });

  it('are refused once one call passes after an answered block', () => {
    fc.assert(
      fc.property(steps, fc.nat(30), (all, later) => {
        const history = recordOf(all.map((step) => ({ ...step, isAnswered: true })));
        const end = all.length * 10 + 100;
        // Nothing else runs any more, so no order can put the call before the block.
        const key = all.filter((step) => step.do === 'regenerate').length;
        const wrong = [
          op(end, end + 1, 'block', history.length === 0 ? 'done' : blockedAfter(all) ? 'already' : 'done'),
          op(end + 2 + later, end + 3 + later, check(`key-${key}`), 200),
        ];
        expect(contradictionIn([...history, ...wrong])).toBe(wrong[1]);
      }),
      { numRuns: 300 },
    );
  });
});

const blockedAfter = (all: Step[]): boolean =>
  all.findLast((step) => step.do === 'block' || step.do === 'activate')?.do === 'block';
