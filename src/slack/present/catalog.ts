import type { KnownBlock } from '@slack/types';
import { deleteApi } from '../../operations/apis/delete.ts';
import { editApi } from '../../operations/apis/edit.ts';
import type { ApiView, ProductView } from '../../operations/catalog/view.ts';
import type { Role } from '../../operations/frame/context.ts';
import { deleteProduct } from '../../operations/products/delete.ts';
import { editProduct } from '../../operations/products/edit.ts';
import { buttonValue } from '../frame/reference.ts';
import { actions, button, type Message, section } from './blocks.ts';
import { cut, escapeText } from './text.ts';

export const apiBlocks = (api: ApiView, role: Role | null): KnownBlock[] =>
  rowOf('api', api, apiText(api), role);

export const productBlocks = (product: ProductView, role: Role | null): KnownBlock[] =>
  rowOf('product', product, productText(product), role);

export const messageWith = (text: string, blocks: KnownBlock[]): Message => ({
  text,
  blocks: [section(text), ...blocks],
});

type Noun = 'api' | 'product';

function rowOf(
  noun: Noun,
  thing: { id: string; version: number; name: string },
  text: string,
  role: Role | null,
): KnownBlock[] {
  const offered = ACTIONS[noun].filter(({ operation }) => role !== null && operation.allowed.includes(role));
  const buttons = offered.map((action) =>
    button(action.button, action.text, buttonValue(thing), {
      label: `${action.text} ${thing.name}`,
      ...('style' in action ? { style: action.style } : {}),
    }),
  );
  return [section(text), ...(buttons.length ? [actions(buttons)] : [])];
}

const ACTIONS = {
  api: [
    { button: 'api-edit', text: 'Edit', operation: editApi },
    { button: 'api-delete', text: 'Delete', operation: deleteApi, style: 'danger' },
  ],
  product: [
    { button: 'product-edit', text: 'Edit', operation: editProduct },
    { button: 'product-delete', text: 'Delete', operation: deleteProduct, style: 'danger' },
  ],
} as const;

const apiText = ({ id, name, path }: ApiView): string =>
  `*${escapeText(name)}* · ${pathText(path)} · id \`${id}\``;

const pathText = (path: string): string => (path === '' ? 'every other path' : `\`/${path}\``);

function productText(product: ProductView): string {
  const { id, name, description, isPublished, apis, groups, terms } = product;
  return [
    `*${escapeText(name)}* · ${isPublished ? 'published' : '*not published*'} · id \`${id}\``,
    ...(description ? [escapeText(cut(description, MAX_DESCRIPTION_SHOWN))] : []),
    `*APIs:* ${namesOf(apis, 'none yet')}`,
    `*Subscription:* ${subscriptionRuleText(product)}${terms ? ' · with terms' : ''}`,
    `*Seen by:* ${namesOf(groups, 'nobody')}`,
  ].join('\n');
}

function subscriptionRuleText(product: ProductView): string {
  if (!product.isSubscriptionRequired) return 'not needed: calls pass without a key';
  const limit = product.subscriptionsLimit;
  return [
    product.isApprovalRequired ? 'needed, and an operator decides' : 'needed',
    ...(limit === null ? [] : [`at most ${limit} for an account`]),
  ].join(' · ');
}

function namesOf(things: readonly { name: string }[], none: string): string {
  if (things.length === 0) return none;
  const shown = things.slice(0, MAX_NAMES_SHOWN).map(({ name }) => escapeText(name));
  const more = things.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

const MAX_DESCRIPTION_SHOWN = 200;
const MAX_NAMES_SHOWN = 8;
