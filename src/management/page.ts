// Lists in pages: `{ value, count, nextLink }`.
import { type FilterFields, readFilter } from './filter.ts';
import { FOREIGN_SKIPTOKEN, validationError } from './management-error.ts';
import type { ManagementRequest, ManagementResponse } from './route.ts';

const ROWS_A_PAGE = 100;

/** The parameters that every list takes. `fields` are those of its `$filter`. */
export function pageOf<Field extends string>({ query }: ManagementRequest, fields: FilterFields<Field>) {
  const filter = query.text('$filter');
  const skip = query.number('$skip');
  return {
    ...(filter ? { filter: readFilter(filter, fields) } : {}),
    limit: query.number('$top') ?? ROWS_A_PAGE,
    ...(skip === undefined ? {} : { skip }),
    isCounted: true,
  };
}

/** Where the page begins, from the token in the former page's link. Errors: `ValidationError`. */
export function cursorOf<Cursor>({ query }: ManagementRequest): { after?: Cursor } {
  const token = query.text('$skiptoken');
  if (token === undefined) return {};
  try {
    return { after: JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as Cursor };
  } catch {
    throw validationError(Object.fromEntries([FOREIGN_SKIPTOKEN]));
  }
}

/** Of the report on activity, which Azure doesn't have. */
export const ACTIVITY_PARAMETERS = ['state', 'idle', 'lastCall', 'lastSignIn', 'sort'] as const;

const CARRIED = [
  ...['api-version', '$filter', '$top', '$orderby', 'interval', 'expandGroups', 'expandApis'],
  ...['neverSignedIn', ...ACTIVITY_PARAMETERS],
];

/** Without a page, `value` is all that there is. */
export function listResponse(
  request: ManagementRequest,
  value: unknown[],
  { count, next }: { count?: number; next: unknown } = { count: value.length, next: null },
): ManagementResponse {
  return { status: 200, body: { value, count, nextLink: next === null ? '' : nextLink(request, next) } };
}

function nextLink({ query, address, publicUrl }: ManagementRequest, next: unknown): string {
  const path = [address.base, ...address.segments.map(encodeURIComponent)].join('/');
  const link = new URL(`${publicUrl}${path}`);
  for (const name of CARRIED) {
    const value = query.text(name);
    if (value !== undefined) link.searchParams.set(name, value);
  }
  link.searchParams.set('$skiptoken', Buffer.from(JSON.stringify(next)).toString('base64url'));
  return link.href;
}
