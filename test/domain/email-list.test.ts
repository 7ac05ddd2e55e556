import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { refusedFields } from '../../src/domain/domain-error.ts';
import {
  canonicalIn,
  type EmailList,
  findEmails,
  formatListedEmail,
  readEmailList,
  readOneEmail,
} from '../../src/domain/email-list.ts';
import { cpuMs } from '../support/cpu.ts';
import { HOSTILE_ADDRESSES, READABLE_IN_A_PASTE } from '../support/hostile-addresses.ts';

const ANN = 'ann@example.com';
const BOB = 'bob@example.com';
/** `Ann|Lee|ann@example.com`, and `! text: reason` for a fault. */
const short = ({ emails, faults }: EmailList): string[] => [
  ...emails.map(({ firstName, lastName, email }) =>
    firstName === '' ? email : `${firstName}|${lastName}|${email}`,
  ),
  ...faults.map(({ text, reason }) => `! ${text}: ${reason}`),
];

describe('a paste', () => {
  test.each(['*_', "'"])('T38: takes no time for thousands of %s', (mark) => {
    expect(cpuMs(20, () => canonicalIn(`${mark.repeat(7_500)}a`))).toBeLessThan(400);
  });

  test.each<[what: string, text: string, read: string[]]>([
    ['a name', 'Ann Lee <ann@example.com>', ['Ann|Lee|ann@example.com']],
    [
      'Outlook, To line',
      '"Lee, Ann" <ann@example.com>; Bob <bob@example.com>',
      ['Ann|Lee|ann@example.com', 'Bob||bob@example.com'],
    ],
    [
      'Outlook without quotes',
      'Lee, Ann <ann@example.com>; Ray, Bob <bob@example.com>',
      ['Ann|Lee|ann@example.com', 'Bob|Ray|bob@example.com'],
    ],
    [
      'the same with commas',
      'Lee, Ann <ann@example.com>, Ray, Bob <bob@example.com>',
      ['Ann|Lee|ann@example.com', 'Bob|Ray|bob@example.com'],
    ],
    [
      'Outlook, as plain text',
      'Ann Lee<mailto:ann@example.com>; bob@example.com<mailto:bob@example.com>',
      ['Ann|Lee|ann@example.com', BOB],
    ],
    [
      'Gmail',
      'Ann Lee <ann@example.com>, Bob <bob@example.com>, ',
      ['Ann|Lee|ann@example.com', 'Bob||bob@example.com'],
    ],
    [
      'Apple Mail, with isolates',
      '\u2068Ann Lee\u2069 <\u2068ann@example.com\u2069>',
      ['Ann|Lee|ann@example.com'],
    ],
    [
      'Thunderbird',
      'Ann Lee <ann@example.com>,\n Bob <bob@example.com>',
      ['Ann|Lee|ann@example.com', 'Bob||bob@example.com'],
    ],
    ['headers', 'To: Ann <ann@example.com>\nCc: bob@example.com', ['Ann||ann@example.com', BOB]],
    ['German headers', 'An: Ann <ann@example.com>; bob@example.com', ['Ann||ann@example.com', BOB]],
    ['the email as its own name', "'ann@example.com' <ann@example.com>", [ANN]],
    ['the oldest form', 'ann@example.com (Ann Lee)', ['Ann|Lee|ann@example.com']],
    ['a remark after the name', 'Ann Lee (Contractor) <ann@example.com>', ['Ann|Lee|ann@example.com']],
    ['curly quotes', '“Lee, Ann” <ann@example.com>', ['Ann|Lee|ann@example.com']],
    [
      'a name with an apostrophe',
      "Sinéad O'Neill <o'neill@example.com>",
      ["Sinéad|O'Neill|o'neill@example.com"],
    ],
    ['one name', 'Suharto <suharto@example.com>', ['Suharto||suharto@example.com']],
    ['commas', 'ann@example.com,bob@example.com', [ANN, BOB]],
    ['semicolons and nothing between', 'ann@example.com;;;bob@example.com;', [ANN, BOB]],
    ['spaces', 'ann@example.com  bob@example.com', [ANN, BOB]],
    ['Windows line ends', 'ann@example.com\r\n\r\nbob@example.com\r\n', [ANN, BOB]],
    ['a full-width comma', 'ann@example.com，bob@example.com', [ANN, BOB]],
    [
      'a column of names',
      'Ann Lee\tann@example.com\nBob\tbob@example.com',
      ['Ann|Lee|ann@example.com', 'Bob||bob@example.com'],
    ],
    ['a sentence', 'ann@example.com and bob@example.com.', [ANN, BOB]],
    ['a trailing dot', 'ann@example.com.', [ANN]],
    ['bullets', '• ann@example.com\n•bob@example.com\n', [ANN, BOB]],
    ['dashes', '- ann@example.com\n- bob@example.com', [ANN, BOB]],
    ['numbers', '1. ann@example.com\n2) bob@example.com', [ANN, BOB]],
    ['backticks', '`ann@example.com`', [ANN]],
    ['bold and italics', '*ann@example.com* _bob@example.com_', [ANN, BOB]],
    ['an array of a program', "['ann@example.com', 'bob@example.com']", [ANN, BOB]],
    ['JSON', '["ann@example.com","bob@example.com"]', [ANN, BOB]],
    ['parentheses', 'Ann Lee (ann@example.com)', ['Ann|Lee|ann@example.com']],
    ['mailto:', 'mailto:ann@example.com?subject=Hello%20there', [ANN]],
    ['mailto: with an escape', 'mailto:ann%2Bapis@example.com', ['ann+apis@example.com']],
    ['Slack', '<mailto:ann@example.com|ann@example.com>', [ANN]],
    ['Slack, with a name', 'Ann Lee <<mailto:ann@example.com|ann@example.com>>', ['Ann|Lee|ann@example.com']],
    ['Markdown', '[Ann](mailto:ann@example.com)', [ANN]],
    ['no-break spaces', '\u00a0Ann\u00a0Lee\u00a0<ann@example.com>\u00a0', ['Ann|Lee|ann@example.com']],
    ['invisible characters', '\ufeffann\u200b@exam\u00adple.com\u200e', [ANN]],
    ['the same twice', 'ann@example.com; Ann Lee <ANN@Example.com>', ['Ann|Lee|ann@example.com']],
    [
      'an international domain',
      'Ann <ann@bücher.example>, ann@xn--bcher-kva.example',
      ['Ann||ann@bücher.example'],
    ],
    ['a name in other letters', '山田 太郎 <taro@example.jp>', ['山田|太郎|taro@example.jp']],
    ['no recipients', 'undisclosed-recipients:;', []],
    ['nothing', ' \n;, ', []],
  ])('of %s is read: %j', (_, text, read) => {
    expect(short(readEmailList(text))).toEqual(read);
  });

  test.each<[text: string, read: string[]]>([
    ['dora@', ['! dora@: there is no domain after the @, as in name@example.com']],
    ['ann@example.com; dora@', [ANN, '! dora@: there is no domain after the @, as in name@example.com']],
    ['dora', ['! dora: there is no @']],
    ['@example.com', ['! @example.com: there is nothing before the @']],
    ['dora@example', ['! dora@example: there is no full domain after the @, as in name@example.com']],
    ['dora@example..com', ['! dora@example..com: there is a dot too many after the @']],
    ['dora.@example.com', ['! dora.@example.com: there is a dot too many before the @']],
    ['dora@@example.com', ['! dora@@example.com: there is more than one @']],
    [
      'dörte@example.com',
      ['! dörte@example.com: there is ö before the @, where only plain letters, digits and signs work'],
    ],
    ['dora@192.0.2.1', ['! dora@192.0.2.1: there is an IP address after the @; write a domain']],
    ['dora@ex_ample.com', ['! dora@ex_ample.com: there is no valid domain after the @']],
    [
      'Ann Lee ann@example.com',
      [ANN, '! Ann Lee: there is no @; write a name like this: Ann Lee <ann@example.com>'],
    ],
    ['bob, ann@example.com', [ANN, '! bob: there is no @']],
    [
      'ann@example.com <eve@evil.example>',
      ['! ann@example.com <eve@evil.example>: these are two different emails; put a comma between them'],
    ],
    ['"ann lee"@example.com', ['! "ann lee"@example.com: there is a space in it']],
    ['"ann@evil.example"@example.com', ['! "ann@evil.example"@example.com: there is more than one @']],
    [
      '<!channel>@example.com',
      ['! !channel: there is no @', '! @example.com: there is nothing before the @'],
    ],
  ])('that has a mistake names the text and the reason: %j', (text, read) => {
    expect(short(readEmailList(text))).toEqual(read);
  });

  test('says what was removed, and what was there twice', () => {
    expect(readEmailList('ann\u200b@example.com').notes).toEqual(['1 invisible character was removed.']);
    expect(readEmailList('\ufeffann@example.com\u200e, ANN@example.com, ann@example.com').notes).toEqual([
      '2 invisible characters were removed.',
      '2 repeated emails were left out.',
    ]);
    expect(readEmailList('Ann <ann@example.com>').notes).toEqual([]);
  });

  test('T17: that is hostile gives no other email than a person sees in it', () => {
    for (const [what, text] of Object.entries(HOSTILE_ADDRESSES)) {
      const isRead = READABLE_IN_A_PASTE.includes(what);
      const expected = what === 'a right-to-left override' ? 'ann@moc.elpmaxe' : ANN;
      expect([what, canonicalIn(text)]).toEqual([what, isRead ? expected : null]);
    }
  });
});

