// Parses `$filter`, Azure's language for the rows of a list, into the filter that operations take.
import {
  FILTER_OPERATORS,
  type FilterOperand,
  type FilterOperator,
  type ListFilter,
  type TextMatch,
} from '../domain/list-filter.ts';
import type { UnreadableFilter } from '../operations/frame/lists.ts';

const MAX_FILTER_LENGTH = 2_000;
const MAX_DEPTH = 10;
const MAX_TERMS = 30;

/** The fields by Azure's names. */
export type FilterFields<Field extends string> = Readonly<Record<string, FilterField<Field>>>;

/** A text takes any comparison and the functions; a date comparisons; a choice `eq` with one of its values. */
type FilterField<Field extends string> = { of: FilterOperand<Field> } & (
  | { kind: 'text'; stored(text: string): string }
  | { kind: 'date' }
  | { kind: 'choice'; values: Readonly<Record<string, string | boolean>> }
);

/** `stored`: how a compared text is stored, where programs write it in another way. */
export const textField = <Field extends string>(
  of: FilterOperand<Field>,
  stored: (text: string) => string = (text) => text,
) => ({ kind: 'text' as const, of, stored });
export const dateField = <Field extends string>(of: Field) => ({ kind: 'date' as const, of });
/** `values`: our value for each of Azure's, which are in lower case. */
export const choiceField = <Field extends string>(
  of: Field,
  values: Readonly<Record<string, string | boolean>>,
) => ({ kind: 'choice' as const, of, values });

const FUNCTIONS: Readonly<Record<string, TextMatch>> = {
  contains: 'contains',
  substringof: 'contains',
  startswith: 'starts',
  endswith: 'ends',
};
const TOKEN = /\s*(?:(?<text>'(?:[^']|'')*')|(?<sign>[(),])|(?<word>[^\s'(),]+))/y;
const DATE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,7})?)?(?:Z|[+-]\d{2}:\d{2})?)?$/;

type Token = { kind: 'text' | 'sign' | 'word'; value: string; at: number };

/** Why a filter can't be read, in words that follow "$filter". */
class Unreadable extends Error {}

/**
 * Reads a filter: comparisons, `contains`, `substringof`, `startswith`, `endswith`, `and`, `or`, `not`, parentheses, quoted
 * texts with `''` for a quote; fields, also with `properties/` before them. At most 2,000 characters, 10 levels deep, 30
 * comparisons. Returns the reason for one that can't be read: the operation refuses it, after it has checked permission.
 * Source: Azure API Management, `$filter` of each list (management-api §1.1 to §1.6).
 */
export function readFilter<Field extends string>(
  source: string,
  fields: FilterFields<Field>,
): ListFilter<Field> | UnreadableFilter {
  try {
    return parse(source, fields);
  } catch (error) {
    if (error instanceof Unreadable) return { unreadable: error.message };
    throw error;
  }
}

type Reader<Field extends string = string> = {
  tokens: Token[];
  at: number;
  terms: number;
  fields: FilterFields<Field>;
};

function parse<Field extends string>(source: string, fields: FilterFields<Field>): ListFilter<Field> {
  if (source.length > MAX_FILTER_LENGTH) throw refusal(`has more than ${MAX_FILTER_LENGTH} characters`);
  if (source.includes('\0') || /\p{Surrogate}/u.test(source))
    throw refusal('has a character that cannot be searched for');
  const reader: Reader<Field> = { tokens: tokenize(source), at: 0, terms: 0, fields };
  const filter = readOr(reader, 0);
  const rest = reader.tokens[reader.at];
  if (rest) throw refusal(`has an unexpected ${quoted(rest)} at ${rest.at + 1}`);
  return filter;
}

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let at = 0; source.slice(at).trim() !== ''; at = TOKEN.lastIndex) {
    const found = TOKEN.exec(source)?.groups;
    if (!found) throw refusal(`has a quote that is not closed, at ${at + source.slice(at).search(/\S/) + 1}`);
    const [kind, value] = Object.entries(found).find(([, one]) => one !== undefined) as [
      Token['kind'],
      string,
    ];
    tokens.push({ kind, value, at: TOKEN.lastIndex - value.length });
  }
  return tokens;
}

function readOr<Field extends string>(reader: Reader<Field>, depth: number): ListFilter<Field> {
  return readJoined(reader, 'or', () => readJoined(reader, 'and', () => readNot(reader, depth)));
}

function readJoined<Field extends string>(
  reader: Reader<Field>,
  kind: 'and' | 'or',
  readPart: () => ListFilter<Field>,
): ListFilter<Field> {
  const first = readPart();
  const parts = [first];
  while (takeWord(reader, kind)) parts.push(readPart());
  return parts.length === 1 ? first : { kind, parts };
}

function readNot<Field extends string>(reader: Reader<Field>, depth: number): ListFilter<Field> {
  if (depth > MAX_DEPTH) throw refusal(`is nested more than ${MAX_DEPTH} levels deep`);
  if (takeWord(reader, 'not')) return { kind: 'not', part: readNot(reader, depth + 1) };
  if (!takeSign(reader, '(')) return readTerm(reader);
  const inner = readOr(reader, depth + 1);
  demandSign(reader, ')');
  return inner;
}

