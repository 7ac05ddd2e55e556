import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockEnd, settledBlockEnd, splitBlockEnd } from '../../src/domain/block-end.ts';
import { DomainError, inEnglish } from '../../src/domain/domain-error.ts';

const NOW = new Date('2026-11-24T10:30:00Z');
const HOUR_MS = 3_600_000;

function refused(attempt: () => unknown): string {
  try {
    attempt();
  } catch (error) {
    if (error instanceof DomainError) return inEnglish(error.detail.fields).end ?? '';
    throw error;
  }
  return 'taken';
}

describe('the end of a block', () => {
  it.each([
    ['', null],
    ['  ', null],
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

  it.each(['7', 'soon', '-7d', '1.5d', 'until christmas', '2026-02-31', '7d 3x'])(
    '"%s" is refused',
    (text) => {
      expect(refused(() => blockEnd(text, NOW))).toMatch(/write it like 12h, 7 days|no day of the calendar/);
    },
  );

  it.each(['0d', '30 min', '367d', '53w', '99999w', '2027-11-26'])(
    '"%s" is too short or too long',
    (text) => {
      expect(refused(() => blockEnd(text, NOW))).toMatch(/between 1 hour and 1 year|has passed/);
    },
  );

  it.each(['2026-11-24', '2020-01-01', '24.11.2026', 'today'])('"%s" has gone by', (text) => {
    expect(refused(() => blockEnd(text, NOW))).toBe('this time has passed; choose a later one');
  });

  it('a span begins with the block, and anything else is a moment when another person approves it', () => {
    expect(settledBlockEnd('for 7 days', NOW, 'Europe/Berlin')).toBe('for 7 days');
    expect(settledBlockEnd('tomorrow 18:00', NOW, 'Europe/Berlin')).toBe('2026-11-25T17:00:00.000Z');
    expect(settledBlockEnd('', NOW, 'UTC')).toBe('');
  });

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
    ['7d', '7d', ''],
    ['7 days spam', '7 days', 'spam'],
    ['2h', '2h', ''],
    ['a week', 'a week', ''],
    ['tomorrow', 'tomorrow', ''],
    ['until friday 18:00 spam again', 'until friday 18:00', 'spam again'],
    [
      'until the 24th of december 2026 at 18:00 utc spam',
      'until the 24th of december 2026 at 18:00 utc',
      'spam',
    ],
    ['spam until end of month', 'until end of month', 'spam'],
    ['until next friday', 'until next friday', ''],
    ['until 03/04/2026 spam', 'until 03/04/2026', 'spam'],
    ['sent spam in may', '', 'sent spam in may'],
    ['called 500 times in 2 minutes', '', 'called 500 times in 2 minutes'],
  ])('"%s" give the end "%s" and the reason "%s"', (words, end, reason) => {
    expect(splitBlockEnd(words.split(' '), NOW)).toEqual({ end, reason });
  });

  it.each([
    'friday deploy broke production',
    'a week of abuse',
    '24 hours of spam',
    'leaked a key 7d',
    'leaked a key 2w',
    'banned until friday by Ada',
    'asked for 7d access',
  ])('"%s" is refused, because the end could be part of the reason', (words) => {
    expect(refused(() => splitBlockEnd(words.split(' '), NOW))).toMatch(
      /could be the end or part of the reason/,
    );
  });

  it('words that hold a time never become a block without an end and without a word', () => {
    const time = fc.constantFrom(
      '7d',
      '2 weeks',
      'tomorrow',
      'friday',
      '24.12.2026',
      'end of month',
      'in 3 days',
    );
    const other = fc.array(fc.constantFrom('spam', 'key', 'leaked', 'ada'), { maxLength: 3 });
    fc.assert(
      fc.property(fc.constantFrom('until', 'for', 'till'), time, other, (keyword, words, reason) => {
        if (keyword === 'for' && !/^\d/.test(words)) return;
        const typed = [keyword, ...words.split(' '), ...reason];
        expect(splitBlockEnd(typed, NOW).end).toBe(`${keyword} ${words}`);
      }),
    );
  });
});
