// Texts that try to break a message: Slack's markup, mentions, links, marks of direction, characters of two halves, and
// lengths up to the limit of their field.
import fc from 'fast-check';
import type { ZodType } from 'zod';
import { parseEmailAddress } from '../../src/domain/email-address.ts';

/** Stands for a person that only typed text names, so that no message of ours mentions it. */
const TYPED_MENTION = 'U0TYPED';

const PIECES = [
  '<!channel>',
  '<!here|x>',
  `<@${TYPED_MENTION}>`,
  '<!date^1^{date}|x>',
  '<https://evil.example|Approve>',
  'https://evil.example',
  '&lt;!channel&gt;',
  '&',
  '<',
  '>',
  '*b*',
  '_i_',
  '~s~',
  '`',
  '```',
  '\n',
  '\n\n> ',
  ' ',
  '\u202e',
  '\u2066',
  '\u200b',
  '👩‍👩‍👧',
  '𝔘',
  'é',
  'ﷺ',
  ':skull:',
  '"',
  '\\',
  '|',
  '{}',
  'Ann Lee',
];

const upTo = (max: number, text: string): string => text.slice(0, max).replace(/[\ud800-\udbff]$/, '');

/** Of one piece over and over at full length, of any pieces, or of one character. */
const hostile = (max: number): fc.Arbitrary<string> => {
  const piece = fc.constantFrom(...PIECES);
  return fc.oneof(
    piece.map((one) => upTo(max, one.repeat(Math.ceil(max / one.length)))),
    fc
      .tuple(fc.nat(3), piece)
      .map(([shift, one]) => upTo(max, `${'x'.repeat(shift)}${one.repeat(Math.ceil(max / one.length))}`)),
    fc.array(piece, { maxLength: 60 }).map((some) => upTo(max, some.join(''))),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    fc.constant(''),
  );
};

/** As the product would store it: its own schema cleans the text, and decides whether it may be stored. */
export const storedText = (schema: ZodType<string>, max: number): fc.Arbitrary<string> =>
  hostile(max)
    .map((text) => schema.safeParse(text).data)
    .filter((text) => text !== undefined);

/** What Slack says of a person or a file: nothing that we check. */
export const foreignText = (max: number): fc.Arbitrary<string> => hostile(max);

const LOCAL = "!#$%&'*+/=?^_`{|}~-az09";

export const storedEmail: fc.Arbitrary<string> = fc
  .tuple(
    fc.string({ unit: fc.constantFrom(...LOCAL), minLength: 1, maxLength: 64 }),
    fc.constantFrom('b.co', `${`${'d'.repeat(60)}.`.repeat(3)}example`),
  )
  .map(([local, domain]) => `${local}@${domain}`)
  .filter((email) => {
    try {
      return parseEmailAddress(email).spelling === email;
    } catch {
      return false;
    }
  });
