import { z } from 'zod';
import { findInstance, orderForAzure, updateInstance } from '../../db/azure/instances.ts';
import { listNeededThings } from '../../db/azure/needed.ts';
import {
  type AzureOrder,
  endOrder,
  lockOrder,
  postponeOrder,
  wakeOrdersThatMiss,
} from '../../db/azure/orders.ts';
import { type AzureThing, lockThings, saveThings } from '../../db/azure/things.ts';
import { listCards } from '../../db/outbox/cards.ts';
import { addJob } from '../../db/outbox/jobs.ts';

import { agreeOn, EMPTY_MEMORY, EXISTS } from '../../domain/azure-mirror.ts';
import { concernsAllOrders, ORDER_HALVES, waitBeforeRetry } from '../../domain/azure-orders.ts';
import { type Act, defineOperation, SYSTEM } from '../frame/operation.ts';
import { queueRepaint, queueSubscriptionRepaint } from '../frame/outbox.ts';
import { sealWords } from './order-view.ts';

const MAX_WORDS_LENGTH = 300;
/** It was created, and its links are next. */
const GOES_ON = { waitMs: 0, code: null, words: null };
const PART_WAITS = { waitMs: 2_000, code: 'early', words: null };
const words = z.string().transform((text) => text.slice(0, MAX_WORDS_LENGTH));

const outcomes = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('written'),
    azureId: z.string(),
    /** Field → fingerprint of what Azure has now, because we wrote it. `exists` of what was created or deleted. */
    fields: z.record(z.string(), z.string()),
    etag: z.string().nullable(),
    /** More of it is to be written: the links of what was created, or what can be told once a read is fresh. */
    isPart: z.boolean().default(false),
    /** Something of it stays there, because the mode forbids deletions. */
    keepsMore: z.boolean().default(false),
  }),
  /** Both sides have the same. */
  z.strictObject({ kind: z.literal('same') }),
  /** Nothing was written: a person decides, the mode forbids deletions, or this account is ours alone until it is active. */
  z.strictObject({ kind: z.literal('kept'), code: z.enum(['difference', 'deletion', 'pending']) }),
  z.strictObject({ kind: z.literal('refused'), code: z.enum(['refused', 'forbidden']), words }),
  z.strictObject({
    kind: z.literal('later'),
    code: z.enum(['unreachable', 'throttled', 'credential', 'changed', 'missing', 'failed', 'early']),
    words,
    retryAfterMs: z.number().min(0).nullable(),
  }),
]);
export type OrderOutcome = z.input<typeof outcomes>;
type Outcome = z.output<typeof outcomes>;
type Of<Kind extends Outcome['kind']> = Extract<Outcome, { kind: Kind }>;

/**
 * Stores how sending an order ended. One that stands for a later change too waits on. While Azure can't be asked at all, no
 * other order is sent either.
 */
export const settleOrder = defineOperation({
  name: 'azure/settle-order',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: { number: z.int().positive(), revision: z.int().positive(), outcome: outcomes },
  async run(act, { number, revision, outcome }) {
    const order = await lockOrder(act.tx, act.service.id, number);
    if (!order) return;
    if (outcome.kind === 'written') await rememberWrite(act, order, outcome);
    const waitMs = outcome.kind === 'later' ? waitOf(order, outcome) : 0;
    await noteHealth(act, outcome, waitMs);
    if (order.state !== 'waiting') return;
    if (order.revision !== revision) {
      await postponeOrder(act.tx, order, { waitMs: 0, attempts: 0, code: null, words: null });
      return;
    }
    if (outcome.kind === 'written' && outcome.isPart)
      await postponeOrder(act.tx, order, outcome.fields[EXISTS] === 'yes' ? GOES_ON : PART_WAITS);
    else if (outcome.kind === 'later') await wait(act, order, outcome, waitMs);
    else await end(act, order, outcome);
    // A card says since when an order waits and why, which the second failure of a kind doesn't change.
    if (outcome.kind !== 'later' || outcome.code !== order.code) await repaintCardsOf(act, order);
  },
});

