// The routes of the management API: what one is, and which one a request is for.
import type { Context } from '../operations/frame/context.ts';
import type { Operation } from '../operations/frame/operation.ts';
import type { Address, Place } from './address.ts';
import type { Preconditions } from './if-match.ts';
import type { Query } from './query.ts';

export type ManagementRequest = {
  context: Context;
  address: Address;
  /** Decoded parts of the path, by the names that the route gives them. */
  params: Readonly<Record<string, string>>;
  query: Query;
  /** The JSON object in the body; null for none. */
  body: Record<string, unknown> | null;
  ifMatch: string | null;
  ifNoneMatch: string | null;
  preconditions: Preconditions;
  publicUrl: string;
  place: Place;
};

export type ManagementResponse = {
  status: 200 | 201 | 202 | 204 | 404;
  body?: unknown;
  version?: number;
  headers?: Record<string, string>;
};

/** What a request that changes something tries to do: a refusal that no operation recorded is recorded as this one. */
type Change = {
  method: 'PUT' | 'PATCH' | 'POST' | 'DELETE';
  attempts: Pick<Operation<never, unknown>, 'attempt'>;
};

type Read = {
  method: 'GET' | 'HEAD';
  attempts?: never;
  /** What changes it, for a client that tries to: a sentence. */
  changedBy?: string;
};

export type Route = (Read | Change) & {
  /** Below the service, such as `users/{userId}`; empty for the service itself. */
  path: string;
  /** Azure's name, such as `User_Get`. */
  operation: string;
  run(request: ManagementRequest): Promise<ManagementResponse>;
  /** Azure's names of the operation's fields, where they differ. */
  names?: Readonly<Record<string, string>>;
  /** The oldest api-version that it takes; the service's own unless given. */
  oldestVersion?: string;
};

/** A GET, and with `headOperation` the HEAD that Azure has a name of its own for. */
export const readRoutes = (
  operation: string,
  path: string,
  run: Route['run'],
  headOperation?: string,
): Route[] => [
  { method: 'GET', operation, path, run },
  ...(headOperation ? [{ method: 'HEAD' as const, operation: headOperation, path, run }] : []),
];

/** The routes of a path that change something, by method: Azure's name, what they try to do, and how they do it. */
export const changeRoutes = (
  path: string,
  changes: Partial<Record<Change['method'], readonly [string, Change['attempts'], Route['run']]>>,
): Route[] =>
  Object.entries(changes).map(([method, [operation, attempts, run]]) => ({
    method: method as Change['method'],
    path,
    operation,
    attempts,
    run,
  }));

export const withAzureNames = (names: Readonly<Record<string, string>>, routes: readonly Route[]): Route[] =>
  routes.map((route) => ({ ...route, names }));

/** A resource in Azure's form. Its version becomes the ETag. */
export const resourceResponse = (
  body: unknown,
  { version }: { version: number },
  status: 200 | 201 = 200,
): ManagementResponse => ({ status, body, version });

export type MatchedRoute = { route: Route; params: Record<string, string> };
/** For a method that the path doesn't take: those that it takes, and what to do instead. */
type OtherMethods = { allow: string[]; words?: string | undefined };
export type FoundRoute = MatchedRoute | OtherMethods;

/** The route of a path and method. Null for an unknown path. */
export function findRoute(
  routes: readonly Route[],
  method: string,
  segments: readonly string[],
): FoundRoute | null {
  const fitting = routes.flatMap((route) => {
    const params = paramsOf(route.path === '' ? [] : route.path.split('/'), segments);
    return params ? [{ route, params }] : [];
  });
  if (fitting.length === 0) return null;
  return (
    fitting.find(({ route }) => route.method === method) ?? {
      allow: [...new Set(fitting.map(({ route }) => route.method))].sort(),
      words: fitting.map(({ route }) => (route.attempts ? undefined : route.changedBy)).find(Boolean),
    }
  );
}

/** Azure compares the fixed words without case. */
function paramsOf(pattern: readonly string[], segments: readonly string[]): Record<string, string> | null {
  if (pattern.length !== segments.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? '';
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name) params[name] = segment;
    else if (part.toLowerCase() !== segment.toLowerCase()) return null;
  }
  return params;
}
