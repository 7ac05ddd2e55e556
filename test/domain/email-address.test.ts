import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DomainError } from '../../src/domain/domain-error.ts';
import { MAX_EMAIL_LENGTH, parseEmailAddress } from '../../src/domain/email-address.ts';
import { addressOfLength, HOSTILE_ADDRESSES } from '../support/hostile-addresses.ts';

function codeOf(text: string): string {
  try {
    parseEmailAddress(text);
    return 'accepted';
  } catch (error) {
    return error instanceof DomainError ? error.code : 'a fault';
  }
}

describe('an email', () => {
  test('T17: that is hostile, in more than forty ways, is refused with words for its field', () => {
    expect(Object.keys(HOSTILE_ADDRESSES).length).toBeGreaterThanOrEqual(40);
    const codes = Object.fromEntries(
      Object.entries(HOSTILE_ADDRESSES).map(([what, text]) => [what, codeOf(text)]),
    );
    expect(codes).toEqual(
      Object.fromEntries(Object.keys(HOSTILE_ADDRESSES).map((what) => [what, 'email_invalid'])),
    );
  });

  test('is not repeated in its refusal', () => {
    try {
      parseEmailAddress('canary-7d1f@localhost');
      expect.unreachable();
    } catch (error) {
      expect(`${error} ${JSON.stringify(error)}`).not.toContain('canary');
      expect((error as DomainError).detail.fields?.email).toMatch(/whole domain/);
    }
  });

  test.each([
    'ann@example.com',
    'ann.lee+apis@example.co.uk',
    "o'brien@example.com",
    '1@2.example',
    'ann@xn--bcher-kva.example',
    'ann_lee@a-b.example',
    addressOfLength(MAX_EMAIL_LENGTH),
  ])('%s is accepted and stored as it is', (text) => {
    expect(parseEmailAddress(text)).toEqual({ spelling: text, canonical: text });
  });

  test('that is typed in capitals is found in small letters and mailed as it was typed', () => {
    expect(parseEmailAddress(' \tAnn.Lee@Example.COM ')).toEqual({
      spelling: 'Ann.Lee@Example.COM',
      canonical: 'ann.lee@example.com',
    });
  });

  test('keeps its dots and tags, because they can belong to another person', () => {
    const canonical = (text: string) => parseEmailAddress(text).canonical;
    expect(new Set(['a.b@example.com', 'ab@example.com', 'ab+x@example.com'].map(canonical)).size).toBe(3);
  });

  test('that is accepted is ASCII with one @, and its canonical form is accepted unchanged', () => {
    const part = fc.stringMatching(/^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.@ -]{0,20}$/);
    const near = fc.tuple(part, part).map(([local, domain]) => `${local}@${domain}.example`);
    fc.assert(
      fc.property(fc.oneof(near, fc.string({ unit: 'binary' }), fc.emailAddress()), (text) => {
        if (codeOf(text) !== 'accepted') return codeOf(text) === 'email_invalid';
        const { spelling, canonical } = parseEmailAddress(text);
        expect(spelling).toMatch(/^[!-?A-~]+@[A-Za-z0-9.-]+$/);
        expect(spelling.length).toBeLessThanOrEqual(MAX_EMAIL_LENGTH);
        expect(text.trim()).toBe(spelling);
        expect(parseEmailAddress(canonical)).toEqual({ spelling: canonical, canonical });
        return true;
      }),
      { numRuns: 500 },
    );
  });
});
