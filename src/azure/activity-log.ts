// Asks Azure's activity log who changed a thing: https://learn.microsoft.com/rest/api/monitor/activity-logs/list
import { z } from 'zod';
import type { MirroredKind } from '../domain/azure-mirror.ts';
import type { Connection } from './client.ts';

const API_VERSION = '2015-04-01';
const COLLECTIONS: Record<MirroredKind, string> = {
  group: 'groups',
  api: 'apis',
  product: 'products',
  account: 'users',
  subscription: 'subscriptions',
  template: 'templates',
  notification: 'notifications',
};

const log = z.object({
  value: z.array(
    z.object({
      caller: z.string().optional(),
      eventTimestamp: z.coerce.date(),
      status: z.object({ value: z.string().nullish() }).nullish(),
    }),
  ),
});

type Asked = { kind: MirroredKind; id: string; since: Date; until: Date };

/** The last change in that time that succeeded. Null for none, and where the log may not be read. */
export async function readLastChange(
  { client, service }: Connection,
  { kind, id, since, until }: Asked,
): Promise<{ who: string; at: Date } | null> {
  const { createPipelineRequest } = await import('@azure/core-rest-pipeline');
  const root = `/subscriptions/${service.subscription}`;
  const thing = `${root}/resourceGroups/${service.resourceGroup}/providers/Microsoft.ApiManagement/service/${service.service}/${COLLECTIONS[kind]}/${id}`;
  const url = new URL(`${root}/providers/microsoft.insights/eventtypes/management/values`, service.endpoint);
  url.searchParams.set('api-version', API_VERSION);
  url.searchParams.set(
    '$filter',
    `eventTimestamp ge '${since.toISOString()}' and eventTimestamp le '${until.toISOString()}' and resourceUri eq '${thing.replaceAll("'", "''")}'`,
  );
  const { status, bodyAsText } = await client.sendRequest(createPipelineRequest({ url: url.href }));
  if (status !== 200) return null;
  const changes = log
    .parse(JSON.parse(bodyAsText ?? ''))
    .value.filter((event) => event.status?.value === 'Succeeded' && event.caller)
    .map(({ caller = '', eventTimestamp }) => ({ who: caller, at: eventTimestamp }))
    .sort((one, other) => other.at.getTime() - one.at.getTime());
  return changes[0] ?? null;
}
