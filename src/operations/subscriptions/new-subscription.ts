// Makes a subscription, for an operator's grant and a developer's request.
import { firstVersion } from '../../db/audit/rows.ts';
import { findApi } from '../../db/catalog/apis.ts';
import { holdProduct, type Product } from '../../db/catalog/products.ts';
import { newId } from '../../db/ids.ts';
import { holdId } from '../../db/rows.ts';
import {
  countSubscriptions,
  findSubscriptionId,
  insertSubscription,
  type Subscription,
} from '../../db/subscriptions/subscriptions.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { COUNTED_STATES } from '../../domain/subscription-state.ts';
import type { Act } from '../frame/context.ts';
import { giveKey } from './keys.ts';

type NewSubscription = {
  id?: string | undefined;
  accountId: string | null;
  scope: ScopeRows;
  name: string;
  state: Subscription['state'];
  stateComment?: string;
  startsAt?: Date | null;
  endsAt?: Date | null;
  primaryKey?: string | undefined;
  secondaryKey?: string | undefined;
  scopeAsWritten?: string | undefined;
  ownerAsWritten?: string | undefined;
  allowsTracing?: boolean | undefined;
};
type ScopeRows = { productId: string | null; apiId: string | null; name: string; product: Product | null };

/** The product or API that a subscription is for; with neither id, all APIs. Errors: `product_not_found`, `api_not_found`. */
export async function demandScope(
  act: Act,
  { productId, apiId }: { productId?: string | undefined; apiId?: string | undefined },
): Promise<ScopeRows> {
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
 * Makes a subscription with two keys. The caller has locked its account, so that the product's limit holds when several
 * requests come at once (safety T31).
 * Errors: `subscriptions_limit` of the product; `id_taken`; `key_taken`; `invalid_input` for dates or keys.
 */
export async function makeSubscription(act: Act, wanted: NewSubscription): Promise<Subscription> {
  const serviceId = act.service.id;
  const { accountId, scope, name, state, startsAt = null, endsAt = null } = wanted;
  demandDates(startsAt, endsAt);
  if (accountId) await demandBelowLimit(act, accountId, scope.product);
  const id = wanted.id ?? newId(act.now, act.random);
  if (wanted.id !== undefined) await demandFreeId(act, wanted.id);
  const subscription = await insertSubscription(act.tx, {
    serviceId,
    id,
    accountId,
    productId: scope.productId,
    apiId: scope.apiId,
    name,
    scopeAsWritten: wanted.scopeAsWritten ?? null,
    ownerAsWritten: wanted.ownerAsWritten ?? null,
    allowsTracing: wanted.allowsTracing ?? false,
    state,
    stateComment: wanted.stateComment ?? '',
    stateChangedAt: act.now,
    stateChangedBy: act.actorName,
    startsAt,
    endsAt,
    version: await firstVersion(act.tx, serviceId, { kind: 'subscription', id }),
    createdAt: act.now,
    updatedAt: act.now,
  });
  if (!subscription) throw new DomainError('id_taken', { id });
  await giveKey(act, subscription, 'primary', { foreignKey: wanted.primaryKey });
  await giveKey(act, subscription, 'secondary', { foreignKey: wanted.secondaryKey });
  return subscription;
}

/** Errors: `id_taken`, compared without case. */
async function demandFreeId({ tx, service }: Act, id: string): Promise<void> {
  await holdId(tx, 'subscription', { serviceId: service.id, id });
  if (await findSubscriptionId(tx, service.id, id)) throw new DomainError('id_taken', { id });
}

async function demandBelowLimit(act: Act, accountId: string, product: Product | null): Promise<void> {
  const limit = product?.subscriptionsLimit;
  if (!product || limit === null || limit === undefined) return;
  const query = { serviceId: act.service.id, accountId, productId: product.id, states: COUNTED_STATES };
  if ((await countSubscriptions(act.tx, query)) >= limit)
    throw new DomainError('subscriptions_limit', { limit: String(limit), id: product.id });
}

/** Errors: `invalid_input` with `fields.endsAt`. */
function demandDates(startsAt: Date | null, endsAt: Date | null): void {
  if (startsAt && endsAt && endsAt <= startsAt)
    throw new DomainError('invalid_input', { fields: { endsAt: 'must be after the start' } });
}
