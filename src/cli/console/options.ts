// Makes command-line options from the input schema of an operation.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { readMoment, UsageError } from '../program.ts';
import type { Exposed } from './operations.ts';

/** No secrets, because a shell keeps its history. Versions are for buttons, cursors for pages, objects for programs. */
const LEFT_OUT = [
  'password',
  'primaryKey',
  'secondaryKey',
  'expectedVersion',
  'after',
  'skip',
  'isCounted',
  'properties',
  'link',
  'prefersDeleted',
  'scopeAsWritten',
  'ownerAsWritten',
  'policyAsWritten',
  'replacesProperties',
];

type Kind = 'text' | 'switch' | 'number' | 'moment' | 'list' | 'document';
/** In the usage, what is typed for it. */
const SHOWN: Partial<Record<Kind, string>> = { moment: 'DAY', number: 'N', document: 'FILE|URL' };
export type Field = { name: string; option: string; kind: Kind; isNeeded: boolean; oneOf: string[] };

export function optionFieldsOf({ operation, fields }: Pick<Exposed, 'operation' | 'fields'>): Field[] {
  const { shape } = operation.input as z.ZodObject;
  return Object.entries(shape)
    .filter(([name]) => !LEFT_OUT.includes(name) && (fields?.includes(name) ?? true))
    .map(([name, schema]) => {
      const isNeeded = !(schema as z.ZodType).safeParse(undefined).success;
      return { name, option: optionName(name), isNeeded, ...kindOf(name, schema as z.ZodType) };
    });
}

/** `groupIds` becomes `groups`, `endsAt` becomes `ends-at`. */
const optionName = (name: string): string =>
  name
    .replace(/Ids?$/, (end) => (end === 'Ids' ? 's' : ''))
    .replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);

function kindOf(name: string, schema: z.ZodType): { kind: Kind; oneOf: string[] } {
  let inner = schema;
  while (
    inner instanceof z.ZodOptional ||
    inner instanceof z.ZodDefault ||
    inner instanceof z.ZodNullable ||
    (inner instanceof z.ZodPipe && inner.in instanceof z.ZodArray)
  )
    inner = (inner instanceof z.ZodPipe ? inner.in : inner.unwrap()) as z.ZodType;
  const as = (kind: Kind, oneOf: string[] = []) => ({ kind, oneOf });
  if (name === 'document') return as('document');
  if (inner instanceof z.ZodBoolean) return as('switch');
  if (inner instanceof z.ZodNumber) return as('number');
  if (inner instanceof z.ZodDate) return as('moment');
  if (inner instanceof z.ZodArray) return as('list');
  if (inner instanceof z.ZodEnum) return as('text', inner.options.map(String));
  if (
    inner instanceof z.ZodString ||
    inner instanceof z.ZodStringFormat ||
    inner instanceof z.ZodUnion ||
    inner instanceof z.ZodPipe
  )
    return as('text');
  throw new Error(`the console has no option for the field ${name}`);
}

export function optionsOf(
  fields: Field[],
): Record<string, { type: 'string' | 'boolean'; multiple?: boolean }> {
  return Object.fromEntries(
    fields.map(({ option, kind }) => [
      option,
      kind === 'switch' ? { type: 'boolean' } : { type: 'string', multiple: kind === 'list' },
    ]),
  );
}

type Values = Record<string, string | boolean | (string | boolean)[] | undefined>;

/** Makes the input from arguments. `positional` are the fields that `words` fill in order. Throws a `UsageError`. */
export function inputOf(
  fields: Field[],
  positional: readonly string[],
  words: string[],
  values: Values,
): Record<string, unknown> {
  const tooMany = words[positional.length];
  if (tooMany !== undefined)
    throw new UsageError(`"${tooMany}" is one word too many. Put quotes around words that belong together.`);
  const input: Record<string, unknown> = {};
  for (const field of fields) {
    const place = positional.indexOf(field.name);
    const word = place >= 0 ? words[place] : undefined;
    const value = values[field.option];
    if (word !== undefined && value !== undefined) throw new UsageError(`--${field.option} is given twice.`);
    const given = word ?? value;
    if (given === undefined && field.isNeeded) throw new UsageError(`--${field.option} is missing.`);
    if (given !== undefined) input[field.name] = typedValue(field, given);
  }
  return input;
}

function typedValue({ option, kind, oneOf }: Field, given: NonNullable<Values[string]>): unknown {
  if (kind === 'number') {
    if (!/^\d{1,9}$/.test(String(given))) throw new UsageError(`--${option} is a number.`);
    return Number(given);
  }
  if (kind === 'document') return readDocumentAt(option, String(given));
  if (kind === 'moment') return readMoment(option, String(given), option === 'to');
  // `--groups ""` means no group.
  if (kind === 'list')
    return (Array.isArray(given) ? given : [given])
      .flatMap((one) => String(one).split(','))
      .map((one) => one.trim())
      .filter((one) => one !== '');
  if (oneOf.length > 0 && !oneOf.includes(String(given)))
    throw new UsageError(`--${option} is one of ${oneOf.join(', ')}.`);
  return given;
}

/** A file, or a link that the server follows. `--document ""` means none. */
function readDocumentAt(option: string, at: string): { text: string } | { link: string } | null {
  if (at === '') return null;
  if (/^https?:/i.test(at)) return { link: at };
  try {
    return { text: readFileSync(at, 'utf8') };
  } catch {
    throw new UsageError(`--${option}: the file ${at} can't be read.`);
  }
}

/** Such as `accounts/block (block) ACCOUNT [--message TEXT] [--no-tell-developer]`. */
export function usageOf(exposed: Exposed): string {
  const { operation, alias, positional } = exposed;
  const options = optionFieldsOf(exposed).filter(
    ({ name }) => name !== 'reason' || operation.effect !== 'change',
  );
  const placeOf = (name: string) =>
    positional.includes(name) ? positional.indexOf(name) : positional.length;
  const parts = options
    .toSorted((a, b) => placeOf(a.name) - placeOf(b.name))
    .map(({ name, option, kind, isNeeded, oneOf }) => {
      if (positional.includes(name)) return isNeeded ? option.toUpperCase() : `[${option.toUpperCase()}]`;
      const value = oneOf.length > 0 ? oneOf.join('|') : (SHOWN[kind] ?? 'TEXT');
      const text = kind === 'switch' ? `--[no-]${option}` : `--${option} ${value}`;
      return isNeeded ? text : `[${text}]`;
    });
  return [operation.operation, ...(alias ? [`(${alias})`] : []), ...parts].join(' ');
}
