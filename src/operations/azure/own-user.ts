// The user that stands for a developer's account in Azure.
import { findInstance } from '../../db/azure/instances.ts';
import { findLastOrder } from '../../db/azure/orders.ts';
import { listThingsOfOurs } from '../../db/azure/things.ts';
import type { Act } from '../frame/context.ts';

export type OwnUser =
  | { isThere: true; azureId: string }
  /** `comes`: by itself, once the order for it is sent. */
  | { isThere: false; comes: boolean };

/** Null when the service is bound to no instance. */
export async function findOwnUser(act: Act, accountId: string): Promise<OwnUser | null> {
  const serviceId = act.service.id;
  const instance = await findInstance(act.tx, serviceId);
  if (!instance) return null;
  const of = { serviceId, kind: 'account' as const };
  const [thing] = await listThingsOfOurs(act.tx, { ...of, ourIds: [accountId] });
  if (thing && Object.keys(thing.seen).length > 0) return { isThere: true, azureId: thing.azureId };
  const order = await findLastOrder(act.tx, { ...of, ourId: accountId });
  return { isThere: false, comes: instance.mode !== 'watch' && order?.state === 'waiting' };
}
