import { z } from 'zod';
import { dayOf } from '../../db/accounts/activity.ts';
import { countCallDays, listCallDays } from '../../db/usage/days.ts';
import * as catalog from '../catalog/input.ts';
import { defineOperation, input, OPERATORS } from '../frame/operation.ts';

const DAY_MS = 86_400_000;
const USUAL_DAYS = 30;
/** Each has its days and APIs. */
const SUBSCRIPTIONS_A_PAGE = 100;

const day = z.iso.date('write a day like 2026-11-01').optional();

/**
 * Calls by subscription, day and API, in the order of the subscriptions' ids: of an account, a product or all, in 30 days or from
 * one day to another, both of them too. Days are in UTC and are kept for 400 of them. Calls without a known key are in none.
 */
export const listCallsByDay = defineOperation({
  name: 'usage/list-days',
  allowed: OPERATORS,
  effect: 'read',
  input: {
    accountId: input.accountId.optional(),
    productId: catalog.productId.optional(),
    from: day,
    to: day,
    limit: z.int().min(1).max(SUBSCRIPTIONS_A_PAGE).default(SUBSCRIPTIONS_A_PAGE),
    after: z.string().max(256).optional(),
    isCounted: z.boolean().default(false),
  },
  async run(act, { accountId, productId, limit, after, isCounted, ...given }) {
    const from = given.from ?? dayOf(new Date(act.now.getTime() - (USUAL_DAYS - 1) * DAY_MS));
    const to = given.to ?? dayOf(act.now);
    const wanted = { serviceId: act.service.id, accountId, productId, from, to };
    const { days, last } = await listCallDays(act.tx, wanted, { limit, after });
    return { days, next: last, ...(isCounted ? { count: await countCallDays(act.tx, wanted) } : {}) };
  },
});
