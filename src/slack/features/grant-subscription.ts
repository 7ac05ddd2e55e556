// Granting a subscription: to whom, for what, from when until when.
import type { ModalView } from '@slack/types';
import { DomainError } from '../../domain/domain-error.ts';
import { showAccount } from '../../operations/accounts/show.ts';
import { MAX_CATALOG_NAME_LENGTH } from '../../operations/catalog/input.ts';
import { grantSubscription } from '../../operations/subscriptions/grant.ts';
import { type Feature, type FormValues, textOf } from '../frame/feature.ts';
import { requireRole } from '../frame/role.ts';
import { nameOf } from '../present/account.ts';
import { accountInput, checkbox, dateInput, modal, oneInput, section, textInput } from '../present/blocks.ts';
import { inactiveAccountWarning } from '../present/subscription.ts';
import { escapeText } from '../present/text.ts';
import { answered, dayIn, mailSentText, subscriptionWords } from './subscription-actions.ts';

/** `title`: whose it will be, where that is settled. */
function grantModal(account: { id: string; title: string } | null): ModalView {
  return modal({
    callback: 'subscription-grant',
    title: 'Grant a subscription',
    submit: 'Grant',
    metadata: account ? { accountId: account.id } : {},
    blocks: [
      account
        ? section(`To ${account.title}`)
        : accountInput({
            optional: true,
            hint: 'Left empty: it belongs to nobody, and only programs see its keys.',
          }),
      oneInput('scope', 'For', {
        placeholder: 'A product, an API, or all APIs',
        hint: 'One of its keys opens this, and nothing else.',
      }),
      textInput('name', 'Name', {
        optional: true,
        maxLength: MAX_CATALOG_NAME_LENGTH,
        hint: 'Left empty: named after what it is for.',
      }),
      dateInput('startsAt', 'Starts', { hint: 'At 00:00 UTC of that day. Left empty: at once.' }),
      dateInput('endsAt', 'Ends', { hint: 'At 00:00 UTC of that day. Left empty: never.' }),
      checkbox('tellDeveloper', 'Mail', 'Tell the developer by mail', true),
    ],
  });
}

/** What a choice in the field "For" stands for: `all`, `product:starter`, `api:orders`. */
function scopeIn(values: FormValues): { productId?: string; apiId?: string } {
  const chosen = textOf(values, 'scope');
  if (chosen === 'all') return {};
  const [kind, ...id] = chosen.split(':');
  if (kind === 'product') return { productId: id.join(':') };
  if (kind === 'api') return { apiId: id.join(':') };
  throw new DomainError('invalid_input', { fields: { for: 'is a product, an API, or all APIs' } });
}

function datesError(values: FormValues): Record<string, string> {
  const [from, until] = [textOf(values, 'startsAt'), textOf(values, 'endsAt')];
  return from && until && until <= from ? { endsAt: 'Choose a day after the start' } : {};
}

export const grant: Feature = {
  buttons: {
    'subscription-grant': (request, value) =>
      request.openModal(async () => {
        await requireRole(request, 'admins');
        const { accountId } = JSON.parse(value) as { accountId?: unknown };
        if (typeof accountId !== 'string') return grantModal(null);
        const { account } = await showAccount(request.context, { accountId });
        const state = account.state === 'active' ? '' : ` · *${account.state}*`;
        return grantModal({ id: account.id, title: `*${escapeText(nameOf(account))}*${state}` });
      }),
  },
  submissions: {
    'subscription-grant': {
      check: datesError,
      async run(request, values, metadata) {
        const accountId = textOf(values, 'account') || String(metadata.accountId ?? '');
        const name = textOf(values, 'name');
        const endsAt = dayIn(textOf(values, 'endsAt'));
        if (endsAt && endsAt <= request.context.clock())
          throw new DomainError('invalid_input', { fields: { ends: 'has gone by; choose a later day' } });
        const { subscription, isTold } = await grantSubscription(request.context, {
          ...scopeIn(values),
          ...(accountId ? { accountId } : {}),
          ...(name ? { name } : {}),
          startsAt: dayIn(textOf(values, 'startsAt')),
          endsAt,
          tellDeveloper: values.tellDeveloper === true,
        });
        const text = `Granted: ${subscriptionWords(subscription)}.${inactiveAccountWarning(subscription)} The developer finds the keys in the portal.${mailSentText(isTold)}`;
        return answered(request, text, subscription);
      },
    },
  },
};