describe('a field for one email', () => {
  test.each([
    ['ann@example.com Ann van der Berg', 'Ann|van der Berg'],
    ['Ann van der Berg ann@example.com', 'Ann|van der Berg'],
    ['Ann <ann@example.com> van der Berg', 'Ann|van der Berg'],
    ['"van der Berg, Ann" <ann@example.com>', 'Ann|van der Berg'],
    ['ann@example.com, Suharto', 'Suharto|'],
  ])('with words around it takes them for the name: %j', (text, names) => {
    const { email, firstName, lastName } = readOneEmail(text, { looseName: true });
    expect([email, `${firstName}|${lastName}`]).toEqual([ANN, names]);
  });

  test.each([
    ['', 'is needed'],
    ['ann@example.com, bob@example.com', 'enter one email; these are 2'],
    ['ann@example.com Ann', 'there is no @; write a name like this: Ann <ann@example.com>'],
  ])('refuses %j: it %s', (text, reason) => {
    expect(refusedFields(() => readOneEmail(text))).toEqual({ email: reason });
  });
});

test.each<[text: string, found: string[]]>([
  [
    'Please invite Ann Lee <ann@example.com>, and bob@example.com’s friend (eve@example.com). Thanks!',
    ['Ann|Lee|ann@example.com', BOB, 'eve@example.com'],
  ],
  ['Hi, could you add <mailto:ann@example.com|ann@example.com>?', [ANN]],
  [
    '"Lee, Ann" <ann@example.com>; "Ray, Bob" <bob@example.com>',
    ['Ann|Lee|ann@example.com', 'Bob|Ray|bob@example.com'],
  ],
  ['see https://example.com/@ann, or ask x@y', []],
])('in a message, emails are found among other words: %j', (text, found) => {
  expect(short({ emails: findEmails(text), faults: [], notes: [] })).toEqual(found);
});

