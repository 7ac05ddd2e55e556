import { expect, it } from 'vitest';
import { dueWarning, endOfFormer, lifeOfKey } from '../../src/domain/key-life.ts';
import { mayCall } from '../../src/domain/may-call.ts';

const HOUR_MS = 3_600_000;
const NOW = new Date('2026-11-30T12:00:00Z');
const later = (ms: number) => new Date(NOW.getTime() + ms);

it('T113: a key passes until the millisecond before its end, and is refused from then on', () => {
  const subscription = {
    ...{ id: 'one', createdAt: 0, state: 'active' as const, startsAt: null, endsAt: null, quotaEndsAt: null },
    ...{ productId: null, apiId: null, ownLimits: { rate: null, quota: null }, account: null },
  };
  const api = { id: 'orders', path: 'orders', keyNames: null, openProductId: null };
  const at = (now: number, endsAt: number | null) => {
    const verdict = mayCall({ api, subscription, product: null, key: { mark: 'aaaaaa', endsAt } }, now);
    return verdict.kind === 'refused' ? verdict.because : verdict.kind;
  };
  const end = NOW.getTime();
  expect([at(end - 1, end), at(end, end), at(end + 1, end), at(end, null)]).toEqual([
    'passes',
    'key_expired',
    'key_expired',
    'passes',
  ]);
});

it('T115: each warning is due from its day on, once, and none after the end', () => {
  const due = (hoursLeft: number, toldDays: number | null = null) =>
    dueWarning({ endsAt: later(hoursLeft * HOUR_MS), toldDays }, NOW);
  expect([due(30 * 24 + 1), due(30 * 24), due(7 * 24), due(24), due(0)]).toEqual([null, 30, 7, 1, null]);
  expect([due(29 * 24, 30), due(6 * 24, 30), due(6 * 24, 7), due(1, 7), due(1, 1)]).toEqual([
    null,
    7,
    null,
    1,
    null,
  ]);
  expect(dueWarning({ endsAt: null, toldDays: null }, NOW)).toBeNull();
  expect([1, 2, 7, 8, 30, 31].map((days) => lifeOfKey(days, NOW).toldDays)).toEqual([1, 7, 7, 30, 30, null]);
});

it('T113: a former key ends with the overlap, or with its own end if that is sooner', () => {
  expect(endOfFormer(null, NOW, 24)).toEqual(later(24 * HOUR_MS));
  expect(endOfFormer(later(HOUR_MS), NOW, 24)).toEqual(later(HOUR_MS));
  expect(endOfFormer(later(48 * HOUR_MS), NOW, 24)).toEqual(later(24 * HOUR_MS));
});
