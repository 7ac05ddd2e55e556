import { z } from 'zod';
import {
  countListedSubscriptions,
  listSubscriptions as listSubscriptionRows,
  type SubscriptionsWanted,
} from '../../db/subscriptions/lists.ts';
import * as catalog from '../catalog/input.ts';
import * as lists from '../frame/lists.ts';
import { defineOperation, input, READERS } from '../frame/operation.ts';
import { hoursAfter } from '../frame/outbox.ts';
import { viewSubscription } from './subscription.ts';

const SUBSCRIPTIONS_A_PAGE = 10;
/** When operators are told of keys that end: developers are told 30 days before. */
const KEY_END_DAYS = 30;
/** Calls are counted by hour, so the hour that began before is left out. */
const LIMITED_HOURS = 24;
const cursor = z.strictObject({ createdAt: z.coerce.date(), id: z.string().max(256) });

/**
 * A page of subscriptions without their keys, newest first: of an account, a product, an API, in a state, the one of an
 * id, those whose quota is used up or that were over their rate in the last 24 hours (`isLimited`), those that used most of
 * their quota (`isNearQuota`), those of which a key ends within 30 days (`keyEnds`), or all. With `isCounted`, how many match
 * in all.
 */
export const listSubscriptions = defineOperation({
  name: 'subscriptions/list',
  allowed: READERS,
  effect: 'read',
  input: {
    subscriptionId: z.string().max(256).optional(),
    accountId: input.accountId.optional(),
    productId: catalog.productId.optional(),
    apiId: catalog.apiId.optional(),
    state: z.enum(['submitted', 'active', 'suspended', 'rejected', 'cancelled', 'expired']).optional(),
    isLimited: z.boolean().default(false),
    isNearQuota: z.boolean().default(false),
    keyEnds: z.boolean().default(false),
    filter: lists.filterInput([
      'id',
      'name',
      'stateComment',
      'ownerId',
      'productId',
      'apiId',
      'presentState',
    ]),
    ...lists.pageInput(SUBSCRIPTIONS_A_PAGE, cursor),
  },
  async run(act, { limit, skip, after, isCounted, ...wanted }) {
    const serviceId = act.service.id;
    const which = subscriptionsWanted(act.now, wanted);
    const { page, ...more } = await lists.readPage(
      { limit, skip, after, isCounted },
      {
        rows: (part) => listSubscriptionRows(act.tx, serviceId, which, part),
        cursorOf: ({ createdAt, id }) => ({ createdAt, id }),
        count: (upTo) => countListedSubscriptions(act.tx, serviceId, which, upTo),
      },
    );
    return { subscriptions: page.map((row) => viewSubscription(row, act.now)), ...more };
  },
});

type Wanted = Omit<SubscriptionsWanted, 'id' | 'limited' | 'nearQuotaAt' | 'keyEnds' | 'filter'> & {
  subscriptionId?: string | undefined;
  isLimited?: boolean;
  isNearQuota?: boolean;
  keyEnds?: boolean;
  filter?: NonNullable<SubscriptionsWanted['filter']>['tree'] | undefined;
};

/** What the input means at a moment. */
export function subscriptionsWanted(now: Date, given: Wanted): SubscriptionsWanted {
  const { subscriptionId, isLimited, isNearQuota, keyEnds, filter, ...wanted } = given;
  return {
    ...wanted,
    id: subscriptionId,
    limited: isLimited ? { now, since: hoursAfter(now, -LIMITED_HOURS) } : undefined,
    nearQuotaAt: isNearQuota ? now : undefined,
    keyEnds: keyEnds ? { after: now, until: hoursAfter(now, KEY_END_DAYS * 24) } : undefined,
    filter: filter && { tree: filter, now },
  };
}
