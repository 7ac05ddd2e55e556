import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DomainError, inEnglish } from '../../src/domain/domain-error.ts';
import { knownTimeZone, parseTime, readTime, timeInWords } from '../../src/domain/time-words.ts';

/** A Tuesday. */
const NOW = new Date('2026-11-24T10:30:00Z');

const read = (text: string, how: { timeZone?: string; direction?: 'past' } = {}) =>
  readTime(text, 'end', { now: NOW, ...how })
    .at.toISOString()
    .replace(/:00\.000Z$/, 'Z');
function refused(text: string): string {
  try {
    return `read as ${read(text)}`;
  } catch (error) {
    if (error instanceof DomainError) return inEnglish(error.detail.fields).end ?? '';
    throw error;
  }
}

describe('a moment ahead', () => {
  it.each([
    ['7d', '2026-12-01T10:30Z'],
    ['7 days', '2026-12-01T10:30Z'],
    ['for 7 Days', '2026-12-01T10:30Z'],
    ['a week', '2026-12-01T10:30Z'],
    ['in 3 weeks', '2026-12-15T10:30Z'],
    ['two weeks and 3 days', '2026-12-11T10:30Z'],
    ['1d 12h', '2026-11-25T22:30Z'],
    ['1d12h', '2026-11-25T22:30Z'],
    ['2h', '2026-11-24T12:30Z'],
    ['2 wks', '2026-12-08T10:30Z'],
    ['eleven days', '2026-12-05T10:30Z'],
    ['twelve hours', '2026-11-24T22:30Z'],
    ['an hour', '2026-11-24T11:30Z'],
    ['90 minutes', '2026-11-24T12:00Z'],
    ['the next 7 days', '2026-12-01T10:30Z'],
    ['3 months', '2027-02-24T10:30Z'],
    ['1 year', '2027-11-24T10:30Z'],
    ['tomorrow', '2026-11-25T00:00Z'],
    ['Tomorrow at 6pm', '2026-11-25T18:00Z'],
    ['tomorrow noon', '2026-11-25T12:00Z'],
    ['tomorrow 12am', '2026-11-25T00:00Z'],
    ['tomorrow 12pm', '2026-11-25T12:00Z'],
    ['day after tomorrow', '2026-11-26T00:00Z'],
    ['today 18:00', '2026-11-24T18:00Z'],
    ['18:00', '2026-11-24T18:00Z'],
    ['9:15', '2026-11-25T09:15Z'],
    ['10:30', '2026-11-25T10:30Z'],
    ['friday', '2026-11-27T00:00Z'],
    ['until Fri 18:00', '2026-11-27T18:00Z'],
    ['on friday, 6:30 pm', '2026-11-27T18:30Z'],
    ['tuesday', '2026-12-01T00:00Z'],
    ['next tuesday', '2026-12-01T00:00Z'],
    ['next week', '2026-11-30T00:00Z'],
    ['end of day', '2026-11-25T00:00Z'],
    ['next month', '2026-12-01T00:00Z'],
    ['end of month', '2026-12-01T00:00Z'],
    ['end of next month', '2027-01-01T00:00Z'],
    ['until the end of the month', '2026-12-01T00:00Z'],
    ['end of year', '2027-01-01T00:00Z'],
    ['24.12.2026', '2026-12-24T00:00Z'],
    ['24.12.', '2026-12-24T00:00Z'],
    ['24.11.', '2027-11-24T00:00Z'],
    ['1.2.', '2027-02-01T00:00Z'],
    ['24. 12. 2026 18:00', '2026-12-24T18:00Z'],
    ['24.12.26', '2026-12-24T00:00Z'],
    ['24/12/2026', '2026-12-24T00:00Z'],
    ['12/24/2026', '2026-12-24T00:00Z'],
    ['05/05/2027', '2027-05-05T00:00Z'],
    ['24 Dec', '2026-12-24T00:00Z'],
    ['24 december 2026', '2026-12-24T00:00Z'],
    ['December 24th, 2026', '2026-12-24T00:00Z'],
    ['the 24th of december', '2026-12-24T00:00Z'],
    ['29 feb', '2028-02-29T00:00Z'],
    ['2026-12-24', '2026-12-24T00:00Z'],
    ['2026/12/24', '2026-12-24T00:00Z'],
    ['2026-12-24 18:00', '2026-12-24T18:00Z'],
    ['2026-12-24T18:00', '2026-12-24T18:00Z'],
    ['2026-12-24T18:00:00Z', '2026-12-24T18:00Z'],
    ['2026-12-24T18:00+01:00', '2026-12-24T17:00Z'],
    ['friday 18:00 UTC', '2026-11-27T18:00Z'],
  ])('%s → %s', (text, at) => {
    expect(read(text)).toBe(at);
  });

  it.each([
    ['03/04/2026', /could be Fri 3 Apr 2026 or Wed 4 Mar 2026; write it like 2026-04-03/],
    ['03-04-2027', /could be Sat 3 Apr 2027 or Thu 4 Mar 2027/],
    ['next friday', /could be Fri 27 Nov 2026 or Fri 4 Dec 2026/],
    ['7m', /minutes or months/],
    ['31.11.2026', /no day of the calendar/],
    ['2026-02-31', /no day of the calendar/],
    ['13/13/2026', /no day of the calendar/],
    ['christmas', /write it like 12h, 7 days, tomorrow/],
    ['7', /write it like/],
    ['-7d', /write it like/],
    ['1.5 days', /write it like/],
    ['soon', /write it like/],
    ['2026-02-31T10:00Z', /no day of the calendar/],
    ['fr', /write it like/],
    ['friday 25:00', /write it like/],
    ['friday 24:00', /write it like/],
    ['friday 18:60', /write it like/],
    ['0am', /write it like/],
    ['13pm', /write it like/],
    ['friday evening', /write it like/],
    ['friday 18:00 CET', /write it like/],
    ['yesterday', /write it like/],
    ['7 days spam', /write it like/],
    ['x'.repeat(200), /write it like/],
  ])('%s is refused with words', (text, words) => {
    expect(refused(text)).toMatch(words);
  });

  it.each([
    ['tomorrow', '2026-11-24T23:00Z'],
    ['friday 18:00', '2026-11-27T17:00Z'],
    ['1 july 2027', '2027-06-30T22:00Z'],
    ['friday 18:00 utc', '2026-11-27T18:00Z'],
    // In the night when the clocks go forward.
    ['2027-03-28 01:30', '2027-03-28T00:30Z'],
    ['2027-03-28 03:30', '2027-03-28T01:30Z'],
    ['7d', '2026-12-01T10:30Z'],
  ])('%s in Berlin → %s', (text, at) => {
    expect(read(text, { timeZone: 'Europe/Berlin' })).toBe(at);
  });
});

