// Gives a sample developer subscriptions, with invented usage.
import { findProduct } from '../../db/catalog/products.ts';
import { backdateSubscription } from '../../db/imports/sample-data.ts';
import { listKeys } from '../../db/subscriptions/keys.ts';
import { findSubscription } from '../../db/subscriptions/subscriptions.ts';
import { addUsage } from '../../db/usage/write.ts';
import { keyMark } from '../../domain/key-life.ts';
import type { Context } from '../../operations/frame/context.ts';
import { grantSubscription } from '../../operations/subscriptions/grant.ts';
import { suspendSubscription } from '../../operations/subscriptions/suspend.ts';
import { sampleCalls } from './calls.ts';
import type { SampleSubscription } from './catalog.ts';

const HOUR_MS = 3_600_000;

/** Makes the missing subscriptions. `ageHours` is the invented age of the account. */
export async function makeSubscriptions(
  context: Context,
  accountId: string,
  { wanted, ageHours }: { wanted: readonly SampleSubscription[]; ageHours: number },
): Promise<void> {
  const { db, service } = context;
  for (const one of wanted) {
    // A person may have deleted the product.
    const isThere = await findSubscription(db, service.id, one.id);
    if (isThere || !(await findProduct(db, service.id, one.productId))) continue;
    const hours =
      one.state === 'submitted' ? 0 : Math.max(Math.ceil(one.hoursAgo), Math.floor(ageHours * 0.8));
    await make(context, accountId, one, hours);
    if (hours > 0) await backdateSubscription(db, { serviceId: service.id, id: one.id, hours });
  }
}

/** `hours`: its invented age. */
async function make(
  context: Context,
  accountId: string,
  one: SampleSubscription,
  hours: number,
): Promise<void> {
  const { id, productId, name, state, comment, callsADay } = one;
  const now = context.clock().getTime();
  const { subscription } = await grantSubscription(context, {
    accountId,
    id,
    productId,
    name,
    // Only suspending takes a reason.
    state: state === 'suspended' ? 'active' : state,
    endsAt: state === 'expired' ? new Date(now - HOUR_MS) : null,
    tellDeveloper: false,
  });
  if (state === 'suspended') await suspendSubscription(context, { subscriptionId: id, reason: comment });
  const own = { id, createdAt: subscription.createdAt.getTime() };
  const keys = await listKeys(context.db, context.service.id, id);
  const [primary] = keys.filter(({ slot }) => slot === 'primary');
  const caller = { subscription: own, keyMark: primary ? keyMark(primary.hash) : null };
  const used = callsADay > 0 ? sampleCalls(one, { caller, now, ageHours: hours }) : [];
  const batch = { source: `sample data ${id}`, number: 1, calls: used };
  if (used.length > 0) await addUsage(context.db, context.service.id, batch, context.clock());
}
