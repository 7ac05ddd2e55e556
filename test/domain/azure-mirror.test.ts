import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  agreeOn,
  type Comparison,
  compareThing,
  type Decision,
  EMPTY_MEMORY,
  isFight,
  isSettledRead,
  noteRefusal,
  noteTurns,
  rememberDecision,
  type ThingMemory,
} from '../../src/domain/azure-mirror.ts';

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;

const compared = (memory: ThingMemory, given: Partial<Comparison>) =>
  compareThing({
    ...{ memory, ours: { state: 'active' }, theirs: { state: 'active' }, isSettled: true, now: NOW },
    ...given,
  });
const agreed = (value = 'active', by: 'ours' | 'azure' | null = null) =>
  agreeOn(agreeOn(EMPTY_MEMORY, 'exists', 'yes', null), 'state', value, by);

describe('a field', () => {
  it.each([
    ['the same on both sides', agreed(), 'active', 'active', 'agree'],
    ['changed here', agreed(), 'blocked', 'active', 'write'],
    ['changed in Azure, which decided it last', agreed(), 'active', 'blocked', 'take'],
    ['changed in Azure after we decided it', agreed('active', 'ours'), 'active', 'blocked', 'ask'],
    ['changed on both sides', agreed('pending'), 'active', 'blocked', 'ask'],
    ['changed on both sides to the same', agreed('pending'), 'blocked', 'blocked', 'agree'],
    ['different when both sides meet', EMPTY_MEMORY, 'active', 'blocked', 'ask'],
  ] as const)('%s', (_, memory, ours, theirs, verdict) => {
    expect(compared(memory, { ours: { state: ours }, theirs: { state: theirs } }).state).toBe(verdict);
  });

  it('that only one side has in its record is not compared', () => {
    const both = { ours: { state: 'active' }, theirs: { state: 'active', primaryKey: 'k' } };
    expect(compared(agreed(), both)).toEqual({ exists: 'agree', state: 'agree' });
  });

  it('read before our last write was safely over decides nothing', () => {
    const early = { theirs: { state: 'blocked' }, isSettled: false };
    expect(compared(agreed('active', 'ours'), early).state).toBe('wait');
    expect(
      compared(agreed(), { ...early, ours: { state: 'pending' }, theirs: { state: 'active' } }).state,
    ).toBe('write');
    const written = new Date(NOW);
    expect(isSettledRead(new Date(NOW + 119_000), written)).toBe(false);
    expect(isSettledRead(new Date(NOW + 120_000), written)).toBe(true);
    expect(isSettledRead(written, null)).toBe(true);
  });

  it('that a rule here refused is asked about until either side changes', () => {
    const memory = noteRefusal(agreed(), 'state', { ours: 'active', theirs: 'odd' });
    expect(compared(memory, { theirs: { state: 'odd' } }).state).toBe('ask');
    expect(compared(memory, { theirs: { state: 'blocked' } }).state).toBe('take');
  });
});

describe('whether the thing is there', () => {
  const here = { state: 'active' };
  it.each([
    ['new here', EMPTY_MEMORY, here, null, 'write'],
    ['new in Azure', EMPTY_MEMORY, null, here, 'take'],
    ['deleted here', agreed(), null, here, 'write'],
    ['gone in Azure', agreed(), here, null, 'ask'],
    ['gone on both sides', agreed(), null, null, 'agree'],
    ['deleted here while Azure changed it', agreed(), null, { state: 'blocked' }, 'ask'],
  ] as const)('%s', (_, memory, ours, theirs, verdict) => {
    expect(compared(memory, { ours, theirs })).toEqual({ exists: verdict });
  });
});

describe('a decision', () => {
  const drift = { field: 'state', ours: 'active', theirs: 'blocked' };
  const sides = { ours: { state: 'active' }, theirs: { state: 'blocked' } };
  it.each([
    ['take', 'take'],
    ['keep', 'write'],
    ['leave', 'left'],
  ] as [Decision, string][])('%s makes the next comparison say %s', (decision, verdict) => {
    const memory = rememberDecision(agreed('pending', 'ours'), drift, decision);
    expect(compared(memory, sides).state).toBe(verdict);
  });

  it('to leave it alone holds until either side changes', () => {
    const memory = rememberDecision(agreed('pending'), drift, 'leave');
    expect(compared(memory, { ...sides, theirs: { state: 'deleted' } }).state).toBe('ask');
  });

  it('about something gone in Azure deletes it here only when a person says so', () => {
    const gone = { field: 'exists', ours: 'yes', theirs: 'no' };
    const sides = { ours: { state: 'active' }, theirs: null };
    expect(compared(rememberDecision(agreed(), gone, 'take'), sides)).toEqual({ exists: 'take' });
    expect(compared(rememberDecision(agreed(), gone, 'keep'), sides)).toEqual({ exists: 'write' });
  });
});