it.each([
  ['yesterday', '2026-11-23T00:00Z'],
  ['day before yesterday', '2026-11-22T00:00Z'],
  ['today', '2026-11-24T00:00Z'],
  ['monday', '2026-11-23T00:00Z'],
  ['last friday', '2026-11-20T00:00Z'],
  ['7d', '2026-11-17T10:30Z'],
  ['2 weeks ago', '2026-11-10T10:30Z'],
  ['24.12.', '2025-12-24T00:00Z'],
  ['2026-11-01', '2026-11-01T00:00Z'],
])('a moment behind: %s → %s', (text, at) => {
  expect(read(text, { direction: 'past' })).toBe(at);
});

it.each([
  ['next week', '2026-11-30T10:30:00Z', '2026-12-07T00:00:00.000Z'],
  ['1 month', '2027-01-31T10:30:00Z', '2027-02-28T10:30:00.000Z'],
])('%s, on %s → %s', (text, now, at) => {
  expect(readTime(text, 'end', { now: new Date(now) }).at.toISOString()).toBe(at);
});

it('says a moment back with its zone and how far away it is', () => {
  const at = new Date('2026-12-04T18:00:00Z');
  expect(timeInWords(at, NOW)).toBe('Fri 4 Dec 2026, 18:00 UTC (in 10 days)');
  expect(timeInWords(at, NOW, 'Europe/Berlin')).toBe('Fri 4 Dec 2026, 19:00 Europe/Berlin (in 10 days)');
  expect(timeInWords(new Date('2026-11-24T11:30:00Z'), NOW)).toMatch(/\(in 1 hour\)$/);
  expect(timeInWords(new Date('2026-11-25T22:30:00Z'), NOW)).toMatch(/\(in 36 hours\)$/);
  expect([knownTimeZone('Mars/Olympus'), knownTimeZone(undefined)]).toEqual(['UTC', 'UTC']);
});

it('what it says back is read as the same minute, in any zone', () => {
  const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Pacific/Auckland'];
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      // Not the hour that the clocks show twice.
      fc.date({ min: new Date('2026-11-25'), max: new Date('2027-03-01'), noInvalidDate: true }),
      (timeZone, date) => {
        const at = new Date(Math.floor(date.getTime() / 60_000) * 60_000);
        const said = timeInWords(at, NOW, timeZone)
          .replace(/^\w+ /, '')
          .replace(` ${timeZone}`, timeZone === 'UTC' ? ' utc' : '')
          .replace(/ \(.*/, '');
        expect(readTime(said, 'end', { now: NOW, timeZone }).at).toEqual(at);
      },
    ),
  );
});

it('any text is read, is ambiguous, or is no moment; a span is as long as its numbers say', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 80 }), (text) => {
      const reading = parseTime(text, { now: NOW });
      if (reading && 'at' in reading) expect(Number.isNaN(reading.at.getTime())).toBe(false);
    }),
  );
  const unit = fc.constantFrom(['h', 1], ['hours', 1], ['d', 24], ['days', 24], ['w', 168], [' weeks', 168]);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 9_999 }), unit, (count, [name, hours]) => {
      const at = readTime(`${count}${name}`, 'end', { now: NOW }).at;
      expect(at.getTime() - NOW.getTime()).toBe(count * Number(hours) * 3_600_000);
    }),
  );
});
