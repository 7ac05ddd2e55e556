// The `$filter` of a list, read by a small grammar into a tree. Nothing of it ever becomes SQL but as a parameter.
import { DomainError } from './domain-error.ts';

export const MAX_FILTER_LENGTH = 2_000;
const MAX_DEPTH = 10;
const MAX_TERMS = 30;

export type FilterOperator = 'ge' | 'le' | 'eq' | 'ne' | 'gt' | 'lt';

/** What may be asked of a field: any comparison and the functions of text, `eq` with one of a few, or comparison in time. */
type FilterField = 'text' | 'date' | readonly string[];
export type FilterFields = Readonly<Record<string, FilterField>>;

export type ListFilter =
  | { kind: 'and' | 'or'; parts: ListFilter[] }
  | { kind: 'not'; part: ListFilter }
  | { kind: 'compare'; field: string; operator: FilterOperator; value: string | Date }
  | { kind: 'match'; field: string; how: 'contains' | 'starts' | 'ends'; text: string };

const OPERATORS: readonly string[] = ['ge', 'le', 'eq', 'ne', 'gt', 'lt'];
const FUNCTIONS: Readonly<Record<string, 'contains' | 'starts' | 'ends'>> = {
  contains: 'contains',
  substringof: 'contains',
  startswith: 'starts',
  endswith: 'ends',
};
const TOKEN = /\s*(?:(?<text>'(?:[^']|'')*')|(?<sign>[(),])|(?<word>[^\s'(),]+))/y;
const DATE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,7})?)?(?:Z|[+-]\d{2}:\d{2})?)?$/;

type Token = { kind: 'text' | 'sign' | 'word'; value: string; at: number };

/**
 * Reads a filter: comparisons, `contains`, `substringof`, `startswith`, `endswith`, `and`, `or`, `not`, parentheses, quoted
 * texts with `''` for a quote; fields by themselves or behind `properties/`. At most 2,000 characters, 10 levels deep, 30
 * comparisons.
 * Errors: `invalid_input` for `$filter`, which names what isn't supported and where.
 * Source: Azure API Management, `$filter` of each list (management-api §1.1 to §1.6).
 */
export function parseListFilter(source: string, fields: FilterFields): ListFilter {
  if (source.length > MAX_FILTER_LENGTH) throw refusal(`has more than ${MAX_FILTER_LENGTH} characters`);
  if (source.includes('\0') || /\p{Surrogate}/u.test(source))
    throw refusal('holds a character that cannot be looked for');
  const reader: Reader = { tokens: cut(source), at: 0, terms: 0, fields };
  const filter = readOr(reader, 0);
  const rest = reader.tokens[reader.at];
  if (rest) throw refusal(`does not go on with ${quoted(rest)} at ${rest.at + 1}`);
  return filter;
}

type Reader = { tokens: Token[]; at: number; terms: number; fields: FilterFields };

function cut(source: string): Token[] {
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

function readOr(reader: Reader, depth: number): ListFilter {
  return readJoined(reader, 'or', () => readJoined(reader, 'and', () => readNot(reader, depth)));
}

function readJoined(reader: Reader, kind: 'and' | 'or', readPart: () => ListFilter): ListFilter {
  const parts = [readPart()];
  while (takeWord(reader, kind)) parts.push(readPart());
  return parts.length === 1 ? (parts[0] as ListFilter) : { kind, parts };
}

function readNot(reader: Reader, depth: number): ListFilter {
  if (depth > MAX_DEPTH) throw refusal(`is nested more than ${MAX_DEPTH} levels deep`);
  if (takeWord(reader, 'not')) return { kind: 'not', part: readNot(reader, depth + 1) };
  if (!takeSign(reader, '(')) return readTerm(reader);
  const inner = readOr(reader, depth + 1);
  demandSign(reader, ')');
  return inner;
}

function readTerm(reader: Reader): ListFilter {
  reader.terms += 1;
  if (reader.terms > MAX_TERMS) throw refusal(`has more than ${MAX_TERMS} comparisons`);
  const first = take(reader, 'a field or a function');
  if (first.kind === 'word' && takeSign(reader, '(')) return readFunction(reader, first);
  const field = fieldOf(reader, first);
  const operator = take(reader, 'an operator');
  const name = operator.value.toLowerCase() as FilterOperator;
  if (operator.kind !== 'word' || !OPERATORS.includes(name))
    throw refusal(`has ${quoted(operator)} where an operator must be: ${OPERATORS.join(', ')}`);
  return { kind: 'compare', field, operator: name, value: readValue(reader, field, name) };
}

function readFunction(reader: Reader, name: Token): ListFilter {
  const how = Object.hasOwn(FUNCTIONS, name.value.toLowerCase()) && FUNCTIONS[name.value.toLowerCase()];
  if (!how) throw refusal(`does not know the function ${quoted(name)}: ${Object.keys(FUNCTIONS).join(', ')}`);
  const one = take(reader, 'a field or a text');
  demandSign(reader, ',');
  const other = take(reader, 'a field or a text');
  demandSign(reader, ')');
  // `substringof('an', name)`, and `contains(name, 'an')`; each is taken in either order.
  const [field, text] = one.kind === 'text' ? [other, one] : [one, other];
  if (text.kind !== 'text') throw refusal(`needs a text in quotes in ${name.value}(…)`);
  const known = fieldOf(reader, field);
  if (reader.fields[known] !== 'text')
    throw refusal(`can't ask ${name.value} of ${known}; it knows ${operatorsOf(reader.fields[known])}`);
  return { kind: 'match', field: known, how, text: unquote(text.value) };
}

function readValue(reader: Reader, field: string, operator: FilterOperator): string | Date {
  const kind = reader.fields[field] as FilterField;
  const token = take(reader, 'a value');
  // datetime'2026-11-24T00:00:00Z', as older clients write it.
  const isPrefixed = kind === 'date' && token.value.toLowerCase() === 'datetime';
  const value = isPrefixed ? take(reader, 'a date in quotes') : token;
  if (kind === 'date') return dateOf(value, field);
  if (value.kind !== 'text') throw refusal(`needs a text in quotes for ${field}, not ${quoted(value)}`);
  const text = unquote(value.value);
  if (kind === 'text') return text;
  if (operator !== 'eq') throw refusal(`can compare ${field} with eq only`);
  if (!kind.includes(text.toLowerCase()))
    throw refusal(`knows ${field} as ${kind.map((one) => `'${one}'`).join(', ')}`);
  return text.toLowerCase();
}

function dateOf(token: Token, field: string): Date {
  const text = token.kind === 'text' ? unquote(token.value) : token.value;
  const isZoned = /(?:Z|[+-]\d{2}:\d{2})$/.test(text) || !text.includes('T');
  const at = new Date(isZoned ? text : `${text}Z`);
  if (!DATE.test(text) || Number.isNaN(at.getTime()))
    throw refusal(`needs a date for ${field}, such as 2026-11-24T00:00:00Z`);
  return at;
}

function fieldOf({ fields }: Reader, token: Token): string {
  const name = token.value.replace(/^properties\//i, '');
  if (token.kind !== 'word' || !Object.hasOwn(fields, name))
    throw refusal(`does not know the field ${quoted(token)}; it knows ${Object.keys(fields).join(', ')}`);
  return name;
}

const operatorsOf = (kind: FilterField | undefined): string =>
  kind === 'date' ? OPERATORS.join(', ') : 'eq';

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
const refusal = (words: string) => new DomainError('invalid_input', { fields: { $filter: words } });
