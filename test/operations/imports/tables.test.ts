// Tables as spreadsheet programs write them. The files in test/support/tables were saved by LibreOffice 7.4 from one sheet;
// the texts here follow what Excel, Google Sheets, Google Contacts and Outlook write.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeText } from '../../../src/domain/csv.ts';
import { DomainError } from '../../../src/domain/domain-error.ts';
import { createGroup } from '../../../src/operations/groups/create.ts';
import { planImport } from '../../../src/operations/imports/import-table.ts';
import { ADMIN, createTestContext } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';

const t = forAllTests(createTestContext);
beforeAll(async () => {
  await createGroup(t.as(ADMIN), { name: 'Partners' });
  await createGroup(t.as(ADMIN), { name: 'Sales, EU' });
});

/** `3 ann@example.com Ann|Lee (1 group)`, or `3 ! what is wrong`; then the notes; or the refusal. */
async function read(text: string): Promise<string[]> {
  try {
    const { rows, notes } = await planImport(t.as(ADMIN), text);
    const lines = rows.map((row) => {
      if (row.status !== 'new') return `${row.line} ! ${row.status === 'faulty' ? row.fault : row.status}`;
      const { email, first, last, groupIds, mode } = row.wanted;
      const parts = [
        first || last ? ` ${first}|${last}` : '',
        groupIds.length ? ` in ${groupIds.length}` : '',
        mode === 'add' ? ' add' : '',
      ];
      return `${row.line} ${email}${parts.join('')}`;
    });
    return [...lines, ...notes];
  } catch (error) {
    if (error instanceof DomainError) return [`refused: ${error.detail.fields?.table ?? error.detail.limit}`];
    throw error;
  }
}

const ANN = 'ann@example.com';
const NO_EMAIL =
  'refused: there is no column for the email: name the columns in the first line, such as email, first name, last name, groups, note, mode. Now the first line begins with ';

