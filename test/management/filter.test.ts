import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ListFilter } from '../../src/domain/list-filter.ts';
import { choiceField, dateField, readFilter, textField } from '../../src/management/filter.ts';

const FIELDS = {
  firstName: textField('firstName'),
  email: textField('email'),
  state: choiceField('state', { active: 'active', blocked: 'blocked' }),
  registrationDate: dateField('registeredAt'),
};
/** What Azure calls the fields that ours call otherwise. */
const AZURE_NAMES: Record<string, string> = { registeredAt: 'registrationDate' };
const azureName = (field: unknown) => AZURE_NAMES[String(field)] ?? String(field);
const parse = (source: string) => readFilter<string>(source, FIELDS);
const compare = (field: string, operator: 'eq' | 'ne', value: string) => ({
  kind: 'compare',
  field,
  operator,
  value,
});

function refusalOf(source: string): string {
  const read = parse(source);
  return 'unreadable' in read ? read.unreadable : 'done';
}

/** The text of a tree, fully in parentheses. */
function write(filter: ListFilter): string {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.parts.map((part) => `(${write(part)})`).join(` ${filter.kind} `);
    case 'not':
      return `not (${write(filter.part)})`;
    case 'match':
      return `${{ contains: 'contains', starts: 'startswith', ends: 'endswith' }[filter.how]}(${azureName(filter.field)}, ${quote(filter.text)})`;
    case 'compare':
      return filter.value instanceof Date
        ? `${azureName(filter.field)} ${filter.operator} datetime'${filter.value.toISOString()}'`
        : `${azureName(filter.field)} ${filter.operator} ${quote(String(filter.value))}`;
  }
}
const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;

const operators = fc.constantFrom('ge', 'le', 'eq', 'ne', 'gt', 'lt');
const texts = fc.string({ maxLength: 20 }).filter((text) => !text.includes('\0'));
const leaf = fc.oneof(
  fc.record({
    kind: fc.constant('compare'),
    field: fc.constantFrom('firstName', 'email'),
    operator: operators,
    value: texts,
  }),
  fc.record({
    kind: fc.constant('compare'),
    field: fc.constant('registeredAt'),
    operator: operators,
    value: fc.date({ min: new Date('1970-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
  }),
  fc.record({
    kind: fc.constant('match'),
    field: fc.constantFrom('firstName', 'email'),
    how: fc.constantFrom('contains', 'starts', 'ends'),
    text: texts,
  }),
);
const trees = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true, maxDepth: 3 },
    leaf,
    fc.record({ kind: fc.constant('not'), part: tie('tree') }),
    fc.record({
      kind: fc.constantFrom('and', 'or'),
      parts: fc.array(tie('tree'), { minLength: 2, maxLength: 3 }),
    }),
  ),
})).tree as fc.Arbitrary<ListFilter>;

describe('parsing a filter', () => {
  it('gives the tree that was written, for any quoted text', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        const source = write(tree);
        fc.pre(
          source.length <= 2_000 &&
            (source.match(/ (ge|le|eq|ne|gt|lt) |with\(|contains\(/g) ?? []).length <= 30,
        );
        expect(parse(source)).toEqual(tree);
      }),
      { numRuns: 2_000 },
    );
  });

  it('refuses any other text with words, and never fails otherwise', () => {
    const pieces = fc.constantFrom(
      '(',
      ')',
      "'",
      'and',
      'or',
      'not',
      'eq',
      ',',
      'email',
      'state',
      'contains',
      "''",
      'x',
      ' ',
    );
    const any = fc.oneof(
      fc.string({ maxLength: 200 }),
      fc.array(pieces, { maxLength: 60 }).map((all) => all.join(' ')),
    );
    fc.assert(
      fc.property(any, (source) => {
        expect(refusalOf(source)).toMatch(/\S/);
      }),
      { numRuns: 5_000 },
    );
  });

  it('binds not before and, and and before or', () => {
    expect(parse("email eq 'a' or not state eq 'active' and firstName eq 'b'")).toEqual({
      kind: 'or',
      parts: [
        compare('email', 'eq', 'a'),
        {
          kind: 'and',
          parts: [{ kind: 'not', part: compare('state', 'eq', 'active') }, compare('firstName', 'eq', 'b')],
        },
      ],
    });
  });

  it('takes a field in any case, as APIOps writes Scope', () => {
    for (const field of ['firstname', 'FIRSTNAME', 'Properties/FirstName'])
      expect(parse(`endswith(${field}, 'n')`)).toEqual({
        kind: 'match',
        field: 'firstName',
        how: 'ends',
        text: 'n',
      });
  });

  it('takes a field alone or behind properties/, and the text first in substringof', () => {
    expect(parse("properties/state eq 'Blocked'")).toEqual(compare('state', 'eq', 'blocked'));
    const match = { kind: 'match', field: 'email', how: 'contains', text: "o'n" };
    expect(parse("substringof('o''n', properties/email)")).toEqual(match);
    expect(parse("contains(email,'o''n')")).toEqual(match);
  });

  it.each([
    ['password eq 1', 'has an unknown field “password”; use firstName, email, state, registrationDate'],
    ["constructor eq 'x'", 'has an unknown field'],
    ["state ne 'active'", 'can compare state with eq only'],
    ["state eq 'gone'", "accepts only 'active', 'blocked' for state"],
    ["contains(state, 'a')", "can't use contains on state"],
    ["tolower(email) eq 'x'", 'has an unknown function “tolower”'],
    ["email like 'x'", 'where an operator is needed: ge, le, eq, ne, gt, lt'],
    ['email eq 5', 'needs a text in quotes for email'],
    ["registrationDate gt 'yesterday'", 'needs a date for registrationDate'],
    ["email eq 'x", 'has a quote that is not closed, at 10'],
    ["(email eq 'x'", 'needs “)” at its end'],
    ["email eq 'x' email", 'has an unexpected “email” at 14'],
    ['', 'needs a field or a function at its end'],
    [`${'('.repeat(12)}email eq 'x'${')'.repeat(12)}`, 'nested more than 10 levels'],
    [Array(31).fill("email eq 'x'").join(' or '), 'has more than 30 comparisons'],
    [`email eq '${'x'.repeat(2_000)}'`, 'has more than 2000 characters'],
    ["email eq '\0'", 'has a character that cannot be searched for'],
  ])('refuses %j: %s', (source, words) => {
    expect(refusalOf(source)).toContain(words);
  });
});
