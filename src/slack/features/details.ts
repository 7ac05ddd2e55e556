import type { ModalView } from '@slack/types';
import { showAccount } from '../../operations/accounts/show.ts';
import { showApi } from '../../operations/apis/show.ts';
import { showProduct } from '../../operations/products/show.ts';
import { showSubscription } from '../../operations/subscriptions/show.ts';
import type { Feature } from '../frame/feature.ts';
import { idIn } from '../frame/reference.ts';
import { nameOf } from '../present/account.ts';
import { context, modal, section } from '../present/blocks.ts';
import { apiDetailsText, productText } from '../present/catalog.ts';
import { callsText } from '../present/counts.ts';
import { scopeText } from '../present/subscription.ts';
import { escapeText, formatDate } from '../present/text.ts';

/** What programs and support need, and cards leave out: ids, versions, and when each thing happened. */
export const detailsFeature: Feature = {
  buttons: {
    'account-details': (request, value) =>
      request.openModal(async () => {
        const { account } = await showAccount(request.context, { accountId: idIn(value) });
        return detailsModal(`*${escapeText(nameOf(account))}*`, account, {
          Registered: account.registeredAt,
          'Email confirmed': account.emailConfirmedAt,
          'Last change': account.updatedAt,
          Deleted: account.deletedAt,
        });
      }),
    'subscription-details': (request, value) =>
      request.openModal(async () => {
        const { subscription } = await showSubscription(request.context, { subscriptionId: idIn(value) });
        const { scope, owner } = subscription;
        return detailsModal(`*${escapeText(subscription.name)}*`, subscription, {
          'Subscribed to': scopeText(subscription),
          ...('id' in scope ? { 'Product or API id': scope.id } : {}),
          'Account id': owner?.id ?? null,
          Requested: subscription.createdAt,
          Starts: subscription.startsAt,
          Ends: subscription.endsAt,
        });
      }),
    'product-details': (request, value) =>
      request.openModal(async () => {
        const { product, calls } = await showProduct(request.context, { productId: idIn(value) });
        return detailsModal([productText(product), ...callsText(calls)].join('\n'), product, {
          Created: product.createdAt,
          'Last change': product.updatedAt,
        });
      }),
    'api-details': (request, value) =>
      request.openModal(async () => {
        const { api } = await showApi(request.context, { apiId: idIn(value) });
        return detailsModal(apiDetailsText(api), api, {
          Created: api.createdAt,
          'Last change': api.updatedAt,
        });
      }),
  },
};

/** Facts without a value are left out. */
function detailsModal(
  text: string,
  { id, version }: { id: string; version: number },
  facts: Record<string, string | Date | null>,
): ModalView {
  const lines = Object.entries(facts).flatMap(([name, fact]) =>
    fact === null ? [] : [`*${name}:* ${fact instanceof Date ? formatDate(fact) : escapeText(fact)}`],
  );
  return modal({
    callback: 'done',
    title: 'Details',
    blocks: [
      section(text),
      section([`*Id:* \`${id}\``, ...lines].join('\n')),
      context(`Version ${version}: each change raises it by one.`),
    ],
  });
}
