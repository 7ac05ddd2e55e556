// Reads and checks a document, in a thread of its own (worker.ts): it may take seconds, and calls must not wait for that.
import { Validator } from '@seriousme/openapi-schema-validator';
import { parseDocument } from 'yaml';
import { type ApiDocument, type DocumentFaults, readApiDocument } from '../domain/api-document.ts';
import { valueAt } from '../domain/api-schema.ts';
import { cutWords } from '../domain/plain-words.ts';

/** `json`: the whole document. */
export type CheckedDocument = ApiDocument & { json: string };
export type DocumentCheck = CheckedDocument | { faults: DocumentFaults };

/** Of objects and lists within each other. */
const MAX_DEPTH = 100;
/** An alias of YAML repeats what it stands for, so a small text can have any number of values. */
const MAX_VALUES = 1_000_000;
/** Of all names and texts, for the same reason. */
const MAX_TEXT_MB = 16;
/** By Postgres: NUL and halves of characters. */
const NOT_KEPT = /[\0\p{Surrogate}]/u;
const MAX_FAULTS = 5;
const MAX_FAULT_LENGTH = 200;

/** Errors by their place in the document; `document` where there is no place. */
export async function checkDocument(text: string): Promise<DocumentCheck> {
  const read = readText(text);
  if ('faults' in read) return read;
  const { document } = read;
  const faults =
    faultsOfVersion(document) ??
    faultsOfSize(document) ??
    (await faultsOfForm(document)) ??
    faultsOfReferences(document);
  if (faults) return { faults };
  const found = readApiDocument(document);
  return 'faults' in found ? found : { ...found, json: JSON.stringify(document) };
}

function readText(text: string): { document: Record<string, unknown> } | { faults: DocumentFaults } {
  const value = text.trimStart().startsWith('{') ? readJson(text) : readYaml(text);
  if ('fault' in value) return { faults: { document: value.fault } };
  const { document } = value;
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    return { faults: { document: 'must be an object in JSON or YAML' } };
  return { document: document as Record<string, unknown> };
}

type Read = { document: unknown } | { fault: string };

function readJson(text: string): Read {
  try {
    return { document: JSON.parse(text.trim()) };
  } catch {
    // YAML has braces too, and its reader names the line of what is wrong.
    return readYaml(text);
  }
}

function readYaml(text: string): Read {
  const parsed = parseDocument(text, { prettyErrors: true, stringKeys: true });
  const [error] = parsed.errors;
  // Its first line names the line and column; what follows repeats the text.
  if (error) return { fault: `can't be read: ${firstLine(error.message)}` };
  try {
    return { document: parsed.toJS({ maxAliasCount: 1_000 }) };
  } catch (problem) {
    return { fault: `can't be read: ${firstLine(problem instanceof Error ? problem.message : '')}` };
  }
}

const firstLine = (text: string): string =>
  cutWords((text.split('\n')[0] ?? '').replace(/:$/, ''), MAX_FAULT_LENGTH);

function faultsOfVersion({ openapi, swagger }: Record<string, unknown>): DocumentFaults | null {
  if (typeof openapi === 'string' && /^3\.[01]\.\d+$/.test(openapi)) return null;
  if (swagger !== undefined)
    return {
      swagger:
        'is an older form. Convert the document to OpenAPI 3 first, for example with npx swagger2openapi',
    };
  return {
    openapi:
      openapi === undefined ? 'is missing: it says the version, 3.0.x or 3.1.x' : 'must be 3.0.x or 3.1.x',
  };
}

