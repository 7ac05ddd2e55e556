import { expect, it } from 'vitest';
import { likelyEmail } from '../../src/domain/likely-email.ts';

it.each([
  ['ann@gmial.com', 'ann@gmail.com'],
  ['ann@gmail.con', 'ann@gmail.com'],
  ['ann@gmail.cm', 'ann@gmail.com'],
  ['Ann.Lee+x@GMAIL.co', 'Ann.Lee+x@gmail.com'],
  ['ann@gmal.com', 'ann@gmail.com'],
  ['ann@hotnail.com', 'ann@hotmail.com'],
  ['ann@outlok.com', 'ann@outlook.com'],
  ['ann@yaho.com', 'ann@yahoo.com'],
  ['ann@protonamil.com', 'ann@protonmail.com'],
  ['ann@acme-partner.com', 'ann@acme-partners.com'],
])('%s was likely meant to be %s', (typed, meant) => {
  expect(likelyEmail(typed, ['acme-partners.com'])).toBe(meant);
});

it.each([
  ['one that is common itself', 'ann@ymail.com'],
  ['one that is common itself', 'ann@email.com'],
  ['one that is known', 'ann@gmial.nl'],
  ['the same company in another country', 'ann@hotmail.be'],
  ['the same company in another country', 'ann@yahoo.es'],
  ['a short name, which is like too many', 'ann@gme.de'],
  ['a short name, which is like too many', 'ann@acme.com'],
  ['one like none', 'ann@example.com'],
  ['no email', 'ann@@gmial.com'],
])('nothing is asked about %s: %s', (_, typed) => {
  expect(likelyEmail(typed, ['gmial.nl'])).toBeNull();
});
