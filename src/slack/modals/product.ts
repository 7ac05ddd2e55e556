// The modals of a product, and what was typed into them.
import type { InputBlock, ModalView } from '@slack/types';
import {
  catalogName,
  MAX_CATALOG_NAME_LENGTH,
  MAX_PRODUCT_TEXT_LENGTH,
  MAX_SUBSCRIPTIONS_LIMIT,
  MAX_TERMS_LENGTH,
} from '../../operations/catalog/input.ts';
import type { ProductView } from '../../operations/catalog/view.ts';
import { blankErrors, type FormValues, listOf, schemaError, textOf } from '../frame/feature.ts';
import {
  checkbox,
  context,
  MAX_OPTION_VALUE_LENGTH,
  manyInput,
  modal,
  section,
  textInput,
} from '../present/blocks.ts';
import { countedSubscriptions } from '../present/counts.ts';
import { escapeText } from '../present/text.ts';
import { deleteSubscriptionsCheckbox } from './delete-with-subscriptions.ts';

type Chosen = { id: string; name: string };

const DEVELOPERS: Chosen = { id: 'developers', name: 'Developers' };
/** Slack takes no option with a longer id: what has one can't be chosen here, and stays as it is. */
const isOption = ({ id }: Chosen): boolean => id.length <= MAX_OPTION_VALUE_LENGTH;

function fields(product?: ProductView): InputBlock[] {
  const limit = product?.subscriptionsLimit;
  return [
    textInput('name', 'Name', { value: product?.name ?? '', maxLength: MAX_CATALOG_NAME_LENGTH }),
    textInput('description', 'Description', {
      value: product?.description ?? '',
      optional: true,
      multiline: true,
      maxLength: MAX_PRODUCT_TEXT_LENGTH,
    }),
    manyInput('apis', 'APIs', {
      placeholder: 'Which APIs it opens',
      chosen: (product?.apis ?? []).filter(isOption),
    }),
    manyInput('seenBy', 'Seen by', {
      placeholder: 'Groups that see it in the portal',
      hint: 'Developers: everybody with an account. Guests: visitors who are not signed in as well.',
      chosen: (product?.groups ?? [DEVELOPERS]).filter(isOption),
    }),
    checkbox(
      'isPublished',
      'Published',
      'Developers see it, and its subscriptions pass',
      product?.isPublished ?? false,
    ),
    checkbox(
      'isSubscriptionRequired',
      'Subscription',
      'One is needed; otherwise calls to its APIs pass without a key',
      product?.isSubscriptionRequired ?? true,
    ),
    checkbox(
      'isApprovalRequired',
      'Approval',
      'An operator decides about each subscription',
      product?.isApprovalRequired ?? false,
    ),
    textInput('limit', 'Subscriptions for an account', {
      value: limit ? String(limit) : '',
      optional: true,
      maxLength: 4,
      hint: `At most so many at a time, 1 to ${MAX_SUBSCRIPTIONS_LIMIT}. Left empty: any number.`,
    }),
    textInput('terms', 'Terms', {
      value: product?.terms ?? '',
      optional: true,
      multiline: true,
      maxLength: MAX_TERMS_LENGTH,
      hint: 'Whoever subscribes has to agree to them.',
    }),
  ];
}

export const createModal = (): ModalView =>
  modal({
    callback: 'product-create',
    title: 'Create a product',
    submit: 'Create',
    blocks: [
      ...fields(),
      textInput('id', 'Id', {
        optional: true,
        maxLength: 256,
        hint: 'Programs name it so, and it never changes. Left empty: made from the name.',
      }),
    ],
  });

export function editModal(product: ProductView): ModalView {
  const { id, version } = product;
  const keep = (things: readonly Chosen[]) => things.filter((one) => !isOption(one));
  const [apis, groups] = [keep(product.apis), keep(product.groups)];
  const kept = [...apis, ...groups].map(({ name }) => escapeText(name)).join(', ');
  return modal({
    callback: 'product-edit',
    title: 'Edit a product',
    submit: 'Save',
    metadata: { id, version },
    blocks: [
      section(`*${escapeText(product.name)}* · id \`${id}\``),
      ...fields(product),
      ...(kept ? [context(`Their ids are too long for Slack, so they stay as they are: ${kept}.`)] : []),
    ],
  });
}

export function deleteModal({ id, version, name }: ProductView, subscriptions: number): ModalView {
  const go =
    subscriptions > 0
      ? ` There ${subscriptions === 1 ? 'is' : 'are'} ${countedSubscriptions(subscriptions)} to it: their keys are unknown from the next call on.`
      : ' Nobody has a subscription to it.';
  return modal({
    callback: 'product-delete',
    title: 'Delete a product',
    submit: 'Delete',
    metadata: { id, version, subscriptions },
    blocks: [
      section(`*${escapeText(name)}* goes away for good; its APIs stay.${go}`),
      ...deleteSubscriptionsCheckbox(subscriptions),
    ],
  });
}

export function fieldErrors(values: FormValues): Record<string, string> {
  const limit = textOf(values, 'limit');
  const isLimit =
    limit === '' ||
    (/^\d{1,4}$/.test(limit) && Number(limit) >= 1 && Number(limit) <= MAX_SUBSCRIPTIONS_LIMIT);
  return {
    ...schemaError(values, 'name', catalogName),
    ...blankErrors(values, { name: 'Write a name' }),
    ...(isLimit ? {} : { limit: `Write a number from 1 to ${MAX_SUBSCRIPTIONS_LIMIT}, or nothing` }),
    ...(values.isApprovalRequired === true && values.isSubscriptionRequired !== true
      ? { isApprovalRequired: 'An approval is about subscriptions: tick that one is needed too' }
      : {}),
  };
}

/** All that the fields say; `was` is the product that is edited. */
export function wantedIn(values: FormValues, was?: ProductView) {
  const limit = textOf(values, 'limit');
  const kept = (things: readonly Chosen[] = []) => things.filter((one) => !isOption(one)).map(({ id }) => id);
  return {
    name: textOf(values, 'name'),
    description: textOf(values, 'description'),
    terms: textOf(values, 'terms'),
    isPublished: values.isPublished === true,
    isSubscriptionRequired: values.isSubscriptionRequired === true,
    isApprovalRequired: values.isApprovalRequired === true,
    subscriptionsLimit: limit === '' ? null : Number(limit),
    apiIds: [...listOf(values, 'apis'), ...kept(was?.apis)],
    groupIds: [...listOf(values, 'seenBy'), ...kept(was?.groups)],
  };
}
