import { z } from 'zod';
import { listSubscriptionPage } from '../../db/subscriptions/pages.ts';
import { type FilterFields, parseListFilter } from '../../domain/list-filter.ts';
import { subscriptionStateAt } from '../../domain/subscription-state.ts';
import * as catalog from '../catalog/input.ts';
import * as input from '../frame/input.ts';
import { defineOperation, READERS } from '../frame/operation.ts';
import { page } from '../frame/page-input.ts';

const OWN_FIELDS: FilterFields = {
  name: 'text',
  displayName: 'text',
  stateComment: 'text',
  ownerId: 'text',
  scope: 'text',
  userId: 'text',
  productId: 'text',
};
/** Azure has no `state` among the subscriptions of a user. */
const FIELDS: FilterFields = {
  ...OWN_FIELDS,
  state: ['suspended', 'active', 'expired', 'submitted', 'rejected', 'cancelled'],
};
const cursor = z.strictObject({ createdAt: z.coerce.date(), id: z.string().max(256) });

/**
 * A page of subscriptions without their keys, newest first, with the count of all that fit: of a user, of a product, or
 * the one of an id.
 * Errors: `invalid_input` for `$filter`.
 * Source: Azure, Subscription_List, UserSubscription_List and ProductSubscriptions_List.
 */
export const querySubscriptions = defineOperation({
  name: 'subscriptions/query',
  allowed: READERS,
  effect: 'read',
  input: z.strictObject({
    ...page,
    subscriptionId: z.string().max(256).optional(),
    accountId: input.accountId.optional(),
    productId: catalog.productId.optional(),
    after: cursor.optional(),
  }),
  async run(act, { filter: source, subscriptionId: id, accountId, productId, top, skip, after }) {
    const fields = accountId === undefined ? FIELDS : OWN_FIELDS;
    const wanted = { filter: source ? parseListFilter(source, fields) : null, id, accountId, productId };
    const limits = { limit: top + 1, skip: after ? 0 : skip, after, now: act.now };
    const { rows, count } = await listSubscriptionPage(act.tx, act.service.id, wanted, limits);
    const shown = rows.slice(0, top);
    const last = shown.at(-1);
    return {
      subscriptions: shown.map(({ serviceId: _, ...row }) => ({
        ...row,
        state: subscriptionStateAt(row, act.now),
      })),
      count,
      next: rows.length > top && last ? { createdAt: last.createdAt, id: last.id } : null,
    };
  },
});
