// The properties in a request's body: `{ "properties": { … } }`.
import { z } from 'zod';
import { validationError } from './management-error.ts';
import type { ManagementRequest } from './route.ts';

/** For read-only properties: a client may send back what it has read. */
export const ignored = z.unknown().optional();
/** Kept as it is written. Blank counts as empty. */
export const text = z
  .string('must be a string')
  .overwrite((words) => (words.trim() === '' ? '' : words))
  .optional();
/** A name that people see: it is kept without the white space around it. */
export const label = z.string('must be a string').trim().optional();
export const flag = z.boolean('must be true or false').optional();

const ALTERNATIVES = new Intl.ListFormat('en', { type: 'disjunction' });

/** One of Azure's words, in any case: clients send `"Active"` and `"Custom"`. `more` continues the message. */
export const choice = <const Word extends string>(words: readonly Word[], more = '') =>
  word(words, more).optional();

export function word<const Word extends string>(words: readonly Word[], more = '') {
  const inOurCase = (value: unknown) =>
    words.find((word) => word.toLowerCase() === (typeof value === 'string' ? value.toLowerCase() : value)) ??
    value;
  return z.preprocess(inOurCase, z.enum(words, `must be ${ALTERNATIVES.format(words)}${more}`));
}

export const appType = choice(['portal', 'developerPortal']);

/** Errors: `ValidationError` that names each of the properties that is missing or empty. */
export function demandProperties<Name extends string>(
  properties: Readonly<Partial<Record<Name, unknown>>>,
  names: readonly Name[],
): void {
  const missing = names.filter((name) => !properties[name]);
  if (missing.length > 0)
    throw validationError(Object.fromEntries(missing.map((name) => [name, 'is needed'])));
}

/** Under our spelling of each name: Azure ignores case there too. Without nulls, but for a property that may be null. */
function inOurSpelling(properties: object, shape: z.core.$ZodShape): Record<string, unknown> {
  const given = new Map<string, unknown>();
  for (const [written, value] of Object.entries(properties)) {
    const name = Object.keys(shape).find((one) => one.toLowerCase() === written.toLowerCase()) ?? written;
    if (given.has(name)) throw validationError({ [name]: 'is given twice' });
    const isCleared = value === null && shape[name] instanceof z.ZodNullable;
    if (value !== null || isCleared) given.set(name, withoutNulls(value));
  }
  return Object.fromEntries(given);
}

/** Beside `properties` clients send what they have read: `id`, `name`, `type`. Errors: a property of `shape` instead of them. */
function demandInside(body: ManagementRequest['body'], shape: z.ZodRawShape): void {
  const outside = Object.keys(body ?? {}).find((name) => Object.hasOwn(shape, name));
  if (outside && body && !('properties' in body))
    throw validationError({ [outside]: 'must be inside properties: { "properties": { … } }' });
}

/**
 * Names ignore case, and null counts as absent, also within a property; where a shape is `nullable()`, it clears. Errors: `ValidationError` that names each property
 * that is unknown, given twice or of the wrong type.
 */
export function readProperties<Shape extends z.ZodRawShape>(
  { body }: ManagementRequest,
  shape: Shape,
): z.output<z.ZodObject<Shape>> {
  demandInside(body, shape);
  // Azure's SDK sends {} for an update without changes.
  const properties = body && !('properties' in body) ? {} : body?.properties;
  if (typeof properties !== 'object' || properties === null || Array.isArray(properties))
    throw validationError({ properties: 'must be an object: { "properties": { … } }' });
  const given = inOurSpelling(properties, shape);
  const parsed = z.strictObject(shape).safeParse(given);
  if (parsed.success) return parsed.data as z.output<z.ZodObject<Shape>>;
  // A map, because a client may send a property that every object has, such as `constructor`.
  const faults = new Map<string, string>();
  const note = (names: readonly string[], fault: string) => {
    const name = names.join('.');
    if (!faults.has(name)) faults.set(name, fault);
  };
  for (const issue of parsed.error.issues) {
    const names = issue.path.map(String);
    // The elements of a list have no names.
    const element = names.findIndex((name) => /^\d+$/.test(name));
    const within = element < 0 ? names : names.slice(0, element);
    if (issue.code === 'unrecognized_keys')
      for (const key of issue.keys.slice(0, 20)) note([...within, key.slice(0, 80)], 'is not supported');
    else note(within, issue.message);
  }
  throw validationError(Object.fromEntries(faults));
}

/** No property has more objects within each other than this. */
const MAX_DEPTH = 4;

function withoutNulls(value: unknown, depth = 1): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || depth > MAX_DEPTH) return value;
  const parts = Object.entries(value).filter(([, part]) => part !== null);
  return Object.fromEntries(parts.map(([name, part]) => [name, withoutNulls(part, depth + 1)]));
}
