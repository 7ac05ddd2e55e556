// Sends the orders for Azure: reads the thing there, compares it, writes what only we changed, and stores how that ended.
import type { BoundInstance } from '../azure/bound-instance.ts';
import { AzureFault } from '../azure/fault.ts';
import type { AzureInstance } from '../azure/instance.ts';
import { MIRROR_NAME } from '../domain/azure-mirror.ts';
import type { JobInput } from '../domain/jobs.ts';
import type { Log } from '../log.ts';
import { type ClaimedOrder, claimOrder } from '../operations/azure/claim-order.ts';
import { observeAzure } from '../operations/azure/observe.ts';
import { type PlannedWrite, planUnseenWrites, planWrite } from '../operations/azure/plan-write.ts';
import { type OrderOutcome, settleOrder } from '../operations/azure/settle-order.ts';
import type { Context } from '../operations/frame/context.ts';

/** Then another job goes on, so that no worker is taken for long. */
const MAX_SLICE_MS = 20_000;
const MAX_SLICE_ORDERS = 50;

type Sending = {
  log: Log;
  system(name: string, serviceId: string): Context;
  /** Null: the service is bound to none. */
  azure(serviceId: string): BoundInstance | null;
};

/** Sends the orders of a half, one after the other, for at most 20 seconds. */
export async function sendOrders(
  { log, system, azure: boundTo }: Sending,
  { serviceId, half }: JobInput<'azure-send'>,
): Promise<void> {
  const azure = boundTo(serviceId);
  if (!azure) return;
  const context = system(MIRROR_NAME, serviceId);
  const { path, withKeys } = azure;
  const endsAt = performance.now() + MAX_SLICE_MS;
  for (let sent = 0; sent < MAX_SLICE_ORDERS && performance.now() < endsAt; sent++) {
    const order = await claimOrder(context, { path, half, withKeys });
    if (!order) return;
    const { number, revision, kind, attempts } = order;
    const outcome = await sendOrder({ log, azure }, context, order);
    await settleOrder(context, { number, revision, outcome });
    const code = 'code' in outcome ? outcome.code : null;
    log.info({ azure: { order: number, kind, attempts, outcome: outcome.kind, code } }, 'sent to Azure');
  }
  await claimOrder(context, { path, half, isLast: true });
}

/** Tries once. Nothing is lost when the process ends at any step: the next try finds what Azure has. */
export async function sendOrder(
  { log, azure }: { log: Log; azure: BoundInstance },
  context: Context,
  order: ClaimedOrder,
): Promise<OrderOutcome> {
  try {
    return await bringToOurs(await azure.open(), azure.withKeys, context, order);
  } catch (error) {
    if (error instanceof AzureFault) return faultOutcome(error);
    log.error({ err: error, order: order.number }, 'sending to Azure failed');
    return { kind: 'later', code: 'failed', words: '', retryAfterMs: null };
  }
}

function faultOutcome({ code, words, retryAfterMs }: AzureFault): OrderOutcome {
  return code === 'refused' || code === 'forbidden'
    ? { kind: 'refused', code, words }
    : { kind: 'later', code, words, retryAfterMs };
}

async function bringToOurs(
  azure: AzureInstance,
  withKeys: boolean,
  context: Context,
  order: ClaimedOrder,
): Promise<OrderOutcome> {
  const { kind, azureId, ours } = order;
  if (azureId === null || kind === 'api') return { kind: 'same' };
  const askedAt = context.clock();
  const read = await azure.read(kind, azureId);
  if (!read && ours?.kind === 'account' && ours.state === 'pending') return { kind: 'kept', code: 'pending' };
  for (const unseen of planUnseenWrites(order, read, askedAt)) {
    const done = await carryOut(azure, order, unseen).catch(unlessChanged);
    if (done) return done;
  }
  const [observed] = await observeAzure(context, {
    ...{ kind, askedAt, withKeys, isOrder: true },
    observations: [{ id: azureId, record: read?.record ?? null, etag: read?.etag ?? null }],
  });
  if (!observed) return { kind: 'same' };
  const plan = planWrite(order, read, observed);
  return 'kind' in plan ? plan : carryOut(azure, order, plan);
}

async function carryOut(
  azure: AzureInstance,
  order: ClaimedOrder,
  plan: PlannedWrite,
): Promise<OrderOutcome> {
  const { azureId, wanted, was, fields, isPart } = plan;
  if (!wanted) {
    await azure.remove(order.kind as never, azureId, was?.etag ?? '*');
    return { kind: 'written', azureId, fields, etag: null };
  }
  const { etag, kept } = await azure.write(order.kind as never, wanted as never, was as never, {
    mayDelete: order.mode === 'full',
  });
  const written = Object.fromEntries(Object.entries(fields).filter(([field]) => !kept.includes(field)));
  return { kind: 'written', azureId, fields: written, etag, isPart, keepsMore: kept.length > 0 };
}

/** The thing was changed since the ETag that the write relied on. */
function unlessChanged(error: unknown): null {
  if (error instanceof AzureFault && error.code === 'changed') return null;
  throw error;
}
