// How a subscription comes to be, whoever asks for it.
import { findApi } from '../../db/catalog/apis.ts';
import { holdProduct, type Product } from '../../db/catalog/products.ts';
import { newId } from '../../db/ids.ts';
import {
  countSubscriptions,
  insertSubscription,
  type Subscription,
} from '../../db/subscriptions/subscriptions.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { COUNTED_STATES } from '../../domain/subscription-state.ts';
import type { Act } from '../frame/context.ts';
import { giveKey } from './keys.ts';

type Wanted = {
  id?: string | undefined;
  accountId: string | null;
  scope: Scope;
  name: string;
  state: Subscription['state'];
  stateComment?: string;
  startsAt?: Date | null;
  endsAt?: Date | null;
  primaryKey?: string | undefined;
  secondaryKey?: string | undefined;
};
type Scope = { productId: string | null; apiId: string | null; name: string; product: Product | null };

/** What it is for; with neither id, all APIs. Errors: `product_not_found`, `api_not_found`. */
export async function demandScope(
  act: Act,
  { productId, apiId }: { productId?: string | undefined; apiId?: string | undefined },
): Promise<Scope> {
  const serviceId = act.service.id;
  if (productId !== undefined) {
    const product = await holdProduct(act.tx, serviceId, productId);
    if (!product) throw new DomainError('product_not_found');
    return { productId, apiId: null, name: product.name, product };
  }
  if (apiId === undefined) return { productId: null, apiId: null, name: 'All APIs', product: null };
  const api = await findApi(act.tx, serviceId, apiId);
  if (!api) throw new DomainError('api_not_found');
  return { productId: null, apiId, name: api.name, product: null };
}

/**
 * Makes a subscription with two keys. Its account is locked by the caller, so that a limit holds for any number of tries
 * at once (safety T31).
 * Errors: `subscriptions_limit` of the product; `id_taken`; `key_taken`; `invalid_input` for dates or keys.
 */
export async function makeSubscription(act: Act, wanted: Wanted): Promise<Subscription> {
  const serviceId = act.service.id;
  const { accountId, scope, name, state, startsAt = null, endsAt = null } = wanted;
  demandDates(startsAt, endsAt);
  if (accountId) await demandRoom(act, accountId, scope.product);
  const id = wanted.id ?? newId(act.now, act.random);
  const subscription = await insertSubscription(act.tx, {
    serviceId,
    id,
    accountId,
    productId: scope.productId,
    apiId: scope.apiId,
    name,
    state,
    stateComment: wanted.stateComment ?? '',
    stateChangedAt: act.now,
    stateChangedBy: act.actorName,
    startsAt,
    endsAt,
    createdAt: act.now,
    updatedAt: act.now,
  });
  if (!subscription) throw new DomainError('id_taken', { id });
  await giveKey(act, id, 'primary', wanted.primaryKey);
  await giveKey(act, id, 'secondary', wanted.secondaryKey);
  return subscription;
}

async function demandRoom(act: Act, accountId: string, product: Product | null): Promise<void> {
  const limit = product?.subscriptionsLimit;
  if (!product || limit === null || limit === undefined) return;
  const of = { serviceId: act.service.id, accountId, productId: product.id, states: COUNTED_STATES };
  if ((await countSubscriptions(act.tx, of)) >= limit)
    throw new DomainError('subscriptions_limit', { limit: String(limit), id: product.id });
}

/** Errors: `invalid_input` with `fields.endsAt`. */
function demandDates(startsAt: Date | null, endsAt: Date | null): void {
  if (startsAt && endsAt && endsAt <= startsAt)
    throw new DomainError('invalid_input', { fields: { endsAt: 'must be after the start' } });
}
