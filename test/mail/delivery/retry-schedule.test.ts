import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayTryAgain, nextAttemptDelaySeconds } from '../../../src/mail/delivery/retry-schedule.ts';

const middle = () => Uint8Array.of(127);
const always = (byte: number) => () => Uint8Array.of(byte);

describe('the waits between attempts', () => {
  it('grow from ten seconds to a quarter of an hour, and stay there', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 8, 100].map((attempt) => nextAttemptDelaySeconds(attempt, middle));
    expect(waits).toEqual([10, 30, 60, 120, 300, 600, 900, 900, 900].map((wait) => expect.closeTo(wait, -1)));
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
  });

  it('differ from that by a fifth at most, and are never zero', () => {
    fc.assert(
      fc.property(fc.integer({ min: -5, max: 10_000 }), fc.integer({ min: 0, max: 255 }), (attempt, byte) => {
        const wait = nextAttemptDelaySeconds(attempt, always(byte));
        expect(wait).toBeGreaterThanOrEqual(8);
        expect(wait).toBeLessThanOrEqual(1_080);
      }),
    );
    expect(nextAttemptDelaySeconds(7, always(0))).toBe(720);
    expect(nextAttemptDelaySeconds(7, always(255))).toBe(1_080);
  });

  it('are at least what the provider asks for', () => {
    expect(nextAttemptDelaySeconds(1, middle, 90)).toBe(90);
    expect(nextAttemptDelaySeconds(7, middle, 5)).toBeGreaterThan(700);
  });
});

describe('T63: a mail without an answer', () => {
  const first = new Date('2026-11-24T10:00:00Z');
  const minutesLater = (minutes: number) => new Date(first.getTime() + minutes * 60_000);

  it('is retried for 23 hours, and never once the provider may have forgotten it', () => {
    expect(mayTryAgain(null, first)).toBe(true);
    expect(mayTryAgain(first, minutesLater(23 * 60))).toBe(true);
    expect(mayTryAgain(first, minutesLater(23 * 60 + 1))).toBe(false);
    expect(mayTryAgain(first, minutesLater(23 * 60 + 59))).toBe(false);
    expect(mayTryAgain(first, minutesLater(24 * 60 + 1))).toBe(false);
  });
});
