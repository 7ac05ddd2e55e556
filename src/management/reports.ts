// Azure's reports: how many calls there were, by whom and when.
import type { ListFilter } from '../domain/list-filter.ts';
import { fullName } from '../domain/person-name.ts';
import { listAccounts } from '../operations/accounts/list.ts';
import { resolveResources } from '../operations/resources/resolve.ts';
import { reportUsage } from '../operations/usage/report.ts';
import { reportTimes } from '../operations/usage/report-times.ts';
import { reportInput } from '../operations/usage/reported-calls.ts';
import { apiNameOf } from './api-revision.ts';
import { dateField, readFilter, textField } from './filter.ts';
import { FOREIGN_SKIPTOKEN, validationError } from './management-error.ts';
import { ACTIVITY_PARAMETERS, cursorOf, listResponse } from './page.ts';
import {
  type ManagementRequest,
  type ManagementResponse,
  type Route,
  readRoutes,
  withAzureNames,
} from './route.ts';

export const REPORT_ROUTES: Route[] = withAzureNames({ from: '$filter', to: '$filter' }, [
  ...readRoutes('Reports_ListByApi', 'reports/byApi', (request) => report(request, 'api')),
  ...readRoutes('Reports_ListByUser', 'reports/byUser', (request) => report(request, 'account')),
  ...readRoutes('Reports_ListByProduct', 'reports/byProduct', (request) => report(request, 'product')),
  ...readRoutes('Reports_ListBySubscription', 'reports/bySubscription', (r) => report(r, 'subscription')),
  ...readRoutes('Reports_ListByTime', 'reports/byTime', listTimes),
  ...readRoutes('Reports_ListByActivity', 'reports/byActivity', listActivity),
  // What these tell apart, nothing here counts.
  ...readRoutes('Reports_ListByOperation', 'reports/byOperation', listNothing),
  ...readRoutes('Reports_ListByGeo', 'reports/byGeo', listNothing),
  ...readRoutes('Reports_ListByRequest', 'reports/byRequest', listRequests),
]);

type Thing = 'api' | 'account' | 'product' | 'subscription';
type Sums = { passed: number; blocked: number; failed: number };

const ROWS_A_PAGE = 100;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const withoutPath = (collection: string) => (text: string) => {
  const prefix = `/${collection}/`;
  return text.toLowerCase().startsWith(prefix) ? text.slice(prefix.length) : text;
};
const FILTER = {
  timestamp: dateField('timestamp'),
  userId: textField('accountId', withoutPath('users')),
  productId: textField('productId', withoutPath('products')),
  subscriptionId: textField('subscriptionId', withoutPath('subscriptions')),
  apiId: textField('apiId', withoutPath('apis')),
} as const;
type Field = 'timestamp' | 'accountId' | 'productId' | 'subscriptionId' | 'apiId';
type Compared = Extract<ListFilter<Field>, { kind: 'compare' }>;

/** The comparisons that a filter joins by `and`. Errors: `ValidationError`. */
function comparisonsIn({ query }: ManagementRequest): Compared[] {
  const text = query.text('$filter');
  if (!text) throw validationError({ $filter: 'must have the time: timestamp ge … and timestamp le …' });
  const filter = readFilter(text, FILTER);
  if ('unreadable' in filter) throw validationError({ $filter: filter.unreadable });
  const parts = filter.kind === 'and' ? filter.parts : [filter];
  return parts.map((part) => {
    const isTime = part.kind === 'compare' && part.field === 'timestamp';
    const operators = isTime ? ['ge', 'le'] : ['eq'];
    if (part.kind === 'compare' && operators.includes(part.operator)) return part;
    throw validationError({
      $filter: 'can have timestamp with ge and le, and ids with eq, joined by and',
    });
  });
}

/** The calls that a request asks for; null when an id in its filter has no row. */
async function callsOf(request: ManagementRequest) {
  const compared = comparisonsIn(request);
  const dates = (operator: string) =>
    compared.filter((one) => one.operator === operator).map(({ value }) => Number(value));
  const [from, to] = [Math.max(...dates('ge')), Math.min(...dates('le'))];
  if (!Number.isFinite(from) || !Number.isFinite(to))
    throw validationError({ $filter: 'must have the time: timestamp ge … and timestamp le …' });
  const given = compared.filter(({ operator }) => operator === 'eq');
  const named = Object.fromEntries(given.map(({ field, value }) => [String(field), String(value)]));
  const ids = given.length === 0 ? {} : await resolveResources(request.context, named);
  const { accountId: account, productId: product, apiId: api, subscriptionId: subscription } = ids;
  if ([account, product, api, subscription].includes(null)) return null;
  const only = Object.entries({ account, product, api, subscription }).filter(([, id]) => id !== undefined);
  return { from: new Date(from), to: new Date(to), only: Object.fromEntries(only) };
}

/** `skip` comes from `$skip`, or from the link of the page before. */
function placeOf(request: ManagementRequest): { skip: number; limit: number } {
  const { after } = cursorOf<{ skip?: unknown } | null>(request);
  const { query } = request;
  const limit = query.number('$top') ?? ROWS_A_PAGE;
  if (after === undefined) return { skip: query.number('$skip') ?? 0, limit };
  const skip = reportInput.skip.safeParse(after?.skip);
  if (!skip.success) throw validationError(Object.fromEntries([FOREIGN_SKIPTOKEN]));
  return { skip: skip.data, limit };
}

const ORDERS: Readonly<Record<string, 'name' | 'passed' | 'blocked' | 'failed' | 'total'>> = {
  displayname: 'name',
  name: 'name',
  callcountsuccess: 'passed',
  callcountblocked: 'blocked',
  callcountfailed: 'failed',
  callcounttotal: 'total',
};

