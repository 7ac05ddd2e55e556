// A subscription in Azure's form.
import type { listSubscriptions } from '../operations/subscriptions/list.ts';
import { type Address, resourceId as idOf, resourceFields } from './address.ts';
import { apiNameOf } from './api-revision.ts';
import { choiceField, textField } from './filter.ts';

export type Subscription = Awaited<ReturnType<typeof listSubscriptions>>['subscriptions'][number];

/** Without keys: only `listSecrets` shows them. */
export function viewSubscription(address: Address, row: Subscription, under: readonly string[] = []) {
  const { id, owner, scope, name, state, stateComment, createdAt, startsAt, endsAt } = row;
  const apiPath = ['apis', ...(scope.kind === 'api' ? [apiNameOf(scope.id)] : [])];
  const scopePath = scope.kind === 'product' ? ['products', scope.id] : apiPath;
  const ownerId = row.ownerAsWritten ?? (owner && idOf(address, 'users', owner.resourceId));
  return {
    ...resourceFields(address, ...under, 'subscriptions', id),
    properties: {
      ...(ownerId === null ? {} : { ownerId }),
      scope: row.scopeAsWritten ?? idOf(address, ...scopePath),
      displayName: name,
      state,
      createdDate: createdAt.toISOString(),
      startDate: startsAt?.toISOString() ?? null,
      expirationDate: endsAt?.toISOString() ?? null,
      endDate: ['cancelled', 'expired', 'rejected'].includes(state) ? row.stateChangedAt.toISOString() : null,
      notificationDate: null,
      stateComment: stateComment === '' ? null : stateComment,
      allowTracing: row.allowsTracing,
    },
  };
}

export const OWN_SUBSCRIPTION_FILTER = {
  name: textField('id'),
  displayName: textField('name'),
  stateComment: textField('stateComment'),
  ownerId: textField({ firstOf: [{ prefix: '/users/', field: 'ownerId' }, { prefix: '/users/' }] }),
  scope: textField({
    firstOf: [
      { prefix: '/products/', field: 'productId' },
      { prefix: '/apis/', field: 'apiId' },
      { prefix: '/apis' },
    ],
  }),
  userId: textField('ownerId'),
  productId: textField('productId'),
} as const;

/** Azure has no `state` among the subscriptions of a user. */
export const SUBSCRIPTION_FILTER = {
  ...OWN_SUBSCRIPTION_FILTER,
  state: choiceField('presentState', {
    suspended: 'suspended',
    active: 'active',
    expired: 'expired',
    submitted: 'submitted',
    rejected: 'rejected',
    cancelled: 'cancelled',
  }),
};
