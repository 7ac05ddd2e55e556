// Asks Azure's activity log who made a difference.
import type { BoundInstance } from '../azure/bound-instance.ts';
import { AzureFault } from '../azure/fault.ts';
import { MIRROR_NAME } from '../domain/azure-mirror.ts';
import type { JobInput } from '../domain/jobs.ts';
import { noteWhoChanged } from '../operations/azure/note-who-changed.ts';
import { planWhoChanged } from '../operations/azure/plan-who-changed.ts';
import type { Context } from '../operations/frame/context.ts';

type Dependencies = {
  system(name: string, serviceId: string): Context;
  azure(serviceId: string): BoundInstance | null;
};

/** A card says it where the log tells; without an answer it stays as it is. */
export async function askWhoChanged(
  { system, azure }: Dependencies,
  { serviceId, driftId }: JobInput<'azure-who'>,
): Promise<void> {
  const bound = azure(serviceId);
  const context = system(MIRROR_NAME, serviceId);
  const asked = bound && (await planWhoChanged(context, { driftId }));
  if (!asked) return;
  try {
    const instance = await bound.open();
    const change = await instance.lastChange(asked.kind, asked.id, asked.since);
    if (change) await noteWhoChanged(context, { driftId, ...change });
  } catch (error) {
    if (!(error instanceof AzureFault)) throw error;
  }
}
