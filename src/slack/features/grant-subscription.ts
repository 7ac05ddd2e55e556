import { DomainError } from '../../domain/domain-error.ts';
import { showAccount } from '../../operations/accounts/show.ts';
import { grantSubscription } from '../../operations/subscriptions/grant.ts';
import type { Feature } from '../frame/feature.ts';
import { readCarried } from '../frame/reference.ts';
import { attempt, openModalFor } from '../frame/role.ts';
import { dayIn, type FormValues, textOf } from '../modals/form.ts';
import { grantSubscriptionModal } from '../modals/subscription.ts';
import { nameOf } from '../present/account.ts';
import { inactiveAccountWarning, mailSentText, subscriptionText } from '../present/subscription.ts';
import { escapeText } from '../present/text.ts';
import { subscriptionReply } from './subscription-actions.ts';

export const grantSubscriptionFeature: Feature = {
  buttons: {
    'subscription-grant': async (request, value) => {
      const { accountId } = readCarried(value);
      return openModalFor(request, grantSubscription, { accountId }, async ({ context }) => {
        if (typeof accountId !== 'string') return grantSubscriptionModal(null);
        const { account } = await showAccount(context, { accountId });
        const state = account.state === 'active' ? '' : ` · *${account.state}*`;
        return grantSubscriptionModal({ id: account.id, title: `*${escapeText(nameOf(account))}*${state}` });
      });
    },
  },
  submissions: {
    'subscription-grant': {
      check: dateErrors,
      async run(request, values, metadata) {
        const accountId = textOf(values, 'account') || String(metadata.accountId ?? '');
        const name = textOf(values, 'name');
        const endsAt = dayIn(values, 'endsAt');
        const scope = await attempt(request, grantSubscription, { accountId }, () => {
          if (endsAt && endsAt <= request.context.clock())
            throw new DomainError('invalid_input', {
              fields: { ends: 'this day has passed; choose a later one' },
            });
          return scopeIn(values);
        });
        const { subscription, isTold } = await grantSubscription(request.context, {
          ...scope,
          ...(accountId ? { accountId } : {}),
          ...(name ? { name } : {}),
          startsAt: dayIn(values, 'startsAt'),
          endsAt,
          tellDeveloper: values.tellDeveloper === true,
        });
        const text = `Granted: ${subscriptionText(subscription)}.${inactiveAccountWarning(subscription)} ${subscription.owner ? 'The developer finds the keys in the portal.' : 'It has no owner, so only programs see its keys.'}${mailSentText(isTold)}`;
        return subscriptionReply(request, text, subscription);
      },
    },
  },
};

function dateErrors(values: FormValues): Record<string, string> {
  const [from, until] = [textOf(values, 'startsAt'), textOf(values, 'endsAt')];
  return from && until && until <= from ? { endsAt: 'Choose a day after the start' } : {};
}

/** Reads an option of the field "For": `all`, `product:starter` or `api:orders`. */
function scopeIn(values: FormValues): { productId?: string; apiId?: string } {
  const chosen = textOf(values, 'scope');
  if (chosen === 'all') return {};
  const [kind, ...id] = chosen.split(':');
  if (kind === 'product') return { productId: id.join(':') };
  if (kind === 'api') return { apiId: id.join(':') };
  throw new DomainError('invalid_input', { fields: { for: 'choose a product, an API or all APIs' } });
}
