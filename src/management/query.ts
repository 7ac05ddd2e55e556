// The query of a request's address.
import { ManagementError, validationError } from './management-error.ts';

/** Names ignore case. */
export type Query = {
  text(name: string): string | undefined;
  flag(name: string): boolean | undefined;
  number(name: string): number | undefined;
};

/**
 * Errors: `ValidationError` for a name that is given twice with different values. An SDK of Azure repeats a list's
 * parameters beside those in the link to the next page.
 */
export function readQuery(params: URLSearchParams): Query {
  const values = new Map<string, string>();
  for (const [name, value] of params) {
    const key = name.toLowerCase();
    if ((values.get(key) ?? value) !== value)
      throw validationError({ [name.slice(0, 40)]: 'is given twice' });
    values.set(key, value);
  }
  const text = (name: string) => values.get(name.toLowerCase());
  return {
    text,
    flag(name) {
      const value = text(name)?.toLowerCase();
      if (value === undefined || value === 'true' || value === 'false')
        return value === undefined ? undefined : value === 'true';
      throw validationError({ [name]: 'must be true or false' });
    },
    number(name) {
      const value = text(name);
      if (value === undefined) return undefined;
      if (!/^-?\d{1,10}$/.test(value)) throw validationError({ [name]: 'must be a whole number' });
      return Number(value);
    },
  };
}

const OLDEST = '2021-08-01';

/** Accepts every version since the oldest; all get the answers of 2024-05-01. Errors: 400. */
export function demandApiVersion(query: Query, oldest = OLDEST): void {
  const version = query.text('api-version');
  if (version === undefined)
    throw new ManagementError(
      400,
      'MissingApiVersionParameter',
      'Add the query parameter api-version: ?api-version=2024-05-01.',
    );
  if (!/^\d{4}-\d{2}-\d{2}(-preview)?$/.test(version) || version < oldest)
    throw new ManagementError(
      400,
      'InvalidApiVersionParameter',
      `This api-version isn't supported. Use 2024-05-01, or another one since ${oldest}.`,
    );
}
