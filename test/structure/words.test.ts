// Words that texts for people don't use. Taste is for readers of docs/voice.md; these are the ones that kept coming back.
import { expect, test } from 'vitest';
import { asLine, textsIn } from '../voice/sources.ts';

const FOLDERS = [
  'domain',
  'operations',
  'mail',
  'slack',
  'portal',
  'management',
  'web',
  'settings',
  'cli',
  'playground',
];

/** What to write instead, for each word. */
const INSTEAD: readonly (readonly [RegExp, string])[] = [
  [/\bGo on\b/, 'Continue, or Next'],
  [/\b[Ee]-mail\b/, 'email'],
  [/\banew\b/i, 'again'],
  [/\b(whoever|nobody|somebody|whom)\b/i, 'the person or role that is meant'],
  [/\byou may not\b/i, "you can't, or you don't have permission"],
  [/\bdoesn['’]t fit\b/i, 'what is the case, and what would work'],
  [/\b(color|organize|behavior|center)\w*\b/, 'the British spelling'],
  [/\bkindly\b|\bin order to\b|\bfail(s|ed)? to\b/i, 'the plain word'],
  [/\bclick here\b/i, 'what the link opens'],
];

test('texts for people use the words of the product', () => {
  const breaches = textsIn(FOLDERS.map((folder) => `src/${folder}`)).flatMap((text) => {
    const line = asLine(text);
    return INSTEAD.flatMap(([pattern, instead]) => {
      const found = pattern.exec(line)?.[0];
      return found ? [`${text.file}: “${found}” in “${line}”; write ${instead}`] : [];
    });
  });
  expect(breaches.join('\n')).toBe('');
});
