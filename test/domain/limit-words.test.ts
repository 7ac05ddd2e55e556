import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { QUOTA_PERIODS } from '../../src/domain/call-limits.ts';
import { limitWords, ownQuotaText, ownRateText, readQuota, readRate } from '../../src/domain/limit-words.ts';

const calls = fc.integer({ min: 1, max: 1_000_000_000 });
const rates = fc.record({ calls, seconds: fc.integer({ min: 1, max: 300 }) });
const quotas = fc.record({ calls, period: fc.constantFrom(...QUOTA_PERIODS) });
const own = <Limit>(limit: fc.Arbitrary<Limit>) =>
  fc.oneof(limit, fc.constant('unlimited' as const), fc.constant(null));

describe('limits in words', () => {
  it('are read as they were written', () => {
    for (let seconds = 1; seconds <= 300; seconds++)
      expect(readRate(ownRateText({ calls: 1_000, seconds }))).toEqual({ limit: { calls: 1_000, seconds } });
    fc.assert(
      fc.property(own(rates), own(quotas), (rate, quota) => {
        expect(readRate(ownRateText(rate))).toEqual({ limit: rate });
        expect(readQuota(ownQuotaText(quota))).toEqual({ limit: quota });
      }),
    );
  });

  it.each([
    ['100/60s', 100, 60],
    ['100 per minute', 100, 60],
    [' 1,000 Calls per 5 min ', 1_000, 300],
    ['5 a second', 5, 1],
    ['20 requests every 10 seconds', 20, 10],
    ['2k / 1m', 2_000, 60],
    ['1 000/s', 1_000, 1],
  ])('%s is a rate', (text, calls, seconds) => {
    expect(readRate(text)).toEqual({ limit: { calls, seconds } });
  });

  it.each([
    ['10,000 per day', 10_000, 'day'],
    ['10k daily', 10_000, 'day'],
    ['1 million a month', 1_000_000, 'month'],
    ['500/week', 500, 'week'],
    ['70 per 24 hours', 70, 'day'],
  ])('%s is a quota', (text, calls, period) => {
    expect(readQuota(text)).toEqual({ limit: { calls, period } });
  });

  it.each(['unlimited', 'None', 'no limit'])('%s is no limit', (text) => {
    expect([readRate(text), readQuota(text)]).toEqual([{ limit: 'unlimited' }, { limit: 'unlimited' }]);
  });

  it.each([
    ['100 per hour', /at most 5 minutes, like 100 per minute\. .*as the quota/],
    ['100/301s', /at most 5 minutes/],
    ['100 per month', /at most 5 minutes/],
    ['0/s', /at least 1 call\. To let no call pass, suspend/],
    ['1,000,000,001 per second', /at most 1,000,000,000 calls/],
    ['1,00 per second', /write it like 100 per minute/],
    ['10.5 per second', /write it like 100 per minute/],
    ['100 per 0 seconds', /write it like 100 per minute/],
    ['-1 per second', /write it like 100 per minute/],
    ['a lot', /write it like 100 per minute/],
    ['9'.repeat(400), /write it like 100 per minute/],
  ])('%s is refused as a rate, with what would work', (text, fault) => {
    expect(readRate(text)).toEqual({ fault: expect.stringMatching(fault) });
  });

  it.each([
    ['100 per minute', /per day, per week or per month, like 100 per day\. .*as the rate/],
    ['100 per 30 days', /per day, per week or per month, like 100 per day$/],
    ['100 per year', /per day, per week or per month/],
    ['100', /write it like 10,000 per day/],
  ])('%s is refused as a quota, with what would work', (text, fault) => {
    expect(readQuota(text)).toEqual({ fault: expect.stringMatching(fault) });
  });

  it('say together what holds', () => {
    const rate = { calls: 100, seconds: 60 };
    const quota = { calls: 10_000, period: 'day' } as const;
    expect(limitWords({ rate, quota })).toBe('100 calls per minute and 10,000 per day');
    expect(limitWords({ rate: null, quota })).toBe('10,000 calls per day');
    expect(limitWords({ rate: null, quota: null })).toBeNull();
  });
});