function readTerm<Field extends string>(reader: Reader<Field>): ListFilter<Field> {
  reader.terms += 1;
  if (reader.terms > MAX_TERMS) throw refusal(`has more than ${MAX_TERMS} comparisons`);
  const first = take(reader, 'a field or a function');
  if (first.kind === 'word' && takeSign(reader, '(')) return readFunction(reader, first);
  const named = fieldOf(reader, first);
  const token = take(reader, 'an operator');
  const operator = token.value.toLowerCase() as FilterOperator;
  if (token.kind !== 'word' || !FILTER_OPERATORS.includes(operator))
    throw refusal(`has ${quoted(token)} where an operator is needed: ${FILTER_OPERATORS.join(', ')}`);
  return { kind: 'compare', field: named.field.of, operator, value: readValue(reader, named, operator) };
}

function readFunction<Field extends string>(reader: Reader<Field>, name: Token): ListFilter<Field> {
  const how = Object.hasOwn(FUNCTIONS, name.value.toLowerCase()) && FUNCTIONS[name.value.toLowerCase()];
  if (!how)
    throw refusal(`has an unknown function ${quoted(name)}; use ${Object.keys(FUNCTIONS).join(', ')}`);
  const one = take(reader, 'a field or a text');
  demandSign(reader, ',');
  const other = take(reader, 'a field or a text');
  demandSign(reader, ')');
  // Azure has `substringof('an', name)` and `contains(name, 'an')`. Both orders are accepted for both.
  const [operand, text] = one.kind === 'text' ? [other, one] : [one, other];
  if (text.kind !== 'text') throw refusal(`needs a text in quotes in ${name.value}(…)`);
  const { azureName, field } = fieldOf(reader, operand);
  const operators = field.kind === 'date' ? FILTER_OPERATORS.join(', ') : 'eq';
  if (field.kind !== 'text') throw refusal(`can't use ${name.value} on ${azureName}; use ${operators}`);
  return { kind: 'match', field: field.of, how, text: unquote(text.value) };
}

function readValue(reader: Reader, { azureName, field }: NamedField, operator: FilterOperator) {
  const token = take(reader, 'a value');
  // datetime'2026-11-24T00:00:00Z', as older clients write it.
  const isPrefixed = field.kind === 'date' && token.value.toLowerCase() === 'datetime';
  const value = isPrefixed ? take(reader, 'a date in quotes') : token;
  if (field.kind === 'date') return dateOf(value, azureName);
  if (value.kind !== 'text') throw refusal(`needs a text in quotes for ${azureName}, not ${quoted(value)}`);
  const text = unquote(value.value);
  if (field.kind === 'text') return field.stored(text);
  if (operator !== 'eq') throw refusal(`can compare ${azureName} with eq only`);
  const { values } = field;
  const chosen = Object.hasOwn(values, text.toLowerCase()) ? values[text.toLowerCase()] : undefined;
  if (chosen === undefined) {
    const known = Object.keys(values).map((one) => `'${one}'`);
    throw refusal(`accepts only ${known.join(', ')} for ${azureName}`);
  }
  return chosen;
}

function dateOf(token: Token, azureName: string): Date {
  const text = token.kind === 'text' ? unquote(token.value) : token.value;
  const isZoned = /(?:Z|[+-]\d{2}:\d{2})$/.test(text) || !text.includes('T');
  const at = new Date(isZoned ? text : `${text}Z`);
  if (!DATE.test(text) || Number.isNaN(at.getTime()))
    throw refusal(`needs a date for ${azureName}, such as 2026-11-24T00:00:00Z`);
  return at;
}

type NamedField<Field extends string = string> = { azureName: string; field: FilterField<Field> };

function fieldOf<Field extends string>({ fields }: Reader<Field>, token: Token): NamedField<Field> {
  const written = token.value.replace(/^properties\//i, '').toLowerCase();
  // In any case: APIOps writes `Scope`.
  const named = Object.entries(fields).find(([azureName]) => azureName.toLowerCase() === written);
  if (token.kind !== 'word' || !named)
    throw refusal(`has an unknown field ${quoted(token)}; use ${Object.keys(fields).join(', ')}`);
  return { azureName: named[0], field: named[1] };
}

function take(reader: Reader, what: string): Token {
  const token = reader.tokens[reader.at];
  if (!token || (token.kind === 'sign' && token.value !== '('))
    throw refusal(`needs ${what}${token ? ` at ${token.at + 1}` : ' at its end'}`);
  reader.at += 1;
  return token;
}

function takeWord(reader: Reader, word: string): boolean {
  const token = reader.tokens[reader.at];
  const isIt = token?.kind === 'word' && token.value.toLowerCase() === word;
  if (isIt) reader.at += 1;
  return isIt;
}

function takeSign(reader: Reader, sign: string): boolean {
  const token = reader.tokens[reader.at];
  const isIt = token?.kind === 'sign' && token.value === sign;
  if (isIt) reader.at += 1;
  return isIt;
}

function demandSign(reader: Reader, sign: string): void {
  const token = reader.tokens[reader.at];
  if (!takeSign(reader, sign))
    throw refusal(`needs “${sign}”${token ? ` at ${token.at + 1}` : ' at its end'}`);
}

const unquote = (text: string): string => text.slice(1, -1).replaceAll("''", "'");
const quoted = ({ value }: Token): string => `“${value.slice(0, 40)}”`;
const refusal = (words: string) => new Unreadable(words);
