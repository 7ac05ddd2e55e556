import { listSubscriptions as listSubscriptionRows } from '../../db/subscriptions/lists.ts';
import * as catalog from '../catalog/input.ts';
import { ACCOUNTS, defineOperation } from '../frame/operation.ts';
import { signedInAs } from '../sessions/session.ts';
import { viewSubscription } from './subscription.ts';

/** A developer with more sees the newest. */
const MAX_OWN = 100;

/** A developer's own subscriptions, newest first, at most 100, or the one of an id; without their keys. */
export const listOwnSubscriptions = defineOperation({
  name: 'subscriptions/list-own',
  allowed: ACCOUNTS,
  effect: 'read',
  input: { subscriptionId: catalog.subscriptionId.optional() },
  async run(act, { subscriptionId }) {
    const { accountId } = signedInAs(act);
    const filter = { accountId, ...(subscriptionId ? { id: subscriptionId } : {}) };
    const rows = await listSubscriptionRows(act.tx, act.service.id, filter, { limit: MAX_OWN });
    return rows.map((row) => viewSubscription(row, act.now));
  },
});
