// A service that is bound to an instance of Azure API Management, without Azure: what was read there is given by the test.
import type { MirroredKind } from '../../src/domain/azure-mirror.ts';
import type { MirroredRecord } from '../../src/domain/azure-record.ts';
import { observeAzure } from '../../src/operations/azure/observe.ts';
import type { Context } from '../../src/operations/frame/context.ts';
import type { TestContext } from './context.ts';

const INSTANCE =
  '/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/apis/providers/Microsoft.ApiManagement/service/contoso';

type Mode = 'watch' | 'add' | 'full';

/** Binds the service, whose first comparison has ended. */
export async function bindMirror(
  sql: TestContext['sql'],
  serviceId: string,
  mode: Mode = 'watch',
): Promise<void> {
  await sql`insert into azure_instances (service_id, path, mode, bound_at, pass, pass_ended_at, first_pass_ended_at)
    values (${serviceId}, ${INSTANCE}, ${mode}, now(), 1, now(), now())
    on conflict (service_id) do update set mode = ${mode}`;
}

/** Azure's user, as the mirror reads it. */
export const azureUser = (id: string, more: Partial<Extract<MirroredRecord, { kind: 'account' }>> = {}) =>
  ({
    ...{
      kind: 'account',
      id,
      email: `${id}@example.com`,
      firstName: 'Ann',
      lastName: 'Lee',
      note: '',
      state: 'active',
    },
    ...{ registeredAt: '2026-01-01T00:00:00Z', groups: [], identities: ['Basic'] },
    ...more,
  }) as const satisfies MirroredRecord;

/** What the mirror does once it has read this in Azure. */
export const readInAzure = (
  system: Context,
  record: MirroredRecord | null,
  id: string,
  kind: MirroredKind = 'account',
) => observeAzure(system, { kind, askedAt: system.clock(), observations: [{ id, record }] });
