// A service bound to a second product as Azure, with the jobs of the mirror run by hand.
import { pino } from 'pino';
import type { BoundInstance } from '../../src/azure/bound-instance.ts';
import { type AzureInstance, openAzure } from '../../src/azure/instance.ts';
import type { MirroredKind } from '../../src/domain/azure-mirror.ts';
import { lookInAzure, pullFromAzure } from '../../src/jobs/azure-pull.ts';
import { bindToAzure } from '../../src/operations/azure/bind.ts';
import { readInstanceId } from '../../src/settings/azure-settings.ts';
import { createTestContext, SYSTEM } from '../support/context.ts';
import { startMirroredPair } from '../support/mirrored-pair.ts';

/** Longer than the pause between two comparisons. */
const PAUSE_MS = 11 * 60_000;
const MAX_PAGES = 500;

export async function startMirror({ withKeys = false }: { withKeys?: boolean } = {}) {
  const [t, pair] = await Promise.all([createTestContext(), startMirroredPair()]);
  const { AZURE_API_MANAGEMENT, AZURE_RESOURCE_MANAGER, AZURE_TOKEN_FILE } = pair.settings;
  const { path, ...service } = readInstanceId(AZURE_API_MANAGEMENT);
  const at = { ...service, endpoint: AZURE_RESOURCE_MANAGER, tokenFile: AZURE_TOKEN_FILE };
  const open = () => openAzure(at, { isPatient: false, withKeys, clock: t.clock });
  const instance: AzureInstance = await open();
  const azure: BoundInstance = { path, withKeys, open: async () => instance };
  const dependencies = {
    log: pino({ level: 'silent' }),
    system: (name: string) => t.as({ kind: 'system', name }),
    azure: (): BoundInstance | null => azure,
  };
  await bindToAzure(t.as(SYSTEM), { path });

  const row = async () => {
    const [found] = await t.sql`select * from azure_instances where service_id = 'ours'`;
    if (!found) throw new Error('the service is not bound');
    return found;
  };
  const pull = (bound: BoundInstance = azure) =>
    pullFromAzure({ ...dependencies, azure: () => bound }, { serviceId: 'ours' });
  /** Reads pages until a comparison of everything has ended. */
  async function pullAll(): Promise<number> {
    t.advance(PAUSE_MS);
    const { pass_ended_at: before } = await row();
    for (let pages = 1; pages <= MAX_PAGES; pages++) {
      await pull();
      if (String((await row()).pass_ended_at) !== String(before)) return pages;
    }
    throw new Error('the comparison does not end');
  }
  return {
    ...t,
    ...{ pair, arm: pair.arm, instance, bound: azure, path, row, pull, pullAll },
    /** The same by a process that has just started, and remembers no pause of Azure's. */
    pullFresh: () => pull({ ...azure, open }),
    look: (kind: MirroredKind, id: string) => lookInAzure(dependencies, { serviceId: 'ours', kind, id }),
    drifts: () =>
      t.sql`select kind, thing_id, field, state from azure_drifts where service_id = 'ours' order by id`,
    async close() {
      await pair.close();
      await t.close();
    },
  };
}
