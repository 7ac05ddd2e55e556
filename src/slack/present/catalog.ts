// APIs and products, drawn for operators.
import type { KnownBlock } from '@slack/types';
import { deleteApi } from '../../operations/apis/delete.ts';
import { editApi } from '../../operations/apis/edit.ts';
import type { ApiView, ProductView } from '../../operations/catalog/view.ts';
import type { Role } from '../../operations/frame/context.ts';
import { deleteProduct } from '../../operations/products/delete.ts';
import { editProduct } from '../../operations/products/edit.ts';
import { actions, button, type Message, section } from './blocks.ts';
import { cut, escapeText } from './text.ts';

const SHOWN_OF_TEXT = 200;
const NAMES_SHOWN = 8;

/** What a button says of an API or product: which one, and the version that was shown. */
const buttonValue = ({ id, version }: { id: string; version: number }): string =>
  JSON.stringify({ id, version });

const pathText = (path: string): string => (path === '' ? 'every other path' : `\`/${path}\``);

const apiText = ({ id, name, path }: ApiView): string =>
  `*${escapeText(name)}* · ${pathText(path)} · id \`${id}\``;

function namesOf(things: readonly { name: string }[], none: string): string {
  if (things.length === 0) return none;
  const shown = things.slice(0, NAMES_SHOWN).map(({ name }) => escapeText(name));
  const more = things.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function subscriptionWords(product: ProductView): string {
  if (!product.isSubscriptionRequired) return 'not needed: calls pass without a key';
  const limit = product.subscriptionsLimit;
  return [
    product.isApprovalRequired ? 'needed, and an operator decides' : 'needed',
    ...(limit === null ? [] : [`at most ${limit} for an account`]),
  ].join(' · ');
}

function productText(product: ProductView): string {
  const { id, name, description, isPublished, apis, groups, terms } = product;
  return [
    `*${escapeText(name)}* · ${isPublished ? 'published' : '*not published*'} · id \`${id}\``,
    ...(description ? [escapeText(cut(description, SHOWN_OF_TEXT))] : []),
    `*APIs:* ${namesOf(apis, 'none yet')}`,
    `*Subscription:* ${subscriptionWords(product)}${terms ? ' · with terms' : ''}`,
    `*Seen by:* ${namesOf(groups, 'nobody')}`,
  ].join('\n');
}

type Noun = 'api' | 'product';
/** A role alone says who may: an API and a product can be edited and deleted at any time. */
const DEEDS = {
  api: [
    { button: 'api-edit', text: 'Edit', operation: editApi },
    { button: 'api-delete', text: 'Delete', operation: deleteApi, style: 'danger' },
  ],
  product: [
    { button: 'product-edit', text: 'Edit', operation: editProduct },
    { button: 'product-delete', text: 'Delete', operation: deleteProduct, style: 'danger' },
  ],
} as const;

function rowOf(
  noun: Noun,
  thing: { id: string; version: number; name: string },
  words: string,
  role: Role | null,
): KnownBlock[] {
  const deeds = DEEDS[noun].filter(({ operation }) => role !== null && operation.allowed.includes(role));
  const buttons = deeds.map((deed) =>
    button(deed.button, deed.text, buttonValue(thing), {
      label: `${deed.text} ${thing.name}`,
      ...('style' in deed ? { style: deed.style } : {}),
    }),
  );
  return [section(words), ...(buttons.length ? [actions(buttons)] : [])];
}

/** With the buttons for whoever looks. */
export const apiBlocks = (api: ApiView, role: Role | null): KnownBlock[] =>
  rowOf('api', api, apiText(api), role);

export const productBlocks = (product: ProductView, role: Role | null): KnownBlock[] =>
  rowOf('product', product, productText(product), role);

export const withBlocks = (text: string, blocks: KnownBlock[]): Message => ({
  text,
  blocks: [section(text), ...blocks],
});
