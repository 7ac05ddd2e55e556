import { z } from 'zod';
import { findApis } from '../../db/catalog/apis.ts';
import { findProduct, findProducts } from '../../db/catalog/products.ts';
import { findSubscriptions } from '../../db/subscriptions/subscriptions.ts';
import { listUsedUp } from '../../db/usage/quota-use.ts';
import { readTopUsage, type TopUsage } from '../../db/usage/read.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { CallSums, UsageOf, UsageTime } from '../../domain/usage-times.ts';
import { demandAccount } from '../accounts/account.ts';
import * as catalog from '../catalog/input.ts';
import { type Act, defineOperation, input, OPERATORS } from '../frame/operation.ts';
import { usageTime, viewUsage } from './usage.ts';

const MAX_TOP = 5;
const MAX_USED_UP = 10;

/** A thing and its calls. `name` is null when it was deleted; `owner` is the account of a subscription. */
export type TopRow = CallSums & {
  id: string;
  name: string | null;
  owner: { firstName: string; lastName: string; email: string } | null;
};

/**
 * The calls of the service, an account, a product or a subscription: over time, the refused ones by reason, the five
 * busiest subscriptions, APIs and products, and the first ten subscriptions whose quota is used up now.
 * Errors: `account_not_found`, `product_not_found`, `subscription_not_found`; `invalid_input` for more than one of them.
 */
export const showUsage = defineOperation({
  name: 'usage/show',
  allowed: OPERATORS,
  effect: 'read',
  input: z
    .strictObject({
      time: usageTime.default('30 days'),
      accountId: input.accountId.optional(),
      productId: catalog.productId.optional(),
      subscriptionId: catalog.subscriptionId.optional(),
    })
    .refine(
      ({ accountId, productId, subscriptionId }) =>
        [accountId, productId, subscriptionId].filter((id) => id !== undefined).length <= 1,
      { path: ['productId'], error: 'name an account, a product or a subscription, not several' },
    ),
  async run(act, { time, ...ids }) {
    const of = usageOfIds(ids);
    await demandThing(act, of);
    const [usage, subscriptions, apis, products, usedUp] = await Promise.all([
      viewUsage(act, of, time),
      of.of === 'subscription' ? [] : topSubscriptions(act, of, time),
      topOf(act, of, time, 'api'),
      of.of === 'service' ? topOf(act, of, time, 'product') : [],
      listUsedUp(act.tx, { serviceId: act.service.id, of, now: act.now, max: MAX_USED_UP }),
    ]);
    return { ...usage, top: { subscriptions, apis, products }, usedUp };
  },
});

type Ids = {
  accountId?: string | undefined;
  productId?: string | undefined;
  subscriptionId?: string | undefined;
};

function usageOfIds({ accountId, productId, subscriptionId }: Ids): UsageOf {
  if (accountId !== undefined) return { of: 'account', id: accountId };
  if (productId !== undefined) return { of: 'product', id: productId };
  return subscriptionId === undefined ? { of: 'service' } : { of: 'subscription', id: subscriptionId };
}

async function demandThing(act: Act, of: UsageOf): Promise<void> {
  const serviceId = act.service.id;
  if (of.of === 'account') await demandAccount(act, of.id);
  if (of.of === 'product' && !(await findProduct(act.tx, serviceId, of.id)))
    throw new DomainError('product_not_found');
  if (of.of === 'subscription' && (await findSubscriptions(act.tx, serviceId, [of.id])).length === 0)
    throw new DomainError('subscription_not_found');
}

async function topSubscriptions(act: Act, of: UsageOf, time: UsageTime): Promise<TopRow[]> {
  const rows = await topUsage(act, of, time, 'subscription');
  const found = await findSubscriptions(
    act.tx,
    act.service.id,
    rows.map(({ id }) => id),
  );
  return rows.flatMap((row) => {
    const one = found.find(({ id }) => id === row.id);
    return one ? [{ ...row, name: one.name, owner: one.owner }] : [];
  });
}

async function topOf(act: Act, of: UsageOf, time: UsageTime, by: 'api' | 'product'): Promise<TopRow[]> {
  const rows = await topUsage(act, of, time, by);
  const find = by === 'api' ? findApis : findProducts;
  const found = await find(
    act.tx,
    act.service.id,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => ({
    ...row,
    name: found.find(({ id }) => id === row.id)?.name ?? null,
    owner: null,
  }));
}

const topUsage = (
  act: Act,
  of: UsageOf,
  time: UsageTime,
  by: 'subscription' | 'api' | 'product',
): Promise<TopUsage[]> =>
  readTopUsage(act.tx, { serviceId: act.service.id, of, time, now: act.now, by, max: MAX_TOP });