const waitOf = ({ attempts }: AzureOrder, { code, retryAfterMs }: Of<'later'>): number =>
  waitBeforeRetry(code, attempts, retryAfterMs);

async function wait(act: Act, order: AzureOrder, outcome: Of<'later'>, waitMs: number): Promise<void> {
  const { code } = outcome;
  await postponeOrder(act.tx, order, { waitMs, code, words: sealWords(act, outcome.words) });
  if (code !== 'missing') return;
  const { serviceId, kind, ourId } = order;
  for (const needed of await listNeededThings(act.tx, { serviceId, kind, ourId }))
    await orderForAzure(act.tx, { serviceId, ...needed });
}

async function end(act: Act, order: AzureOrder, outcome: Exclude<Outcome, Of<'later'>>): Promise<void> {
  const keepsMore = outcome.kind === 'written' && outcome.keepsMore;
  const isOther = outcome.kind === 'kept' || outcome.kind === 'refused';
  await endOrder(act.tx, order, {
    state: isOther ? outcome.kind : keepsMore ? 'kept' : 'done',
    code: isOther ? outcome.code : keepsMore ? 'deletion' : null,
    words: outcome.kind === 'refused' ? sealWords(act, outcome.words) : null,
  });
}

/** Both sides agree on what we wrote, and we decided it. */
async function rememberWrite(
  act: Act,
  order: AzureOrder,
  { azureId, ...written }: Of<'written'>,
): Promise<void> {
  const { serviceId, kind, ourId } = order;
  const id = azureId.toLowerCase();
  const [known] = await lockThings(act.tx, { serviceId, kind, ids: [id] });
  const thing: AzureThing = known ?? {
    ...{ serviceId, kind, id, azureId, ourId },
    ...{ memory: EMPTY_MEMORY, seen: {}, seenAt: act.now, seenInPass: 0, writtenAt: null },
  };
  const fields = Object.entries(written.fields);
  const memory = fields.reduce(
    (before, [field, value]) => agreeOn(before, field, value, 'ours'),
    thing.memory,
  );
  const isGone = written.fields[EXISTS] === 'no';
  const { [EXISTS]: exists, ...values } = written.fields;
  const seen = isGone ? {} : { ...thing.seen, ...values };
  await saveThings(act.tx, [
    { ...thing, memory: { ...memory, etag: written.etag }, seen, seenAt: act.now, writtenAt: act.now },
  ]);
  if (exists !== 'yes') return;
  if (await wakeOrdersThatMiss(act.tx, serviceId))
    for (const half of ORDER_HALVES) await addJob(act.tx, 'azure-send', { serviceId, half });
}

/** Says why Azure can't be asked, and keeps other orders from trying. An answer of Azure's ends that. */
async function noteHealth(act: Act, outcome: Outcome, waitMs: number): Promise<void> {
  const serviceId = act.service.id;
  if (outcome.kind === 'later' && concernsAllOrders(outcome.code)) {
    const holdUntil = new Date(act.now.getTime() + waitMs);
    const before = await findInstance(act.tx, serviceId);
    const troubleSince = before?.troubleSince ?? act.now;
    await updateInstance(act.tx, serviceId, { holdUntil, trouble: outcome.code, troubleSince });
    return;
  }
  const instance = await findInstance(act.tx, serviceId);
  if (instance?.trouble)
    await updateInstance(act.tx, serviceId, { holdUntil: null, trouble: null, troubleSince: null });
}

/** Only what has a card: the orders of a first comparison are many. */
async function repaintCardsOf(act: Act, { serviceId, kind, ourId }: AzureOrder): Promise<void> {
  if (kind !== 'account' && kind !== 'subscription') return;
  const subject = kind === 'account' ? { accountId: ourId } : { subscriptionId: ourId };
  const cards = await listCards(act.tx, serviceId, subject);
  if (cards.length === 0) return;
  await (kind === 'account' ? queueRepaint(act, ourId) : queueSubscriptionRepaint(act, ourId));
}