/** Without recursion, which a deep document would end. */
function faultsOfSize(document: object): DocumentFaults | null {
  const waiting: { value: object; depth: number }[] = [{ value: document, depth: 1 }];
  let count = 0;
  let length = 0;
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value, depth } = next;
    if (depth > MAX_DEPTH) return { document: `has more than ${MAX_DEPTH} objects within each other` };
    for (const [name, part] of Object.entries(value)) {
      count += 1;
      if (NOT_KEPT.test(name) || (typeof part === 'string' && NOT_KEPT.test(part)))
        return { document: 'has a text with a character that can’t be kept, such as NUL' };
      length += (Array.isArray(value) ? 0 : name.length) + (typeof part === 'string' ? part.length : 0);
      if (length > MAX_TEXT_MB * 1_024 * 1_024)
        return { document: `has more than ${MAX_TEXT_MB} MB of text` };
      if (count > MAX_VALUES) return { document: `has more than ${MAX_VALUES.toLocaleString('en')} values` };
      if (typeof part === 'object' && part !== null) waiting.push({ value: part, depth: depth + 1 });
    }
  }
  return null;
}

type SchemaError = {
  instancePath: string;
  keyword: string;
  message?: string;
  params?: Record<string, unknown>;
};
/** They repeat what the errors below them say. */
const OF_GROUPS = ['oneOf', 'anyOf', 'allOf', 'if', 'not', 'unevaluatedProperties', 'dependentSchemas'];

const validator = new Validator();

/** It is given the object: a text it would take for the name of a file. */
async function faultsOfForm(document: Record<string, unknown>): Promise<DocumentFaults | null> {
  const { valid, errors } = await validator.validate(document);
  // Its own check of references knows neither circles nor other files; ours follows.
  if (valid || !Array.isArray(errors) || errors.length === 0) return null;
  const all = errors as SchemaError[];
  const own = all.filter(({ keyword }) => !OF_GROUPS.includes(keyword));
  const faults = (own.length > 0 ? own : all)
    // Of the forms that a part may have, the one that was meant has its errors deepest.
    .sort((a, b) => b.instancePath.split('/').length - a.instancePath.split('/').length)
    .map((error) => [placeOf(error.instancePath), faultOf(error)] as const);
  return faults.length > 0 ? Object.fromEntries(faults.slice(0, MAX_FAULTS)) : null;
}

const placeOf = (pointer: string): string =>
  cutWords(
    pointer
      .split('/')
      .slice(1)
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
      .join('.') || 'document',
    MAX_FAULT_LENGTH,
  );

function faultOf({ message = 'has another form', keyword, params = {} }: SchemaError): string {
  if (keyword === 'required') return `has no ${String(params.missingProperty)}, which it needs`;
  if (keyword === 'additionalProperties')
    return `has the property ${cutWords(String(params.additionalProperty), 60)}, which OpenAPI doesn't know here`;
  if (keyword === 'enum') return `must be one of ${String(params.allowedValues)}`;
  return cutWords(message, MAX_FAULT_LENGTH);
}

/** Parts where a `$ref` is no reference but a value. */
const VALUES = ['example', 'examples', 'default', 'enum', 'const', 'mapping'];

/** Every reference must lead to a part of the document itself: other files and addresses are never read. */
function faultsOfReferences(document: object): DocumentFaults | null {
  const waiting: { value: object; path: string }[] = [{ value: document, path: '' }];
  const seen = new Set<object>();
  const faults: [string, string][] = [];
  for (let next = waiting.pop(); next && faults.length < MAX_FAULTS; next = waiting.pop()) {
    const { value, path } = next;
    if (seen.has(value)) continue;
    seen.add(value);
    const reference = (value as { $ref?: unknown }).$ref;
    const fault = typeof reference === 'string' ? faultOfReference(document, reference) : null;
    if (fault) faults.push([cutWords(path || 'document', MAX_FAULT_LENGTH), fault]);
    for (const [name, part] of Object.entries(value)) {
      if (typeof part !== 'object' || part === null || VALUES.includes(name) || name.startsWith('x-'))
        continue;
      waiting.push({ value: part, path: path === '' ? name : `${path}.${name}` });
    }
  }
  return faults.length > 0 ? Object.fromEntries(faults) : null;
}

function faultOfReference(document: object, reference: string): string | null {
  const shown = cutWords(reference, 80);
  if (!reference.startsWith('#'))
    return `refers to another file, ${shown}. Put all into one document first, for example with npx @redocly/cli bundle`;
  return valueAt(document, reference) === undefined
    ? `refers to ${shown}, which isn't in the document`
    : null;
}
