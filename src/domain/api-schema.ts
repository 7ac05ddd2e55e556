// The schemas of an OpenAPI document in a short form: the type in a few words, and the fields of an object as one flat list.
// Schemas refer to each other, also in circles, so everything here has a depth and an end.
import type { Content, Field } from './api-document.ts';
import { cutWords, plainLine } from './plain-words.ts';

export type Values = Readonly<Record<string, unknown>>;

export const valuesIn = (value: unknown): Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Values) : {};
export const listIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const MAX_HOPS = 20;
/** Of one endpoint. Beyond it every schema is an empty one, because schemas that refer to each other can branch without end. */
const MAX_VISITS = 5_000;
const MAX_DEPTH = 4;
const MAX_FIELDS = 60;
const MAX_CONTENTS = 3;
const MAX_TYPE_LENGTH = 120;
const MAX_NAME_LENGTH = 120;
const MAX_TEXT_LENGTH = 200;
const MAX_SAMPLE_LENGTH = 1_500;
const MAX_SAMPLE_FIELDS = 20;
/** What a field weighs in HTML beside its words. */
const FRAME_BYTES = 110;

/** A schema, and the names of those that lead to it. */
type Named = { schema: Values; name: string | null };

export type SchemaReader = {
  /** Follows a reference. An empty object for one that leads nowhere, or in a circle. */
  resolve(value: unknown): Values;
  named(value: unknown): Named;
  typeOf(schema: unknown): string;
  /** A value that the schema itself gives: an example, a default, its only value. */
  givenSample(schema: unknown): unknown;
  /** Whether a text still fits on the page. It counts from then on. */
  take(text: string): boolean;
};

/** `maxBytes`: what all texts may weigh together in HTML. */
export function createSchemaReader(document: object, maxBytes = Number.POSITIVE_INFINITY): SchemaReader {
  let bytes = 0;
  let visits = 0;
  const named = (value: unknown): Named => {
    visits += 1;
    if (visits > MAX_VISITS) return { schema: {}, name: null };
    let schema = valuesIn(value);
    let name: string | null = null;
    for (let hops = 0; typeof schema.$ref === 'string'; hops++) {
      if (hops === MAX_HOPS) return { schema: {}, name };
      name = cutWords(decodeURIComponentOrNot(schema.$ref.split('/').at(-1) ?? ''), 60);
      schema = valuesIn(valueAt(document, schema.$ref));
    }
    return { schema, name };
  };
  const reader: SchemaReader = {
    named,
    resolve: (value) => named(value).schema,
    typeOf: (schema) => cutWords(typeOf(reader, schema, 0), MAX_TYPE_LENGTH),
    givenSample: (schema) => givenSample(reader.resolve(schema)),
    take(text) {
      bytes += weightOf(text) + FRAME_BYTES;
      return bytes <= maxBytes;
    },
  };
  return reader;
}

