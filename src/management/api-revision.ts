// `orders;rev=1` is revision 1 of the API `orders`: Azure's clients write the revision behind the name.
import { ManagementError, validationError } from './management-error.ts';
import type { ManagementResponse } from './route.ts';

/** An API has one revision here. */
export const REVISION = '1';
const SUFFIX = /;rev=([^;]*)$/i;

/** The API's id, and the revision that the name asks for. */
export function readApiName(name: string): { id: string; revision: string } {
  const [suffix, revision] = SUFFIX.exec(name) ?? ['', REVISION];
  return { id: name.slice(0, name.length - suffix.length), revision: revision ?? REVISION };
}

/**
 * The name to use for an API in paths. Until revisions were read, an id could end in `;rev=1`. Such an API is found by its id
 * and one more `;rev=1`, so that programs can follow the ids in answers.
 */
export const apiNameOf = (id: string): string => (SUFFIX.test(id) ? `${id};rev=${REVISION}` : id);

/** The id of an API that a property names. Errors: `ValidationError` for a revision that isn't there. */
export function demandApiId(name: string, property: string): string {
  const { id, revision } = readApiName(name);
  if (revision === REVISION) return id;
  throw validationError({
    [property]: `names revision “${revision.slice(0, 40)}” of an API, and each API has one revision here: ${REVISION}. Leave out “;rev=…”`,
  });
}

/**
 * The answer to a request about a revision that isn't there; null for the one that is. Errors: 404 for reads, 400 for changes.
 * A deletion has nothing to do.
 */
export function answerMissingRevision(method: string, name: string): ManagementResponse | null {
  const { id, revision } = readApiName(name);
  if (revision === REVISION) return null;
  if (method === 'DELETE') return { status: 204 };
  if (method !== 'GET' && method !== 'HEAD') demandApiId(name, 'apiId');
  const named = `Revision “${revision.slice(0, 40)}” of API ${id.slice(0, 80)}`;
  throw new ManagementError(
    404,
    'ResourceNotFound',
    `${named} not found. Each API has one revision here: ${REVISION}.`,
  );
}
