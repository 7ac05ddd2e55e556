import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockEnd, readBlockEnd, splitBlockEnd } from '../../src/domain/block-end.ts';
import { DomainError } from '../../src/domain/domain-error.ts';

const NOW = new Date('2026-11-24T10:30:00Z');
const HOUR_MS = 3_600_000;

function refused(attempt: () => unknown): string {
  try {
    attempt();
  } catch (error) {
    if (error instanceof DomainError) return error.detail.fields?.end ?? '';
    throw error;
  }
  return 'taken';
}

describe('the end of a block', () => {
  it.each([
    ['', null],
    ['1h', '2026-11-24T11:30:00.000Z'],
    ['for 7d', '2026-12-01T10:30:00.000Z'],
    ['2W', '2026-12-08T10:30:00.000Z'],
    ['12 h', '2026-11-24T22:30:00.000Z'],
    ['366d', '2027-11-25T10:30:00.000Z'],
    ['until 2026-12-24', '2026-12-24T00:00:00.000Z'],
    ['2026-11-25', '2026-11-25T00:00:00.000Z'],
  ])('is read from "%s" as %s', (text, end) => {
    expect(blockEnd(text, NOW)?.toISOString() ?? null).toBe(end);
  });

  it.each([
    '7',
    '7m',
    '7y',
    'week',
    '-7d',
    '1.5d',
    '2026-02-31',
    '2026-13-01',
    '24.12.2026',
    '2026-12-24T10:00',
    'until christmas',
    '7d 3h',
  ])('"%s" is refused with examples of an end', (text) => {
    expect(refused(() => readBlockEnd(text))).toMatch(/like 12h, 7d or 2w/);
  });

  it.each(['0h', '0d', '367d', '53w', '99999w'])(
    '"%s" is refused as too short or too long at any time',
    (text) => {
      expect(refused(() => readBlockEnd(text))).toMatch(/between 1 hour and 1 year/);
    },
  );

  it.each(['2026-11-24', '2020-01-01', '2027-11-26'])(
    '%s is refused as a day in the past, today or too far away',
    (text) => {
      expect(refused(() => blockEnd(text, NOW))).toMatch(/between 1 hour and 1 year/);
    },
  );

  it('is within a year or refused, for any text', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.stringMatching(/^(for |until )?\d{1,4}[hdwmy-]{0,2}\d{0,2}$/)),
        (text) => {
          const outcome = refused(() => {
            const end = blockEnd(text, NOW);
            if (end === null) return expect(text.trim()).toBe('');
            expect(end.getTime() - NOW.getTime()).toBeGreaterThanOrEqual(HOUR_MS);
            expect(end.getTime() - NOW.getTime()).toBeLessThanOrEqual(366 * 24 * HOUR_MS);
          });
          expect(outcome).not.toBe('');
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('the words after an account', () => {
  it.each([
    ['for 7d', 'for 7d', ''],
    ['for 7d leaked a key', 'for 7d', 'leaked a key'],
    ['leaked a key until 2026-12-24', 'until 2026-12-24', 'leaked a key'],
    ['for fraud', '', 'for fraud'],
    ['waits for 2 invoices', '', 'waits for 2 invoices'],
    ['until christmas', 'until christmas', ''],
    ['asked for 7x', 'for 7x', 'asked'],
    ['reason', '', 'reason'],
  ])('"%s" give the end "%s" and the reason "%s"', (words, end, reason) => {
    expect(splitBlockEnd(words.split(' '))).toEqual({ end, reason });
  });
});
