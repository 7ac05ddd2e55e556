import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KeyInput, KeyOutput } from './key-model.ts';
import { findContradictions, findReversals, type KeyOperation } from './key-rule.ts';

const FIRST = 'key-0';
const op = (
  by: string,
  calledAt: number,
  returnedAt: number,
  input: KeyInput | 'block' | 'activate' | 'regenerate' | 'read',
  output: KeyOutput | null,
): KeyOperation => ({
  by,
  input: typeof input === 'string' ? { do: input } : input,
  output,
  calledAt,
  returnedAt: output === null ? Number.POSITIVE_INFINITY : returnedAt,
});
const check = (
  by: 'one' | 'two',
  calledAt: number,
  returnedAt: number,
  output: 200 | 401 | 403,
  key = FIRST,
) => op(by, calledAt, returnedAt, { do: 'check', key }, output);
const wrongIn = (operations: KeyOperation[]) =>
  findContradictions({ key: FIRST, operations }).map(({ of }) => of);

describe('T86: what two processes may answer', () => {
  it.each<[string, KeyOperation[]]>([
    [
      'one refuses and the other one still passes, while a block is under way',
      [
        op('a person', 0, 50, 'block', 'done'),
        check('one', 10, 11, 403),
        check('two', 12, 13, 200),
        check('one', 14, 15, 403),
        check('two', 16, 17, 403),
      ],
    ],
    [
      'one passes and the other one still refuses, while an activation is under way',
      [
        op('a person', 0, 1, 'block', 'done'),
        op('a person', 10, 50, 'activate', 'done'),
        check('one', 20, 21, 200),
        check('two', 22, 23, 403),
        check('two', 60, 61, 200),
      ],
    ],
    [
      'one still passes after "it is blocked already", which waits for no process',
      [
        op('a person', 0, 0, 'block', null),
        op('a person', 2, 3, 'block', 'already'),
        check('one', 4, 5, 403),
        check('two', 4, 5, 200),
      ],
    ],
    [
      'one learns of a new key while its request is under way, the other one at its answer',
      [
        op('a program', 0, 50, 'regenerate', 'done'),
        check('one', 10, 11, 401),
        check('two', 12, 13, 200),
        op('a program', 60, 61, 'read', { key: 'key-1' }),
        check('two', 62, 63, 200, 'key-1'),
        check('one', 62, 63, 200, 'key-1'),
      ],
    ],
    [
      'a new key is read before a process knows it, when its request had no answer',
      [
        op('a program', 0, 0, 'regenerate', null),
        op('a program', 2, 3, 'read', { key: 'key-1' }),
        check('one', 4, 5, 401, 'key-1'),
        check('one', 6, 7, 200, 'key-1'),
      ],
    ],
  ])('%s', (_, operations) => {
    expect(wrongIn(operations)).toEqual([]);
  });
});

describe('T86: what two processes may not answer', () => {
  it.each<[string, KeyOperation[], string[]]>([
    [
      'one passes after the answer of a block, which the other one refuses',
      [op('a person', 0, 50, 'block', 'done'), check('one', 51, 52, 403), check('two', 51, 52, 200)],
      ['two'],
    ],
    [
      'one refuses before the block was asked for',
      [check('one', 0, 1, 403), check('two', 0, 1, 200), op('a person', 2, 50, 'block', 'done')],
      ['one'],
    ],
    [
      'one refuses after the answer of an activation',
      [
        op('a person', 0, 1, 'block', 'done'),
        op('a person', 10, 50, 'activate', 'done'),
        check('one', 51, 52, 200),
        check('two', 51, 52, 403),
      ],
      ['two'],
    ],
    [
      'the former key passes after the answer of a new one',
      [op('a program', 0, 50, 'regenerate', 'done'), check('two', 51, 52, 200)],
      ['two'],
    ],
    [
      'a new key is unknown after its answer',
      [
        op('a program', 0, 50, 'regenerate', 'done'),
        op('a program', 60, 61, 'read', { key: 'key-1' }),
        check('one', 62, 63, 401, 'key-1'),
      ],
      ['one'],
    ],
    [
      'two blocks are done, although no activation was asked for',
      [op('a person', 0, 1, 'block', 'done'), op('a person', 2, 3, 'block', 'done')],
      ['the database'],
    ],
    [
      'a block is refused because the account is blocked, which nobody had asked for',
      [op('a person', 0, 1, 'block', 'already'), check('one', 0, 1, 200)],
      ['the database'],
    ],
  ])('%s', (_, operations, processes) => {
    expect(wrongIn(operations)).toEqual(processes);
  });
});