describe('any text', () => {
  const RUNS = { numRuns: Number(process.env.PASTE_RUNS ?? 300) };
  const bit = fc.constantFrom(
    ANN,
    'bob@bücher.example',
    'dora@',
    'Ann',
    'Lee',
    '"Lee, Ann"',
    ' ',
    ', ',
    ';',
    '\n',
    '\t',
    '<',
    '>',
    '"',
    "'",
    '`',
    '(',
    ')',
    '[',
    ']',
    'mailto:',
    '|',
    '\u200b',
    '\ufeff',
    '\u202e',
    '•',
    '.',
    '@',
    'To:',
    '＠',
    '\ud83d',
    '\0',
  );
  const paste = fc.oneof(fc.string({ unit: bit, maxLength: 30 }), fc.string({ unit: 'binary' }));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not come out
  const unseen = /[\p{Default_Ignorable_Code_Point}\u0000-\u001f\u007f-\u009f\u2028\u2029]/u;

  test('is read without a fault of ours; what comes out shows all that it has, and reads the same again', () => {
    fc.assert(
      fc.property(paste, (text) => {
        const { emails, faults } = readEmailList(text);
        findEmails(text);
        for (const one of emails) {
          expect(`${one.email}${one.firstName}${one.lastName}`).not.toMatch(unseen);
          expect(readEmailList(formatListedEmail(one))).toEqual({ emails: [one], faults: [], notes: [] });
        }
        expect(readEmailList(emails.map(formatListedEmail).join(', ')).emails).toEqual(emails);
        for (const fault of faults) expect(fault.text).not.toMatch(unseen);
      }),
      RUNS,
    );
  });

  test('with an email between separators has that email, and nothing is lost without a word', () => {
    const separator = fc.constantFrom(', ', ';', '\n', '\r\n', '\t', ' ', ' and ', ',\n');
    fc.assert(
      fc.property(fc.array(fc.nat(30), { minLength: 1, maxLength: 8 }), separator, (numbers, between) => {
        const emails = numbers.map((n) => `p${n}@example.com`);
        expect(readEmailList(emails.join(between)).emails.map(({ email }) => email)).toEqual([
          ...new Set(emails),
        ]);
      }),
      RUNS,
    );
  });
});