/** Azure's other figures are the same for all, so they give no order. Errors: `ValidationError`. */
function orderOf({ query }: ManagementRequest) {
  const text = query.text('$orderby')?.trim();
  if (!text) return { by: 'total' as const, isDescending: true };
  const [, field = '', direction = 'asc'] = /^(\w+)(?:\s+(asc|desc))?$/i.exec(text) ?? [];
  const by =
    ORDERS[field.toLowerCase()] ?? (/^(callCountOther|bandwidth|apiTimeAvg)$/i.test(field) && 'total');
  if (!by)
    throw validationError({ $orderby: 'must be displayName or a call count, alone or with asc or desc' });
  return { by, isDescending: direction.toLowerCase() === 'desc' };
}

/** What only the gateway in front knows is 0: bytes, its cache, and times. */
const recordOf = ({ passed, blocked, failed }: Sums) => ({
  ...{ callCountSuccess: passed, callCountBlocked: blocked, callCountFailed: failed, callCountOther: 0 },
  ...{ callCountTotal: passed + blocked + failed, bandwidth: 0, cacheHitCount: 0, cacheMissCount: 0 },
  ...{ apiTimeAvg: 0, apiTimeMin: 0, apiTimeMax: 0, serviceTimeAvg: 0, serviceTimeMin: 0, serviceTimeMax: 0 },
});

async function report(request: ManagementRequest, by: Thing): Promise<ManagementResponse> {
  await reportUsage.demand(request.context);
  const calls = await callsOf(request);
  const page = { order: orderOf(request), ...placeOf(request) };
  if (!calls) return listResponse(request, []);
  const { rows, count } = await reportUsage(request.context, { ...calls, by, ...page });
  const value = rows.map(({ id, name, resourceId, productId, ...sums }) => ({
    name,
    ...(by === 'api' ? { apiId: `/apis/${apiNameOf(id)}` } : {}),
    ...(by === 'product' ? { productId: `/products/${id}` } : {}),
    ...(resourceId === null ? {} : { userId: `/users/${resourceId}` }),
    ...(productId === null ? {} : { productId: `/products/${productId}` }),
    ...(by === 'subscription' ? { subscriptionId: `/subscriptions/${id}` } : {}),
    ...recordOf(sums),
  }));
  return listResponse(request, value, { count, next: nextPage(page.skip, value, count) });
}

/** Ours: Azure knows no such days. It has every user, also those that never called. */
async function listActivity(request: ManagementRequest): Promise<ManagementResponse> {
  const { query } = request;
  const given = ACTIVITY_PARAMETERS.map((name) => [name, query.text(name)] as const);
  const { accounts, ...page } = await listAccounts(request.context, {
    ...Object.fromEntries(given.filter(([, value]) => value !== undefined)),
    neverSignedIn: query.flag('neverSignedIn') ?? false,
    limit: query.number('$top') ?? ROWS_A_PAGE,
    skip: query.number('$skip') ?? 0,
    isCounted: true,
    ...cursorOf<{ at: string; id: string }>(request),
  });
  const value = accounts.map(({ resourceId, state, registeredAt, ...one }) => ({
    userId: `/users/${resourceId}`,
    name: fullName(one),
    state,
    registrationDate: registeredAt.toISOString(),
    lastSignInDate: one.lastSignInOn,
    lastCallDate: one.lastCallOn,
    idleSince: one.idleSince,
  }));
  return listResponse(request, value, page);
}

/** In milliseconds. Errors: `ValidationError`. */
function intervalOf({ query }: ManagementRequest): number {
  const text = query.text('interval') ?? '';
  const [, days = 0, hours = 0, minutes = 0, seconds = 0] =
    /^P(?=[\dT])(?:(\d{1,3})D)?(?:T(?=\d)(?:(\d{1,4})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?$/.exec(text) ?? [];
  const ms =
    Number(days) * 24 * HOUR_MS +
    Number(hours) * HOUR_MS +
    Number(minutes) * MINUTE_MS +
    Number(seconds) * 1_000;
  if (ms > 0 && ms % (15 * MINUTE_MS) === 0) return ms;
  throw validationError({ interval: 'must be a multiple of 15 minutes, such as PT1H or P1D' });
}

const durationOf = (hours: number): string => (hours % 24 === 0 ? `P${hours / 24}D` : `PT${hours}H`);

/** Calls are kept by the hour, and older ones by the day: a shorter interval becomes that, as each record says. */
async function listTimes(request: ManagementRequest): Promise<ManagementResponse> {
  await reportTimes.demand(request.context);
  const calls = await callsOf(request);
  const page = { hours: Math.ceil(intervalOf(request) / HOUR_MS), ...placeOf(request) };
  if (!calls) return listResponse(request, []);
  const { intervals, count } = await reportTimes(request.context, { ...calls, ...page });
  const value = intervals.map(({ startsAt, hours, ...sums }) => ({
    timestamp: startsAt.toISOString(),
    interval: durationOf(hours),
    ...recordOf(sums),
  }));
  return listResponse(request, value, { count, next: nextPage(page.skip, value, count) });
}

/** What the link to the next page has; null after the last one. */
function nextPage(skipped: number, value: readonly unknown[], count: number): { skip: number } | null {
  const skip = skipped + value.length;
  return value.length > 0 && skip < count ? { skip } : null;
}

/** Azure gives all of them at once. */
async function listRequests(request: ManagementRequest): Promise<ManagementResponse> {
  await listNothing(request);
  return { status: 200, body: { value: [], count: 0 } };
}

async function listNothing(request: ManagementRequest): Promise<ManagementResponse> {
  await reportUsage.demand(request.context);
  comparisonsIn(request);
  return listResponse(request, []);
}
