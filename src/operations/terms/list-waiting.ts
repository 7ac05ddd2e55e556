import { listSubscriptions } from '../../db/subscriptions/lists.ts';
import * as catalog from '../catalog/input.ts';
import { ACCOUNTS, defineOperation } from '../frame/operation.ts';
import { signedInAs } from '../sessions/session.ts';
import { type TermsView, viewTerms } from './terms.ts';

/** A developer with more sees those of the newest. */
const MAX_SUBSCRIPTIONS = 100;
/** Those that have keys, now or again. */
const STATES: readonly string[] = ['active', 'suspended', 'expired'];

type WaitingTerms = TermsView & { subscriptionId: string; product: string };

/**
 * The terms of products that wait for a developer, by the newest of their subscriptions to each; or those of one
 * subscription. Calls go on meanwhile, but keys aren't shown.
 */
export const listWaitingTerms = defineOperation({
  name: 'terms/list-waiting',
  allowed: ACCOUNTS,
  effect: 'read',
  input: { subscriptionId: catalog.subscriptionId.optional() },
  async run(act, { subscriptionId }): Promise<WaitingTerms[]> {
    const { accountId } = signedInAs(act);
    const filter = { accountId, ...(subscriptionId ? { id: subscriptionId } : {}) };
    const rows = await listSubscriptions(act.tx, act.service.id, filter, { limit: MAX_SUBSCRIPTIONS });
    const newest = new Map(
      rows
        .filter(({ productId, state }) => productId && STATES.includes(state))
        .reverse()
        .map((row) => [row.productId, row]),
    );
    const waiting: WaitingTerms[] = [];
    for (const { id, productId, scopeName } of newest.values()) {
      const terms = await viewTerms(act, { accountId, productId });
      if (terms && !terms.agreedAt) waiting.push({ ...terms, subscriptionId: id, product: scopeName ?? '' });
    }
    return waiting;
  },
});