/** Of a text in HTML and UTF-8, at most. */
const weightOf = (text: string): number =>
  text.length + 2 * (text.match(/[^\x20-\x7e]/g)?.length ?? 0) + 5 * (text.match(/[<>&"']/g)?.length ?? 0);

/** What `#/components/schemas/Order` leads to. */
export function valueAt(document: object, reference: string): unknown {
  if (reference === '#') return document;
  if (!reference.startsWith('#/')) return undefined;
  let value: unknown = document;
  for (const part of reference.slice(2).split('/')) {
    const name = decodeURIComponentOrNot(part).replaceAll('~1', '/').replaceAll('~0', '~');
    const inside: unknown = Array.isArray(value) ? value : valuesIn(value);
    if (!Object.hasOwn(inside as object, name)) return undefined;
    value = (inside as Record<string, unknown>)[name];
  }
  return value;
}

function decodeURIComponentOrNot(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** In 3.1 a type may be a list. */
const typesOf = (schema: Values): string[] =>
  (Array.isArray(schema.type) ? schema.type : [schema.type]).filter((one) => typeof one === 'string');

const variantsOf = (schema: Values): readonly unknown[] => [...listIn(schema.oneOf), ...listIn(schema.anyOf)];

function typeOf(reader: SchemaReader, written: unknown, depth: number): string {
  const { schema, name } = reader.named(written);
  const inner = (value: unknown) => (depth < MAX_DEPTH ? typeOf(reader, value, depth + 1) : '…');
  if (schema.const !== undefined) return literal(schema.const);
  const values = listIn(schema.enum);
  if (values.length > 0) return joined(values.map(literal));
  const orNull = schema.nullable === true ? ' | null' : '';
  const variants = variantsOf(schema);
  if (variants.length > 0 && (name === null || !isObject(schema)))
    return joined(variants.map(inner)) + orNull;
  const types = typesOf(schema);
  if (types.includes('array') || schema.items !== undefined) {
    const item = inner(schema.items);
    return `${item.includes(' | ') ? `(${item})` : item}[]${orNull}`;
  }
  if (isObject(schema)) return (name ?? 'object') + orNull;
  const parts = listIn(schema.allOf);
  if (parts.length === 1) return inner(parts[0]) + orNull;
  if (types.length === 0) return (name ?? 'any') + orNull;
  const format = typeof schema.format === 'string' ? ` <${cutWords(schema.format, 30)}>` : '';
  return `${types.join(' | ')}${format}${rangeOf(schema)}${orNull}`;
}

const isObject = (schema: Values): boolean =>
  typesOf(schema).includes('object') ||
  schema.properties !== undefined ||
  schema.additionalProperties !== undefined ||
  listIn(schema.allOf).length > 1;

const joined = (types: readonly string[]): string => [...new Set(types.slice(0, 12))].join(' | ');
const literal = (value: unknown): string => cutWords(JSON.stringify(value) ?? 'null', 40);

/** Such as ` 1…100` for a number, ` 3…20` characters, or ` ≤ 20`. */
function rangeOf(schema: Values): string {
  const number = (value: unknown) => (typeof value === 'number' ? value : undefined);
  const least = number(schema.minimum) ?? number(schema.minLength);
  const most = number(schema.maximum) ?? number(schema.maxLength);
  if (least !== undefined && most !== undefined) return ` ${least}…${most}`;
  if (most !== undefined) return ` ≤ ${most}`;
  return least === undefined || least === 0 ? '' : ` ≥ ${least}`;
}

/** What a body may be, by its media type. */
export function contentsOf(reader: SchemaReader, content: unknown, use: Use): Content[] {
  return Object.entries(valuesIn(content))
    .slice(0, MAX_CONTENTS)
    .map(([mediaType, media]) => {
      const { schema } = valuesIn(media);
      const fields: Field[] = [];
      const isWhole =
        schema === undefined || addFields(reader, fields, schema, { use, prefix: '', above: [] });
      const type = schema === undefined ? '' : reader.typeOf(schema);
      return { mediaType: cutWords(mediaType, 100), type, fields, isCut: !isWhole };
    });
}

type Use = 'request' | 'response';
/** A request has no fields that are only read, and a response none that are only written. */
const LEFT_OUT = { request: 'readOnly', response: 'writeOnly' } as const;

type Walk = { use: Use; prefix: string; above: readonly Values[] };

/** False when there are more fields than are listed. */
function addFields(reader: SchemaReader, fields: Field[], written: unknown, walk: Walk): boolean {
  const schema = reader.resolve(written);
  // A schema within itself is named by its type.
  if (walk.above.includes(schema) || walk.above.length > MAX_DEPTH * 3) return true;
  const inside = { ...walk, above: [...walk.above, schema] };
  const within = (value: unknown, prefix = walk.prefix) =>
    addFields(reader, fields, value, { ...inside, prefix });
  if (schema.items !== undefined)
    return depthOf(walk.prefix) >= MAX_DEPTH || within(schema.items, `${walk.prefix}[]`);
  const parts = [...listIn(schema.allOf), ...variantsOf(schema)];
  let isWhole = parts.every((part) => within(part));
  const required = listIn(schema.required);
  for (const [key, property] of Object.entries(valuesIn(schema.properties))) {
    if (reader.resolve(property)[LEFT_OUT[walk.use]] === true) continue;
    const name = `${walk.prefix}${walk.prefix ? '.' : ''}${cutWords(key, 60)}`;
    const field = {
      name: cutWords(name, MAX_NAME_LENGTH),
      type: reader.typeOf(property),
      isRequired: required.includes(key),
      text: plainLine(
        valuesIn(property).description ?? reader.resolve(property).description,
        MAX_TEXT_LENGTH,
      ),
    };
    if (fields.some((one) => one.name === field.name)) continue;
    if (fields.length >= MAX_FIELDS || !reader.take(`${field.name}${field.type}${field.text}`)) return false;
    fields.push(field);
    if (depthOf(name) < MAX_DEPTH) isWhole = within(property, name) && isWhole;
  }
  return isWhole;
}

const depthOf = (path: string): number => path.split(/\.|\[\]/).filter(Boolean).length;

function givenSample(schema: Values): unknown {
  return (
    schema.example ?? listIn(schema.examples)[0] ?? schema.default ?? schema.const ?? listIn(schema.enum)[0]
  );
}

const OF_FORMAT: Readonly<Record<string, string>> = {
  'date-time': '2026-01-31T12:00:00Z',
  date: '2026-01-31',
  time: '12:00:00Z',
  uuid: '0190a8e4-5a3c-7c3e-8d3e-2f1b5c9a7d10',
  email: 'ann@example.com',
  uri: 'https://example.com',
};

export const JSON_TYPE = /[/+]json\s*(;|$)/i;

/** A small body in JSON: the document's own example, or one made of the schema. Null for other media, and when it is long. */
export function sampleOf(reader: SchemaReader, content: unknown): string | null {
  const found = Object.entries(valuesIn(content)).find(([type]) => JSON_TYPE.test(type));
  if (!found) return null;
  const media = valuesIn(found[1]);
  const examples = Object.values(valuesIn(media.examples));
  const example = media.example ?? reader.resolve(examples[0]).value;
  const text = JSON.stringify(example ?? makeSample(reader, media.schema, []));
  return text === undefined || text.length > MAX_SAMPLE_LENGTH ? null : text;
}

function makeSample(reader: SchemaReader, written: unknown, above: readonly Values[]): unknown {
  const schema = reader.resolve(written);
  const given = givenSample(schema);
  if (given !== undefined) return given;
  if (above.includes(schema) || above.length > MAX_DEPTH) return undefined;
  const inside = (value: unknown) => makeSample(reader, value, [...above, schema]);
  const [type = schema.items === undefined ? undefined : 'array'] = typesOf(schema);
  if (type === 'array') {
    const item = inside(schema.items);
    return item === undefined ? [] : [item];
  }
  if (type === 'integer' || type === 'number') return typeof schema.minimum === 'number' ? schema.minimum : 1;
  if (type === 'boolean') return true;
  if (type === 'string') return OF_FORMAT[String(schema.format)] ?? 'string';
  const [variant] = variantsOf(schema);
  const parts = [...listIn(schema.allOf), ...(variant === undefined ? [] : [variant])].map(inside);
  if (parts.length > 0 && schema.properties === undefined && !parts.every(isPlainObject)) return parts[0];
  const entries = Object.entries(valuesIn(schema.properties))
    .filter(([, property]) => reader.resolve(property).readOnly !== true)
    .slice(0, MAX_SAMPLE_FIELDS)
    .map(([key, property]) => [key, inside(property)] as const)
    .filter(([, value]) => value !== undefined);
  const merged = parts.filter(isPlainObject).flatMap((part) => Object.entries(part));
  return isObject(schema) || merged.length > 0 ? Object.fromEntries([...merged, ...entries]) : undefined;
}

const isPlainObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
