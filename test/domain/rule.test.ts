import { domainToUnicode } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalEmail } from '../../src/domain/email-address.ts';
import { canonicalRuleDomain, domainOf, ruleFor, shownRuleDomain } from '../../src/domain/rule.ts';

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/).filter((text) => !text.includes('--'));
const domain = fc
  .tuple(fc.array(label, { minLength: 1, maxLength: 4 }), fc.constantFrom('com', 'example', 'co', 'de'))
  .map(([labels, top]) => [...labels, top].join('.'));
const anyCase = (text: string) =>
  fc
    .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
    .map((upper) => [...text].map((one, at) => (upper[at] ? one.toUpperCase() : one)).join(''));
const rule = (text: string) => ({ domain: canonicalRuleDomain(text) ?? 'none' });

describe('T144: the rule of an email', () => {
  it('is the most specific one, in whatever case and order they were written', () => {
    const written = domain.chain((one) => fc.tuple(fc.constant(one), anyCase(one), anyCase(one)));
    fc.assert(
      fc.property(written, fc.infiniteStream(fc.nat()), ([plain, typed, email], order) => {
        const labels = plain.split('.');
        // Every rule that could fit, most specific first.
        const fitting = [typed, ...labels.map((_, at) => `*.${labels.slice(at).join('.')}`), '*'].map(rule);
        const canonical = canonicalEmail(`Ann@${email}`) ?? '';
        for (let from = 0; from < fitting.length; from++) {
          const shuffled = fitting
            .slice(from)
            .map((one) => ({ one, at: order.next().value ?? 0 }))
            .sort((x, y) => x.at - y.at)
            .map(({ one }) => one);
          expect(ruleFor(shuffled, canonical)?.domain).toBe(fitting[from]?.domain);
        }
      }),
    );
  });

  it('is never one of another domain, however alike', () => {
    fc.assert(
      fc.property(domain, label, (one, more) => {
        const email = canonicalEmail(`a@${more}${one}`) ?? '';
        expect(ruleFor([rule(one), rule(`*.${one}`)], email)).toBeNull();
        expect(ruleFor([rule(one)], canonicalEmail(`a@${more}.${one}`) ?? '')).toBeNull();
        expect(ruleFor([rule(`*.${more}.${one}`)], canonicalEmail(`a@${one}`) ?? '')).toBeNull();
      }),
    );
  });

  it('is found for a throw-away mailbox, also below its domain, unless a rule names that domain', () => {
    const rules = ['disposable', '*', 'yopmail.com', '*.gmail.com'].map(rule);
    const of = (email: string) => ruleFor(rules, email)?.domain;
    expect(of('a@mailinator.com')).toBe('disposable');
    expect(of('a@mx.mailinator.com')).toBe('disposable');
    expect(of('a@yopmail.com')).toBe('yopmail.com');
    expect(of('a@gmail.com')).toBe('*.gmail.com');
    // People forward their mail with these, and read it.
    for (const kept of ['duck.com', 'privaterelay.appleid.com', 'mozmail.com', 'example.com', 'proton.me'])
      expect(of(`a@${kept}`)).toBe('*');
  });

  it('is written as people type domains, and shown in their own letters', () => {
    for (const [typed, stored] of [
      [' ACME.com ', 'acme.com'],
      ['@acme.com', 'acme.com'],
      ['*.Acme.com', '*.acme.com'],
      ['müller.de', 'xn--mller-kva.de'],
      ['*.Müller.de', '*.xn--mller-kva.de'],
      ['Disposable', 'disposable'],
      ['*.edu', '*.edu'],
      ['x.acme.com', 'x.acme.com'],
      ['*.x.acme.com', '*.x.acme.com'],
      [' * ', '*'],
    ] as const)
      expect(canonicalRuleDomain(typed)).toBe(stored);
    expect(shownRuleDomain('*.xn--mller-kva.de')).toBe('*.müller.de');
    // It can be taken for apple.com.
    const alike = 'xn--80ak6aa92e.com';
    expect([domainToUnicode(alike) === alike, shownRuleDomain(alike)]).toEqual([false, alike]);
    for (const wrong of [
      '',
      'acme',
      '*.',
      '*acme.com',
      '*.*.acme.com',
      'a@acme.com',
      'acme..com',
      '**',
      '1.2.3.4',
    ])
      expect(canonicalRuleDomain(wrong), wrong).toBeNull();
    expect(domainOf('ann@acme.com')).toBe('acme.com');
  });
});
