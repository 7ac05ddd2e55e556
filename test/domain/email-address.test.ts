import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DomainError, refusedFields } from '../../src/domain/domain-error.ts';
import { MAX_EMAIL_LENGTH, mailboxOf, parseEmailAddress } from '../../src/domain/email-address.ts';
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
      expect((error as DomainError).detail.fields?.email).toMatch(/full domain/);
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

  test.each([
    ['ann@bücher.example', 'ann@bücher.example', 'ann@xn--bcher-kva.example'],
    ['Ann@BÜCHER.Example', 'Ann@bücher.example', 'ann@xn--bcher-kva.example'],
    ['ann@xn--bcher-kva.example', 'ann@xn--bcher-kva.example', 'ann@xn--bcher-kva.example'],
    ['a@пример.рф', 'a@пример.рф', 'a@xn--e1afmkfd.xn--p1ai'],
    ['a@例え。jp', 'a@例え.jp', 'a@xn--r8jz45g.jp'],
  ])(
    '%s has an international domain: it is shown as typed, looked up and mailed in its xn-- form',
    (...texts) => {
      const [text, spelling, canonical] = texts;
      expect(parseEmailAddress(text)).toEqual({ spelling, canonical });
      expect(mailboxOf(spelling).toLowerCase()).toBe(canonical);
    },
  );

  test.each([
    ['ann@b\u0430nk.example', 'ann@xn--bnk-6cd.example'],
    ['ann@\u0430\u0440\u0440\u04cf\u0435.com', 'ann@xn--80ak6aa92e.com'],
    ['ann@g\u0131thub.example', 'ann@xn--gthub-n4a.example'],
  ])(
    '%s imitates another domain: it is refused with the form that can be told apart, which is accepted',
    (text, form) => {
      const words = refusedFields(() => parseEmailAddress(text)).email;
      expect(words).toBe(`its domain can be taken for another one. If it is the right one, write ${form}`);
      expect(parseEmailAddress(form).spelling).toBe(form);
    },
  );

  test('keeps its dots and tags, because they can belong to another person', () => {
    const canonical = (text: string) => parseEmailAddress(text).canonical;
    expect(new Set(['a.b@example.com', 'ab@example.com', 'ab+x@example.com'].map(canonical)).size).toBe(3);
  });

  test('that is accepted is ASCII for a mail server, with one @, and reads the same when it is read again', () => {
    const part = fc.stringMatching(/^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.@ üéпяλ例の한-]{0,20}$/);
    const near = fc.tuple(part, part).map(([local, domain]) => `${local}@${domain}.example`);
    fc.assert(
      fc.property(fc.oneof(near, fc.string({ unit: 'binary' }), fc.emailAddress()), (text) => {
        if (codeOf(text) !== 'accepted') return codeOf(text) === 'email_invalid';
        const { spelling, canonical } = parseEmailAddress(text);
        expect(mailboxOf(spelling).toLowerCase()).toBe(canonical);
        expect(canonical).toMatch(/^[!-?[-~]+@[a-z0-9.-]+$/);
        expect(Math.max(spelling.length, canonical.length)).toBeLessThanOrEqual(MAX_EMAIL_LENGTH);
        if (/^[!-~\s]*$/.test(text)) expect(text.trim()).toBe(spelling);
        expect(parseEmailAddress(spelling)).toEqual({ spelling, canonical });
        expect(parseEmailAddress(canonical)).toEqual({ spelling: canonical, canonical });
        return true;
      }),
      { numRuns: 500 },
    );
  });
});
