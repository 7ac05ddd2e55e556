import { z } from 'zod';
import { DomainError } from '../../domain/domain-error.ts';
import { holdAccount } from '../accounts/account.ts';
import * as catalog from '../catalog/input.ts';
import { ADMINS_AND_PROGRAMS, defineOperation, input } from '../frame/operation.ts';
import { tellActiveSubscription, tellWaitingSubscription } from './mails.ts';
import { demandScope, makeSubscription } from './new-subscription.ts';
import { queueRepaintOf, viewOneSubscription } from './subscription.ts';

/**
 * Gives an account a subscription to a product, to one API, or with neither to all APIs. Without an account it has no
 * owner. It is `active` by default, and gets two new keys unless the input has some from elsewhere.
 * Errors: `account_not_found`, `account_state_unfitting` of a deleted one, `product_not_found`, `api_not_found`,
 * `subscriptions_limit`, `id_taken`, `key_taken`; `invalid_input` when both scopes are given, for dates and keys.
 * Source: Azure, Subscription create (management-api §1.4).
 */
export const grantSubscription = defineOperation({
  name: 'subscriptions/grant',
  allowed: ADMINS_AND_PROGRAMS,
  effect: 'change',
  input: z
    .strictObject({
      accountId: input.accountId.optional(),
      productId: catalog.productId.optional(),
      apiId: catalog.apiId.optional(),
      id: catalog.subscriptionId.optional(),
      name: catalog.catalogName.optional(),
      state: z
        .enum(['active', 'submitted', 'suspended', 'cancelled', 'rejected', 'expired'])
        .default('active'),
      stateComment: catalog.stateComment.default(''),
      startsAt: z.coerce.date().nullable().default(null),
      endsAt: z.coerce.date().nullable().default(null),
      primaryKey: catalog.foreignKey.optional(),
      secondaryKey: catalog.foreignKey.optional(),
      ...catalog.forPrograms,
      tellDeveloper: z.boolean().default(true),
    })
    .refine(({ productId, apiId }) => productId === undefined || apiId === undefined, {
      path: ['apiId'],
      message: 'is one scope too many: name a product or an API',
    }),
  async run(act, { accountId, productId, apiId, name, tellDeveloper, ...wanted }) {
    const account = accountId === undefined ? null : await holdAccount(act, accountId);
    if (account?.state === 'deleted') throw new DomainError('account_state_unfitting', { id: account.id });
    const scope = await demandScope(act, { productId, apiId });
    const subscription = await makeSubscription(act, {
      ...wanted,
      accountId: account?.id ?? null,
      scope,
      name: name ?? scope.name,
    });
    const isTold =
      tellDeveloper && subscription.state === 'active' && (await tellActiveSubscription(act, subscription));
    if (tellDeveloper && subscription.state === 'submitted') await tellWaitingSubscription(act, subscription);
    await queueRepaintOf(act, subscription);
    act.record({
      target: { kind: 'subscription', id: subscription.id },
      after: {
        accountId: account?.id ?? null,
        for: scope.name,
        state: subscription.state,
        from: subscription.startsAt,
        until: subscription.endsAt,
        broughtKeys: wanted.primaryKey !== undefined || wanted.secondaryKey !== undefined,
        toldDeveloper: isTold,
      },
    });
    return { subscription: await viewOneSubscription(act, subscription.id), isTold };
  },
});