describe('a table', () => {
  it.each<[what: string, text: string, planned: string[]]>([
    [
      'Excel, CSV UTF-8',
      '\ufeffFirst Name,Last Name,E-mail\r\nAnn,Lee,ann@example.com\r\n',
      [`2 ${ANN} Ann|Lee`],
    ],
    [
      'Excel where the comma is decimal',
      'E-Mail;Vorname;Nachname\r\nann@example.com;Ann;Lee\r\n',
      [`2 ${ANN} Ann|Lee`],
    ],
    ['Excel with sep=', 'sep=;\r\nEmail;Name\r\nann@example.com;"Lee, Ann"\r\n', [`3 ${ANN} Ann|Lee`]],
    ['Excel, copied', 'Email\tFirst name\nann@example.com\tAnn', [`2 ${ANN} Ann|`]],
    [
      'Excel with trailing columns',
      'email,first,last,,,\r\nann@example.com,Ann,Lee,,,\r\n,,,,,\r\n',
      [`2 ${ANN} Ann|Lee`],
    ],
    ['rows of empty cells', 'email,first\n,\n  ,\t\nann@example.com,Ann\n,\n', [`4 ${ANN} Ann|`]],
    [
      'Google Sheets',
      'firstName,lastName,Email address,Joined\nAnn,Lee,ann@example.com,2026-01-01',
      [`2 ${ANN} Ann|Lee`, 'Ignored column: “Joined”.'],
    ],
    [
      'Google Contacts',
      'Name,Given Name,Family Name,E-mail 1 - Type,E-mail 1 - Value,Phone 1 - Value\nAnn Lee,Ann,Lee,Work,ann@example.com,',
      [`2 ${ANN} Ann|Lee`, 'Ignored columns: “E-mail 1 - Type”, “Phone 1 - Value”.'],
    ],
    [
      'Outlook',
      '"Title","First Name","Last Name","E-mail Address","E-mail Type"\r\n"","Ann","Lee","ann@example.com","SMTP"\r\n',
      [`2 ${ANN} Ann|Lee`, 'Ignored columns: “Title”, “E-mail Type”.'],
    ],
    ['with underscores', 'Given_Name,Surname,Mail\nAnn,Lee,ann@example.com', [`2 ${ANN} Ann|Lee`]],
    ['French', 'Prénom;Nom;Adresse e-mail\nAnn;Lee;ann@example.com', [`2 ${ANN} Ann|Lee`]],
    ['Spanish', 'Nombre;Apellidos;Correo electrónico\nAnn;Lee;ann@example.com', [`2 ${ANN} Ann|Lee`]],
    [
      'German, where Name is the last one',
      'Vorname;Name;Mail\nAnn;Lee;ann@example.com',
      [`2 ${ANN} Ann|Lee`],
    ],
    ['one name', 'email,name,mode\nann@example.com,Suharto,add', [`2 ${ANN} Suharto| add`]],
    ['one name, as the last', 'email,last,mode\nann@example.com,Suharto,add', [`2 ${ANN} Suharto| add`]],
    ['names in the email column', 'email\nAnn Lee <ann@example.com>', [`2 ${ANN} Ann|Lee`]],
    ['a link in the email column', 'email\nmailto:ann@example.com', [`2 ${ANN}`]],
    ['invisible characters', 'email\u200b,first\n\u2068ann@example.com\u2069,A\u200bnn', [`2 ${ANN} Ann|`]],
    ['spaces before quotes', 'email, name\nann@example.com, "Lee, Ann"', [`2 ${ANN} Ann|Lee`]],
    [
      'a comma in a heading',
      '"Name (last, first)";Email\n"Lee, Ann";ann@example.com',
      [`2 ${ANN}`, 'Ignored column: “Name (last, first)”.'],
    ],
    [
      'a title above',
      'Developers,\nMarch 2026,\nemail,first\nann@example.com,Ann',
      [`4 ${ANN} Ann|`, 'Line 3 names the columns; the lines above it are ignored.'],
    ],
    ['old Mac line ends', 'email\rann@example.com\r', [`2 ${ANN}`]],
    [
      'a line end in a cell',
      'email,first\nann@example.com,"Ann\nMaria"\nbob@example.com,Bob',
      [`2 ${ANN} Ann Maria|`, '4 bob@example.com Bob|'],
    ],
    [
      'groups',
      'email,groups\nann@example.com,"partners; Sales, EU"',
      ['2 ! groups: there is no group “Sales”; create it first, or correct the name'],
    ],
    ['a group with a comma', 'email,groups\nann@example.com,"Sales, EU"', [`2 ${ANN} in 1`]],
    ['modes in capitals', 'email,first,Mode\nann@example.com,Ann,ADD', [`2 ${ANN} Ann| add`]],
    ['an international domain', 'email\nann@bücher.example', ['2 ann@bücher.example']],
    [
      'one cell too many',
      'email,first\nann@example.com,Lee, Ann',
      [
        '2 ! it has 3 cells, but the first line names 2 columns; put quotes around a cell that has a separator in it',
      ],
    ],
    ['a cell under no heading', 'email,,last\nann@example.com,x,Lee', [`2 ${ANN} Lee|`]],
    [
      'half an email',
      'E-mail,first\ndora@,Dora',
      ['2 ! E-mail: there is no domain after the @, as in name@example.com'],
    ],
    ['no email', 'email,first\n,Dora', ['2 ! email: it is empty']],
    [
      'two emails in a cell',
      'email\n"ann@example.com, bob@example.com"',
      ['2 ! email: these are 2 emails; write each on a line of its own'],
    ],
    [
      'the same twice',
      'email\nann@example.com\nANN@example.com',
      [`2 ${ANN}`, '3 ! email: the same as in line 2; remove one of them'],
    ],
    ['a long name', `email,first\nann@example.com,${'n'.repeat(101)}`, ['2 ! first: at most 100 characters']],
    [
      'a name that shows nothing',
      'email,First Name,mode\nann@example.com,\u200b,add',
      ['2 ! First Name: someone who is added needs a first name or a last name'],
    ],
    [
      'a note on an invitation',
      'email,note\nann@example.com,hello',
      ['2 ! note: an invitation has no note; leave it empty, or write add as the mode'],
    ],
    ['no heading', 'ann@example.com,Ann', [`${NO_EMAIL}“ann@example.com”`]],
    [
      'two columns of one meaning',
      'Email,E-Mail\na,b',
      ['refused: the columns “Email” and “E-Mail” mean the same: delete or rename one of them'],
    ],
    [
      'a quote without end',
      'email,first\nann@example.com,"Ann\nbob@example.com,Bob',
      [
        "refused: line 2 can't be read: it has a quote that is never closed; write a quote inside a cell twice",
      ],
    ],
    ['nothing', '\ufeff\r\n,,\r\n', ['refused: it is empty']],
  ])('with %s is read: %j', async (_, text, planned) => {
    expect(await read(text)).toEqual(planned);
  });

  it.each(['calc-semicolons-utf8.csv', 'calc-tabs-utf16.csv', 'calc-quoted-windows-1252.csv'])(
    'that LibreOffice saved is read: %s',
    async (name) => {
      const file = readFileSync(new URL(`../../support/tables/${name}`, import.meta.url));
      const { text, isGuessed } = decodeText(file) ?? { text: '', isGuessed: false };
      expect(isGuessed).toBe(name.includes('1252'));
      expect(await read(text)).toEqual([
        '2 zoe@example.com Zoë|Müller in 1',
        '3 suharto@example.com Suharto|',
        '4 ann@example.com Ann|Lee, "the second"',
        '6 ray@example.com Two lines|Ray',
        'Ignored columns: “Phone”, “Joined”.',
      ]);
    },
  );

  it('of any cells is planned or refused in our words', async () => {
    const cell = fc.constantFrom(
      'email',
      'first',
      ANN,
      'dora@',
      '"',
      ',',
      ';',
      '\t',
      '\n',
      '\r\n',
      '\u200b',
      ' ',
      'sep=;',
      'add',
      '\0',
    );
    const texts = fc.sample(fc.array(cell, { maxLength: 25 }), Number(process.env.PASTE_RUNS ?? 100));
    for (const cells of texts) {
      const lines = await read(cells.join(''));
      for (const line of lines) expect(line).not.toMatch(/Invalid|csv|zod|undefined/i);
    }
  });
});