describe('two that fight', () => {
  /** One side after the other changes the state, `apart` ms from each other. */
  function flip(times: number, apart: number): { memory: ThingMemory; now: number } {
    let memory = agreed('v0');
    for (let turn = 1; turn <= times; turn++) {
      const now = NOW + turn * apart;
      const [before, after] = [`v${turn - 1}`, `v${turn}`];
      const sides =
        turn % 2 === 1
          ? { ours: { state: before }, theirs: { state: after } }
          : { ours: { state: after }, theirs: { state: before } };
      memory = noteTurns({ memory, ...sides, isSettled: true, now });
      if (turn < times) memory = agreeOn(memory, 'state', after, null);
    }
    return { memory, now: NOW + times * apart };
  }

  it('are noticed at the third flip within an hour, and asked about', () => {
    const { memory, now } = flip(3, 10 * MINUTE);
    expect(isFight(memory, 'state', now)).toBe(true);
    expect(
      compareThing({ memory, ours: { state: 'v2' }, theirs: { state: 'v3' }, isSettled: true, now }).state,
    ).toBe('ask');
  });
  it('are none at the second flip, nor at three in more than an hour', () => {
    for (const { memory, now } of [flip(2, MINUTE), flip(3, 31 * MINUTE)])
      expect(isFight(memory, 'state', now)).toBe(false);
  });
  it('are none when one side alone changes it again and again', () => {
    let memory = agreed('v0');
    for (let turn = 1; turn < 9; turn++) {
      const sides = { ours: { state: `v${turn}` }, theirs: { state: `v${turn - 1}` } };
      memory = noteTurns({ memory, ...sides, isSettled: true, now: NOW + turn });
      memory = agreeOn(memory, 'state', `v${turn}`, 'ours');
    }
    expect(isFight(memory, 'state', NOW + 9)).toBe(false);
  });
  it('end when a person decides', () => {
    const { memory, now } = flip(3, MINUTE);
    const drift = { field: 'state', ours: 'v2', theirs: 'v3' };
    expect(isFight(rememberDecision(memory, drift, 'keep'), 'state', now)).toBe(false);
  });
});

/** Both sides, changed at random, compared at random; what the verdicts say is done. */
describe('any order of changes, comparisons and decisions', () => {
  const value = fc.constantFrom('a', 'b', 'c');
  const step = fc.oneof(
    fc.record({ do: fc.constant('change' as const), side: fc.constantFrom('ours', 'azure'), value }),
    fc.record({ do: fc.constant('compare' as const) }),
    fc.record({
      do: fc.constant('decide' as const),
      decision: fc.constantFrom<Decision>('take', 'keep', 'leave'),
    }),
  );
  it('ends with both sides equal or a person asked, and no value that nobody chose', () => {
    fc.assert(
      fc.property(value, fc.array(step, { maxLength: 30 }), (first, steps) => {
        const chosen = new Set<string>([first]);
        const side = { ours: first, azure: first };
        let memory = agreed(first);
        let now = NOW;
        const compare = () => {
          now += 1;
          const sides = { ours: { state: side.ours }, theirs: { state: side.azure } };
          memory = noteTurns({ memory, ...sides, isSettled: true, now });
          const verdict = compareThing({ memory, ...sides, isSettled: true, now }).state;
          if (verdict === 'agree') memory = agreeOn(memory, 'state', side.ours, null);
          if (verdict === 'take') side.ours = side.azure;
          if (verdict === 'write') {
            side.azure = side.ours;
            memory = agreeOn(memory, 'state', side.ours, 'ours');
          }
          return verdict;
        };
        for (const one of steps) {
          if (one.do === 'change') {
            chosen.add(one.value);
            side[one.side as 'ours'] = one.value;
          } else if (one.do === 'compare') compare();
          else if (side.ours !== side.azure) {
            const drift = { field: 'state', ours: side.ours, theirs: side.azure };
            memory = rememberDecision(memory, drift, one.decision);
          }
        }
        compare();
        const verdict = compare();
        expect([...chosen]).toEqual(expect.arrayContaining([side.ours, side.azure]));
        if (side.ours !== side.azure) expect(['ask', 'left']).toContain(verdict);
      }),
    );
  });
});
