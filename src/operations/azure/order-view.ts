// What people see of an order for Azure: whether a thing of ours is there as it is here.
import { findInstance } from '../../db/azure/instances.ts';
import { type AzureOrder, findLastOrder } from '../../db/azure/orders.ts';
import { listThingsOfOurs } from '../../db/azure/things.ts';
import { openSealedText, sealText } from '../../security/sealed-text.ts';
import type { Act } from '../frame/context.ts';
import { findOurs } from './ours.ts';
import { fingerprintsOf } from './record-fields.ts';

const SEALED_AS = 'azure order';

export type OrderView = Pick<
  AzureOrder,
  'number' | 'state' | 'attempts' | 'code' | 'createdAt' | 'changedAt' | 'notBefore' | 'settledAt'
> & {
  /** Azure's own words about the last failure; null for none. */
  words: string | null;
};

export type MirrorView = {
  mode: 'watch' | 'add' | 'full';
  /** Why Azure can't be asked at present, and since when. */
  trouble: string | null;
  troubleSince: Date | null;
  /** Whether Azure had the same when it was last read; only said in `watch`, where there are no orders. */
  isSame: boolean;
  /** The first comparison is under way: what comes in is no news for anybody. */
  isFirstPass: boolean;
  /** The last order of the thing; null when there was none in the last 30 days. */
  order: OrderView | null;
};

/** Null when the service is bound to no instance. */
export async function viewMirror(
  act: Act,
  of: { kind: AzureOrder['kind']; ourId: string },
): Promise<MirrorView | null> {
  const serviceId = act.service.id;
  const instance = await findInstance(act.tx, serviceId);
  if (!instance) return null;
  const { mode, trouble, troubleSince, firstPassEndedAt } = instance;
  const order = await findLastOrder(act.tx, { serviceId, ...of });
  return {
    ...{ mode, trouble, troubleSince, isFirstPass: firstPassEndedAt === null },
    isSame: mode === 'watch' && (await isAsInAzure(act, of)),
    order: order && viewOrder(act, order),
  };
}

async function isAsInAzure(
  act: Act,
  { kind, ourId }: { kind: AzureOrder['kind']; ourId: string },
): Promise<boolean> {
  const [thing] = await listThingsOfOurs(act.tx, { serviceId: act.service.id, kind, ourIds: [ourId] });
  const ours = (await findOurs(act, kind, [ourId], false)).get(ourId);
  if (!ours || !thing) return false;
  return Object.entries(fingerprintsOf(ours)).every(([field, value]) => thing.seen[field] === value);
}

export function viewOrder(act: Act, order: AzureOrder): OrderView {
  const { number, state, attempts, code, words, createdAt, changedAt, notBefore, settledAt } = order;
  const opened = words === null ? null : openSealedText(act.keyring, SEALED_AS, words);
  return { number, state, attempts, code, words: opened, createdAt, changedAt, notBefore, settledAt };
}

/** Azure's words can quote what it refuses, so they are sealed. */
export const sealWords = (act: Act, words: string | null): string | null =>
  words === null || words === '' ? null : sealText(act.keyring, SEALED_AS, words, act.random);
