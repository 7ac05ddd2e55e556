import { describe, expect, it } from 'vitest';
import type { Window } from './faults.ts';
import type { Untouched } from './keys.ts';
import type { Call } from './pushed.ts';
import { boundsOf, notBack, passedInSilence } from './pushed-checks.ts';

const KEY = 'key-0';
const call = (calledAt: number, status: number | null, key = KEY): Call => ({
  key,
  status,
  calledAt,
  returnedAt: calledAt + 5,
});
const windowOf = (from: number, to: number, backMs = 0): Window => ({
  kind: 'kill an agent',
  from,
  to,
  backMs,
});
const gatewayOf = (
  calls: Call[],
  { losses = [] as number[], silences = [{ from: 1_000, to: 5_000 }] } = {},
) => ({
  name: 'HAProxy',
  calls,
  losses,
  silences,
});
const untouchedOf = (...of: Parameters<typeof gatewayOf>) =>
  ({ gateway: gatewayOf(...of), history: { key: KEY } }) as Untouched;

describe('T86: a gateway that hears nothing of us for two seconds', () => {
  it.each<[string, Call, boolean]>([
    ['lets a call pass', call(3_100, 200), true],
    ['says that a key is unknown, which it may not know', call(3_100, 401, 'another'), true],
    ['refuses with 503', call(3_100, 503), false],
    ['gives no answer', call(3_100, null), false],
    ['lets a call pass within the two seconds', call(2_900, 200), false],
    ['lets a call pass that ends when it hears again', call(4_998, 200), false],
  ])('%s', (_, one, isWrong) => {
    expect(passedInSilence([gatewayOf([one])])).toHaveLength(isWrong ? 1 : 0);
  });
});

describe('after a fault', () => {
  const refused = Array.from({ length: 40 }, (_, second) => call(second * 1_000, 503));
  it('calls that stay refused are found', () => {
    expect(notBack({ windows: [windowOf(0, 300_000, 300_000)], untouched: [] })).toHaveLength(1);
  });
  it.each<[string, Call[], Window[], number]>([
    ['are refused for long without one', refused, [], 1],
    ['have no answer for long without one', refused.map((one) => ({ ...one, status: null })), [], 1],
    ['are refused as long as it is on', refused, [windowOf(0, 40_000)], 0],
    ['pass in between', refused.map((one, at) => (at === 20 ? { ...one, status: 200 } : one)), [], 0],
  ])('calls %s', (_, calls, windows, lines) => {
    expect(notBack({ windows, untouched: [untouchedOf(calls)] })).toHaveLength(lines);
  });
});

describe('how many calls may be counted', () => {
  const calls = [
    call(1_000, 200),
    call(4_000, 200),
    call(9_900, null),
    call(9_950, 503),
    call(10_500, 200),
    call(10_600, 200, 'another'),
  ];
  it.each<[string, { losses?: number[] }, Window[], { least: number; most: number }]>([
    ['each one, when nothing was killed', {}, [windowOf(9_000, 10_000)], { least: 3, most: 4 }],
    ['not those just before a kill', { losses: [10_000] }, [windowOf(9_990, 10_400)], { least: 2, most: 4 }],
    [
      'not those that waited for a fault to end',
      { losses: [10_000] },
      [windowOf(500, 3_500), windowOf(9_990, 10_400)],
      { least: 1, most: 4 },
    ],
  ])('%s', (_, gateway, windows, bounds) => {
    expect(boundsOf(untouchedOf(calls, gateway), windows)).toEqual(bounds);
  });
});
