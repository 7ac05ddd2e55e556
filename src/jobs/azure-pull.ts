// Reads Azure for the mirror: everything, a page at a time, and one thing that may have changed.

import type { BoundInstance } from '../azure/bound-instance.ts';
import { AzureFault } from '../azure/fault.ts';
import type { AzureInstance } from '../azure/instance.ts';
import { MIRROR_NAME } from '../domain/azure-mirror.ts';
import type { JobInput } from '../domain/jobs.ts';
import type { Log } from '../log.ts';
import { type ClaimedPull, claimPull } from '../operations/azure/claim-pull.ts';
import { compareAndTakeIn } from '../operations/azure/compare-and-take-in.ts';
import { writeCursorOfUnseen } from '../operations/azure/pass.ts';
import { planLook } from '../operations/azure/plan-look.ts';
import { queueLook } from '../operations/azure/queue-look.ts';
import { settlePull } from '../operations/azure/settle-pull.ts';
import type { Context } from '../operations/frame/context.ts';

type Dependencies = {
  log: Log;
  system(name: string, serviceId: string): Context;
  azure(serviceId: string): BoundInstance | null;
};

/** Short, so that a slice never holds up a stop for long. */
const SLICE_MS = 3_000;
/** `azure/observe` takes so many. */
const MAX_COMPARED = 100;
/** Azure's reads may show for so long what was there before a write of ours; then the thing is looked at again. */
const LAG_MS = 125_000;

/** Reads a page; of the first comparison, more of them for a while. The next one is a job of its own. */
export async function pullFromAzure(
  { system, azure, log }: Dependencies,
  { serviceId }: JobInput<'azure-pull'>,
): Promise<void> {
  const bound = azure(serviceId);
  if (!bound) return;
  const context = system(MIRROR_NAME, serviceId);
  const end = performance.now() + SLICE_MS;
  while (await pullPage(context, bound, log)) if (performance.now() >= end) return;
}

/** Whether another page may be read at once. */
async function pullPage(context: Context, azure: BoundInstance, log: Log): Promise<boolean> {
  const claimed = await claimPull(context, { path: azure.path });
  if (!claimed) return false;
  const { phase, pass, leasedUntil, isFirst } = claimed;
  try {
    await settlePull(context, { leasedUntil, ended: await readPart(context, azure, claimed) });
    return isFirst;
  } catch (error) {
    if (!(error instanceof AzureFault)) throw error;
    log.warn({ azure: { phase, pass, code: error.code, answer: error.answer } }, 'Azure was not read');
    const { code, retryAfterMs } = error;
    const isOfCursor = claimed.cursor !== null && phase !== 'missing' && ABOUT_REQUEST.includes(code);
    await settlePull(context, { leasedUntil, ended: { code, retryAfterMs, isOfCursor } });
    return false;
  }
}

type Reading = { context: Context; instance: Pick<AzureInstance, 'page' | 'read'>; withKeys: boolean };

async function readPart(context: Context, { open, withKeys }: BoundInstance, claimed: ClaimedPull) {
  const reading = { context, instance: await open(), withKeys };
  const { phase, pass, cursor } = claimed;
  if (phase === 'missing') return confirmGone(reading, claimed);
  const page = await reading.instance.page(phase, cursor);
  for (let at = 0; at < page.records.length; at += MAX_COMPARED) {
    const records = page.records.slice(at, at + MAX_COMPARED);
    const observations = records.map((record) => ({ id: record.id, record }));
    await compareAndTakeIn(context, { kind: phase, askedAt: page.askedAt, pass, observations, withKeys });
  }
  return { seen: page.records.length, cursor: page.cursor };
}

/** A thing that the lists did not show is gone only when Azure says so. */
async function confirmGone(reading: Reading, { unseen, pass }: ClaimedPull) {
  for (const { kind, azureId: id } of unseen)
    await lookAt(reading, { kind, id, pass }).catch((error: unknown) => {
      // Azure does not tell whether this one is there, and the others must not wait for it.
      if (!(error instanceof AzureFault) || !ABOUT_REQUEST.includes(error.code)) throw error;
    });
  const last = unseen.at(-1);
  return { seen: unseen.length, cursor: last ? writeCursorOfUnseen(last) : null };
}

type Place = Pick<JobInput<'azure-look'>, 'kind' | 'id'> & { pass?: number };

async function lookAt({ context, instance, withKeys }: Reading, { kind, id, pass }: Place) {
  const now = context.clock();
  const found = await instance.read(kind, id);
  const observations = [{ id: found?.record.id ?? id, record: found?.record ?? null }];
  return compareAndTakeIn(context, { kind, askedAt: found?.askedAt ?? now, pass, observations, withKeys });
}

/** Reads one thing in Azure, and does what follows. Looks again later at what Azure may not show yet. */
export async function lookInAzure(
  { system, azure }: Dependencies,
  { serviceId, kind, id }: JobInput<'azure-look'>,
): Promise<void> {
  const bound = azure(serviceId);
  if (!bound) return;
  const context = system(MIRROR_NAME, serviceId);
  const plan = await planLook(context, { path: bound.path });
  if (!plan) return;
  const { notBefore } = plan;
  if (notBefore > context.clock()) return queueLook(context, { kind, id, notBefore });
  const reading = { context, instance: await bound.open(), withKeys: bound.withKeys };
  const [result] = await lookAt(reading, { kind, id });
  if (result?.isEarly)
    await queueLook(context, { kind, id, notBefore: new Date(context.clock().getTime() + LAG_MS) });
}

/** Azure answers, and would answer the same again. */
const ABOUT_REQUEST: readonly AzureFault['code'][] = ['refused', 'missing', 'changed'];