it('T86: a process that refuses and then passes while a block is under way is told apart', () => {
  const operations = [
    op('a person', 0, 50, 'block', 'done'),
    check('one', 10, 11, 403),
    check('one', 12, 13, 200),
  ];
  expect(wrongIn(operations)).toEqual([]);
  expect(findReversals({ key: FIRST, operations }).map(({ of }) => of)).toEqual(['one']);
});

/** Times are shares of what is allowed, from 0 to 99. */
type Change = {
  do: 'block' | 'activate' | 'regenerate';
  isAnswered: boolean;
  commit: number;
  learned: [number, number];
};
type Call = { by: 0 | 1; at: number; before: number; after: number; isOld: boolean };
const share = fc.nat(99);
const changes = fc.array(
  fc.record<Change>({
    do: fc.constantFrom('block', 'activate', 'regenerate'),
    isAnswered: fc.boolean(),
    commit: share,
    learned: fc.tuple(share, share),
  }),
  { minLength: 2, maxLength: 6 },
);
const calls = fc.array(
  fc.record<Call>({
    by: fc.constantFrom(0, 1),
    at: fc.nat(3_000),
    before: fc.nat(40),
    after: fc.nat(40),
    isOld: fc.boolean(),
  }),
  { minLength: 30, maxLength: 80 },
);

const EACH = 1_000;
type Learned = { at: number; isBlocked: boolean; keys: string[] };

/** One change after the other: requested, committed, learned by each process, answered. */
function record(all: Change[], called: Call[]): KeyOperation[] {
  const operations: KeyOperation[] = [];
  const known: [Learned[], Learned[]] = [[], []];
  let state = { isBlocked: false, keys: [FIRST] };
  for (const learned of known) learned.push({ at: Number.NEGATIVE_INFINITY, ...state });
  for (const [index, change] of all.entries()) {
    const [calledAt, answeredAt] = [index * EACH, index * EACH + 800];
    const committedAt = calledAt + change.commit;
    const was = state;
    state = changed(state, change.do);
    const isDone = change.do === 'regenerate' || was.isBlocked !== state.isBlocked;
    operations.push(
      op(
        'a person',
        calledAt,
        answeredAt,
        change.do,
        change.isAnswered ? (isDone ? 'done' : 'already') : null,
      ),
    );
    if (!isDone) continue;
    for (const [process, learned] of known.entries())
      learned.push({ at: committedAt + (change.learned[process] ?? 0) * 7, ...state });
    if (change.do === 'regenerate')
      operations.push(op('a program', answeredAt + 10, answeredAt + 20, 'read', { key: current(state) }));
  }
  return [...operations, ...called.map((call) => answerOf(call, known[call.by]))];
}

const current = ({ keys }: { keys: string[] }) => keys.at(-1) ?? FIRST;

function changed(state: { isBlocked: boolean; keys: string[] }, verb: Change['do']) {
  if (verb === 'regenerate') return { ...state, keys: [...state.keys, `key-${state.keys.length}`] };
  return { ...state, isBlocked: verb === 'block' };
}

function answerOf({ by, at, before, after, isOld }: Call, learned: Learned[]): KeyOperation {
  const state = learned.findLast((one) => one.at <= at) as Learned;
  const key = isOld ? (state.keys.at(-2) ?? current(state)) : current(state);
  const output = key !== current(state) ? 401 : state.isBlocked ? 403 : 200;
  return check(by === 0 ? 'one' : 'two', at - before, at + after, output, key);
}

describe('T86: generated histories of two processes', () => {
  it('are explained when each learns of a change before its answer', () => {
    fc.assert(
      fc.property(changes, calls, (all, called) => {
        expect(wrongIn(record(all, called))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('are refused for the one process that lets a call pass after the answer of a block', () => {
    fc.assert(
      fc.property(changes, calls, fc.constantFrom('one', 'two'), (all, called, late) => {
        // Answered, so that no earlier change can take effect after the last block.
        const answered = [...all, { ...(all[0] as Change), do: 'activate' } as const].map((change) => ({
          ...change,
          isAnswered: true,
        }));
        const end = answered.length * EACH;
        const early = called.filter(({ at }) => at < end - EACH);
        const made = answered.filter((change) => change.do === 'regenerate').length;
        const calls = (['one', 'two'] as const).map((by) =>
          check(by, end + 200, end + 201, by === late ? 200 : 403, `key-${made}`),
        );
        const history = [
          ...record(answered, early),
          op('a person', end, end + 100, 'block', 'done'),
          ...calls,
        ];
        expect(wrongIn(history)).toEqual([late]);
      }),
      { numRuns: 200 },
    );
  });
});
