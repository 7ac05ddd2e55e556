// What an API's audit rows say.
import { isDeepStrictEqual } from 'node:util';
import type { Api } from '../../db/catalog/apis.ts';

type Values = Readonly<Record<string, unknown>>;

export const valuesOf = ({ name, path, keyHeader, keyQuery, documentHash, properties }: Api): Values => ({
  ...properties,
  name,
  path,
  keyHeader,
  keyQuery,
  documentHash,
});

/** Name and path, and of the rest what differs. */
export function changesBetween(before: Values, after: Values): { before: Values; after: Values } {
  const names = Object.keys({ ...before, ...after }).filter(
    (name) =>
      ['name', 'path'].includes(name) || !isDeepStrictEqual(before[name] ?? null, after[name] ?? null),
  );
  const pick = (values: Values) => Object.fromEntries(names.map((name) => [name, values[name] ?? null]));
  return { before: pick(before), after: pick(after) };
}
