import { z } from 'zod';
import { listSubscriptions as listSubscriptionRows } from '../../db/subscriptions/subscriptions.ts';
import * as catalog from '../catalog/input.ts';
import * as input from '../frame/input.ts';
import { defineOperation, OPERATORS } from '../frame/operation.ts';
import { viewSubscription } from './subscription.ts';

const SUBSCRIPTIONS_A_PAGE = 10;
const cursor = z.strictObject({ createdAt: z.coerce.date(), id: z.string().max(256) });

/** A page of subscriptions, newest first: of an account, a product, an API, in a state, or all. */
export const listSubscriptions = defineOperation({
  name: 'subscriptions/list',
  allowed: OPERATORS,
  effect: 'read',
  input: z.strictObject({
    accountId: input.accountId.optional(),
    productId: catalog.productId.optional(),
    apiId: catalog.apiId.optional(),
    state: z.enum(['submitted', 'active', 'suspended', 'rejected', 'cancelled', 'expired']).optional(),
    after: cursor.optional(),
  }),
  async run(act, { after, accountId, productId, apiId, state }) {
    const filter = {
      ...(accountId === undefined ? {} : { accountId }),
      ...(productId === undefined ? {} : { productId }),
      ...(apiId === undefined ? {} : { apiId }),
      ...(state === undefined ? {} : { state }),
    };
    const limit = SUBSCRIPTIONS_A_PAGE + 1;
    const rows = await listSubscriptionRows(act.tx, act.service.id, filter, { limit, after });
    const page = rows.slice(0, SUBSCRIPTIONS_A_PAGE);
    const last = page.at(-1);
    return {
      subscriptions: page.map((row) => viewSubscription(row, act.now)),
      next: rows.length > SUBSCRIPTIONS_A_PAGE && last ? { createdAt: last.createdAt, id: last.id } : null,
    };
  },
});
