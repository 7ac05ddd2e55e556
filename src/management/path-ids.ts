// The ids in a path may have any case. Before a route runs they become those of their resources, as they were first written.
import { DomainError, refusalKindOf } from '../domain/domain-error.ts';
import { resolveResources } from '../operations/resources/resolve.ts';
import type { ManagementRequest, ManagementResponse, Route } from './route.ts';

type Params = ManagementRequest['params'];
type Ids = Awaited<ReturnType<typeof resolveResources>>;

/** The parameters of paths with the id of a resource, and what operations call it. */
const KINDS = {
  userId: 'accountId',
  groupId: 'groupId',
  apiId: 'apiId',
  productId: 'productId',
  sid: 'subscriptionId',
} as const;

/**
 * Runs a route. A read looks its ids up only when it finds nothing by them as they were written, which is seldom. A route
 * finds the user of its path itself, by the id for programs.
 */
export function runRoute(route: Route, request: ManagementRequest): Promise<ManagementResponse> {
  if (!route.attempts) return read(route, request);
  const { userId: accountId, sid: subscriptionId, templateName: template, ...ids } = request.params;
  const target = { accountId, subscriptionId, template, ...ids };
  return route.attempts.attempt(request.context, target, (context) =>
    change(route, { ...request, context }, (found) => Object.assign(target, found)),
  );
}

async function read(route: Route, request: ManagementRequest): Promise<ManagementResponse> {
  const tried = await Promise.allSettled([route.run(request)]);
  const [outcome] = tried;
  const isMissing =
    outcome.status === 'fulfilled' ? outcome.value.status === 404 : isMissingError(outcome.reason);
  const params = isMissing ? withIds(request.params, await findIds(request)) : request.params;
  if (params !== request.params) return route.run({ ...request, params });
  if (outcome.status === 'rejected') throw outcome.reason;
  return outcome.value;
}

const isMissingError = (error: unknown): boolean =>
  error instanceof DomainError && error.code.endsWith('_not_found');

/** `name` hears what the request is about, for the audit row of a refusal. */
async function change(
  route: Route,
  request: ManagementRequest,
  name: (found: Partial<Ids>) => void,
): Promise<ManagementResponse> {
  const found = await findIds(request);
  name(found);
  const params = withIds(request.params, found);
  try {
    return await repeatWhileOvertaken(request, () => route.run({ ...request, params }));
  } catch (error) {
    // Another PUT may have made it at the same moment, with its id in another case.
    const again =
      error instanceof DomainError && route.method === 'PUT'
        ? withIds(params, await findIds({ ...request, params }))
        : params;
    if (again === params) throw error;
    return route.run({ ...request, params: again });
  }
}

/** Clients make many changes at once. */
const MAX_TRIES = 10;

/** A change that names no version is meant for any, so one that another change overtakes is tried again. */
async function repeatWhileOvertaken<Result>(
  { ifMatch }: ManagementRequest,
  attempt: () => Promise<Result>,
): Promise<Result> {
  const isForAny = ifMatch === null || ifMatch.trim() === '*';
  for (let tries = 1; ; tries += 1)
    try {
      return await attempt();
    } catch (error) {
      const isOvertaken = error instanceof DomainError && refusalKindOf(error.code) === 'stale';
      if (!isOvertaken || !isForAny || tries >= MAX_TRIES) throw error;
    }
}

async function findIds({ context, params }: ManagementRequest): Promise<Partial<Ids>> {
  const written = Object.entries(KINDS).flatMap(([param, field]) =>
    params[param] === undefined ? [] : [[field, params[param]]],
  );
  if (written.length === 0) return {};
  const found = await resolveResources(context, Object.fromEntries(written));
  return Object.fromEntries(Object.entries(found).filter(([, id]) => id !== null));
}

/** The same object when nothing differs. */
function withIds(params: Params, { accountId: _, ...found }: Partial<Ids>): Params {
  const differing = Object.entries(KINDS).flatMap(([param, field]) => {
    const id = (found as Partial<Ids>)[field];
    return id && id !== params[param] ? [[param, id]] : [];
  });
  return differing.length === 0 ? params : { ...params, ...Object.fromEntries(differing) };
}
