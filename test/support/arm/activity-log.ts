// Azure's activity log: who changed what, as Azure Monitor tells it.
// https://learn.microsoft.com/rest/api/monitor/activity-logs/list
import { type Answer, type Asked, errorAnswer, type Json, queryOf } from './exchange.ts';

const ROWS_A_PAGE = 200;
const DAY_MS = 86_400_000;
const KEPT_DAYS = 90;

type Row = { at: number; body: Json };

export function createActivityLog(origin: () => string) {
  const rows: Row[] = [];
  let delayMs = 0;
  return {
    /** Azure takes minutes until it tells what happened. */
    setDelay(wanted: number): void {
      delayMs = wanted;
    },
    add(asked: Asked, caller: string, status: number): void {
      const at = Date.now();
      const correlationId = crypto.randomUUID();
      for (const isEnd of [false, true])
        rows.push({ at, body: rowOf(asked, { caller, status, at, correlationId, isEnd }) });
    },
    answer({ url }: Asked): Answer {
      const query = queryOf(url);
      const wanted = readFilter(query.get('$filter') ?? '');
      if (!wanted)
        return errorAnswer(400, 'BadRequest', "$filter needs eventTimestamp ge '…' of the last 90 days.");
      const found = rows.filter((row) => row.at + delayMs <= Date.now() && wanted(row)).reverse();
      const from = Number(query.get('$skipToken') ?? 0);
      const page = found.slice(from, from + ROWS_A_PAGE).map(({ body }) => body);
      const select = query.get('$select')?.split(',');
      const isMore = found.length > from + ROWS_A_PAGE;
      const next = new URL(`${origin()}${url}`);
      next.searchParams.set('$skipToken', String(from + ROWS_A_PAGE));
      const value = select
        ? page.map((row) => Object.fromEntries(select.map((name) => [name, row[name]])))
        : page;
      return { status: 200, headers: {}, body: { value, ...(isMore ? { nextLink: next.href } : {}) } };
    },
  };
}

/** Null for a filter that Azure refuses. */
function readFilter(filter: string): ((row: Row) => boolean) | null {
  const told = (name: string, operator: string): string | undefined =>
    new RegExp(`\\b${name} ${operator} '([^']*)'`, 'i').exec(filter)?.[1];
  const since = Date.parse(told('eventTimestamp', 'ge') ?? '');
  const end = told('eventTimestamp', 'le');
  if (Number.isNaN(since) || since < Date.now() - KEPT_DAYS * DAY_MS) return null;
  const until = end === undefined ? Number.POSITIVE_INFINITY : Date.parse(end);
  const resource = (told('resourceUri', 'eq') ?? told('resourceId', 'eq'))?.toLowerCase();
  const group = told('resourceGroupName', 'eq')?.toLowerCase();
  return ({ at, body }) =>
    at >= since &&
    at <= until &&
    (resource === undefined || body.resourceId.toLowerCase() === resource) &&
    (group === undefined || body.resourceGroupName.toLowerCase() === group);
}

type Change = { caller: string; status: number; at: number; correlationId: string; isEnd: boolean };

function rowOf({ method, place }: Asked, { caller, status, at, correlationId, isEnd }: Change): Json {
  const { base = '', below = '' } = place ?? {};
  const [, subscriptionId = '', , resourceGroupName = ''] = base.split('/').slice(1);
  const parts = below.split('/');
  const isAction = method === 'POST';
  const kinds = parts.filter((_, index) => index % 2 === 0 && !(isAction && index === parts.length - 1));
  const verb = isAction ? `${parts.at(-1)}/action` : method === 'DELETE' ? 'delete' : 'write';
  const action = `Microsoft.ApiManagement/service/${[...kinds, verb].join('/')}`;
  const resourceId = `${base}/${isAction ? parts.slice(0, -1).join('/') : below}`;
  const named = (value: string) => ({ value, localizedValue: value });
  const time = new Date(at).toISOString();
  const ended = status < 300 ? 'Succeeded' : 'Failed';
  return {
    authorization: { action, scope: resourceId },
    caller,
    claims: { name: caller },
    correlationId,
    operationId: correlationId,
    eventDataId: crypto.randomUUID(),
    eventName: named(isEnd ? 'EndRequest' : 'BeginRequest'),
    category: named('Administrative'),
    channels: 'Operation',
    level: status < 300 ? 'Informational' : 'Error',
    eventTimestamp: time,
    submissionTimestamp: time,
    operationName: named(action),
    resourceGroupName,
    resourceProviderName: named('Microsoft.ApiManagement'),
    resourceType: named(`Microsoft.ApiManagement/service/${kinds.join('/')}`),
    resourceId,
    status: named(isEnd ? ended : 'Started'),
    subStatus: named(isEnd ? String(status) : ''),
    subscriptionId,
  };
}
