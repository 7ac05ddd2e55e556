// What a route of the management API is, and how an address finds its own.
import type { Context } from '../operations/frame/context.ts';
import type { Address } from './address.ts';
import type { Query } from './query.ts';

export type Call = {
  context: Context;
  address: Address;
  /** The parts of the path that a route names, decoded. */
  params: Readonly<Record<string, string>>;
  query: Query;
  /** The JSON object that was sent; null for none. */
  body: Record<string, unknown> | null;
  ifMatch: string | null;
  publicUrl: string;
};

export type Answer = {
  status: 200 | 201 | 202 | 204 | 404;
  body?: unknown;
  version?: number;
  headers?: Record<string, string>;
};

type Method = 'GET' | 'HEAD' | 'PUT' | 'PATCH' | 'POST' | 'DELETE';

export type Route = {
  method: Method;
  /** Below the service: `users/{userId}`. */
  path: string;
  /** Azure's name of it: `User_Get`. */
  operation: string;
  run(call: Call): Promise<Answer>;
  /** What a property is called that the operation calls otherwise. */
  names?: Readonly<Record<string, string>>;
};

/** A GET is answered to HEAD as well, which Azure calls by a name of its own. */
export const read = (operation: string, path: string, run: Route['run'], headOperation?: string): Route[] => [
  { method: 'GET', operation, path, run },
  ...(headOperation ? [{ method: 'HEAD' as const, operation: headOperation, path, run }] : []),
];

export const named = (names: Readonly<Record<string, string>>, routes: readonly Route[]): Route[] =>
  routes.map((route) => ({ ...route, names }));

export type Matched = { route: Route; params: Record<string, string> };

/** The route of a path and method; the methods that the path takes when the method is none of them. */
export function findRoute(
  routes: readonly Route[],
  method: string,
  segments: readonly string[],
): Matched | { allow: string[] } | null {
  const fitting = routes.flatMap((route) => {
    const params = paramsOf(route.path.split('/'), segments);
    return params ? [{ route, params }] : [];
  });
  if (fitting.length === 0) return null;
  return (
    fitting.find(({ route }) => route.method === method) ?? {
      allow: [...new Set(fitting.map(({ route }) => route.method))].sort(),
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
