import { z } from 'zod';
import { insertPortalAgreement } from '../../db/accounts/agreements.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { holdAccount } from '../accounts/account.ts';
import * as catalog from '../catalog/input.ts';
import { ACCOUNTS, type Act, defineOperation } from '../frame/operation.ts';
import { queueSubscriptionRepaint } from '../frame/outbox.ts';
import { signedInAs } from '../sessions/session.ts';
import { holdSubscription } from '../subscriptions/subscription.ts';
import { agreeToTermsOf, viewTerms } from './terms.ts';

/**
 * A developer agrees to the terms of the portal (`TERMS_VERSION`), or to those of the product of their subscription.
 * `version`: the one that they read. Errors: `terms_not_agreed` when it isn't the present one any more, or there are no
 * terms; `subscription_not_found`, also for another developer's.
 */
export const agreeToTerms = defineOperation({
  name: 'terms/agree',
  allowed: ACCOUNTS,
  effect: 'change',
  input: { subscriptionId: catalog.subscriptionId.optional(), version: z.string().max(100) },
  async run(act, { subscriptionId, version }) {
    const { accountId } = signedInAs(act);
    if (subscriptionId) return agreeForSubscription(act, { accountId, subscriptionId, version });
    const account = await holdAccount(act, accountId);
    const { termsVersion, termsUrl } = act.policy.brand;
    if (account.state !== 'active') throw new DomainError('not_permitted');
    if (version !== termsVersion) throw new DomainError('terms_not_agreed');
    const row = { serviceId: act.service.id, accountId, version, url: termsUrl ?? '', agreedAt: act.now };
    if (!(await insertPortalAgreement(act.tx, row))) return act.nothingChanged();
    act.record({ target: { kind: 'account', id: accountId }, after: { terms: version } });
  },
});

async function agreeForSubscription(
  act: Act,
  of: { accountId: string; subscriptionId: string; version: string },
): Promise<void> {
  const subscription = await holdSubscription(act, of.subscriptionId);
  const terms = await viewTerms(act, subscription);
  if (terms?.version !== of.version) throw new DomainError('terms_not_agreed');
  const product = { id: terms.productId, terms: terms.text };
  if (!(await agreeToTermsOf(act, of.accountId, product))) return act.nothingChanged();
  await queueSubscriptionRepaint(act, subscription.id);
  act.record({
    target: { kind: 'subscription', id: subscription.id },
    after: { agreedToTerms: true, termsVersion: of.version },
  });
}
