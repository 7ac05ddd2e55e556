import type { InputBlock, ModalView } from '@slack/types';
import { MAX_KEY_LIFE_DAYS } from '../../domain/key-life.ts';
import { quotaText, rateText } from '../../domain/limit-words.ts';
import {
  catalogName,
  MAX_CATALOG_NAME_LENGTH,
  MAX_PRODUCT_TEXT_LENGTH,
  MAX_SUBSCRIPTIONS_LIMIT,
  MAX_TERMS_LENGTH,
  productQuota,
  productRate,
} from '../../operations/catalog/input.ts';
import type { ProductView } from '../../operations/catalog/view.ts';
import { referenceTo } from '../frame/reference.ts';
import { checkbox, modal, multiSearchInput, section, textInput } from '../present/blocks.ts';
import { countedSubscriptions } from '../present/counts.ts';
import { escapeText } from '../present/text.ts';
import { deleteSubscriptionsCheckbox, tellSubscribersFirst } from './delete-with-subscriptions.ts';
import { blankErrors, type FormValues, listOf, schemaError, textOf } from './form.ts';
import { limitInputs } from './limits.ts';
import { keptIds, keptNote } from './long-ids.ts';

export const createProductModal = (): ModalView =>
  modal({
    callback: 'product-create',
    title: 'Create a product',
    submit: 'Create',
    blocks: [
      ...fields(),
      textInput('id', 'Id', {
        optional: true,
        maxLength: 256,
        hint: 'Programs use this id, and it never changes. Leave it empty to make one from the name.',
      }),
    ],
  });

export function editProductModal(product: ProductView): ModalView {
  return modal({
    callback: 'product-edit',
    title: 'Edit a product',
    submit: 'Save',
    metadata: referenceTo(product),
    blocks: [
      section(`*${escapeText(product.name)}* · id \`${product.id}\``),
      ...fields(product),
      ...keptNote([...product.apis, ...product.groups]),
    ],
  });
}

export function deleteProductModal(product: ProductView, subscriptions: number): ModalView {
  const consequence =
    subscriptions > 0
      ? ` It has ${countedSubscriptions(subscriptions)}: their keys stop working at the next call.`
      : ' It has no subscriptions.';
  return modal({
    callback: 'product-delete',
    title: 'Delete a product',
    submit: 'Delete',
    metadata: { ...referenceTo(product), subscriptions },
    blocks: [
      section(`*${escapeText(product.name)}* is deleted for good; its APIs stay.${consequence}`),
      ...tellSubscribersFirst('product-tell', product, subscriptions),
      ...deleteSubscriptionsCheckbox(subscriptions),
    ],
  });
}

export function productErrors(values: FormValues): Record<string, string> {
  return {
    ...schemaError(values, 'name', catalogName),
    ...blankErrors(values, { name: 'Enter a name' }),
    ...schemaError(values, 'rate', productRate),
    ...schemaError(values, 'quota', productQuota),
    ...(isNumberUpTo(textOf(values, 'keyDays'), MAX_KEY_LIFE_DAYS)
      ? {}
      : { keyDays: `Enter a number of days from 1 to ${MAX_KEY_LIFE_DAYS}, or leave it empty` }),
    ...(isNumberUpTo(textOf(values, 'limit'), MAX_SUBSCRIPTIONS_LIMIT)
      ? {}
      : { limit: `Enter a number from 1 to ${MAX_SUBSCRIPTIONS_LIMIT}, or leave it empty` }),
    ...(values.isApprovalRequired === true && values.isSubscriptionRequired !== true
      ? { isApprovalRequired: 'Only subscriptions can be approved: tick that one is required too' }
      : {}),
  };
}

/** The fields as the input of an operation. `current` is the product before the edit. */
export function productInput(values: FormValues, current?: ProductView) {
  return {
    name: textOf(values, 'name'),
    description: textOf(values, 'description'),
    terms: textOf(values, 'terms'),
    isPublished: values.isPublished === true,
    isSubscriptionRequired: values.isSubscriptionRequired === true,
    isApprovalRequired: values.isApprovalRequired === true,
    subscriptionsLimit: numberIn(values, 'limit'),
    rate: textOf(values, 'rate'),
    quota: textOf(values, 'quota'),
    keysExpireAfterDays: numberIn(values, 'keyDays'),
    apiIds: [...listOf(values, 'apis'), ...keptIds(current?.apis ?? [])],
    groupIds: [...listOf(values, 'seenBy'), ...keptIds(current?.groups ?? [])],
  };
}

/** Also nothing at all. */
const isNumberUpTo = (text: string, max: number): boolean =>
  text === '' || (/^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= max);
const numberIn = (values: FormValues, field: string): number | null => {
  const text = textOf(values, field);
  return text === '' ? null : Number(text);
};

const DEVELOPERS = { id: 'developers', name: 'Developers' };

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
    multiSearchInput('apis', 'APIs', {
      placeholder: 'APIs in this product',
      chosen: product?.apis ?? [],
    }),
    multiSearchInput('seenBy', 'Seen by', {
      placeholder: 'Groups that see it in the portal',
      hint: 'Developers: everyone with an account. Guests: visitors who are not signed in, too.',
      chosen: product?.groups ?? [DEVELOPERS],
    }),
    checkbox(
      'isPublished',
      'Published',
      'Developers see it, and its keys work',
      product?.isPublished ?? false,
    ),
    checkbox(
      'isSubscriptionRequired',
      'Subscription',
      'Required: otherwise, calls to its APIs need no key',
      product?.isSubscriptionRequired ?? true,
    ),
    checkbox(
      'isApprovalRequired',
      'Approval',
      'An operator approves each subscription',
      product?.isApprovalRequired ?? false,
    ),
    textInput('limit', 'Subscriptions per account', {
      value: limit ? String(limit) : '',
      optional: true,
      maxLength: 4,
      hint: `The most that an account can have at a time, from 1 to ${MAX_SUBSCRIPTIONS_LIMIT}. Leave it empty for no limit.`,
    }),
    ...limitInputs({
      rate: product?.rate ? rateText(product.rate) : '',
      quota: product?.quota ? quotaText(product.quota) : '',
      empty: 'Leave it empty for no limit.',
    }),
    textInput('keyDays', 'Keys end after days', {
      value: product?.keysExpireAfterDays ? String(product.keysExpireAfterDays) : '',
      optional: true,
      maxLength: 4,
      hint: 'A mail tells the owner 30, 7 and 1 days ahead to replace the key. A new number counts from now on for the keys that still work. Leave it empty for no end.',
    }),
    textInput('terms', 'Terms', {
      value: product?.terms ?? '',
      optional: true,
      multiline: true,
      maxLength: MAX_TERMS_LENGTH,
      hint: 'Developers must agree to them to subscribe.',
    }),
  ];
}
