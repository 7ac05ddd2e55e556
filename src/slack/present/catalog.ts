import type { KnownBlock } from '@slack/types';
import { deleteApi } from '../../operations/apis/delete.ts';
import { editApi } from '../../operations/apis/edit.ts';
import type { ApiView, ProductView } from '../../operations/catalog/view.ts';
import type { Role } from '../../operations/frame/context.ts';
import { deleteProduct } from '../../operations/products/delete.ts';
import { editProduct } from '../../operations/products/edit.ts';
import { type Action, actionButton, actionsOfRole } from './action-buttons.ts';
import { actions, type Message, section } from './blocks.ts';
import { cut, escapeText } from './text.ts';

const MAX_DESCRIPTION_SHOWN = 200;
const MAX_NAMES_SHOWN = 8;

export const apiBlocks = (api: ApiView, role: Role | null): KnownBlock[] =>
  rowOf(api, apiText(api), API_ACTIONS, role);

export const productBlocks = (product: ProductView, role: Role | null): KnownBlock[] =>
  rowOf(product, productText(product), PRODUCT_ACTIONS, role);

export const messageWith = (text: string, blocks: KnownBlock[]): Message => ({
  text,
  blocks: [section(text), ...blocks],
});

function rowOf(
  thing: { id: string; version: number; name: string },
  text: string,
  all: Action[],
  role: Role | null,
): KnownBlock[] {
  const buttons = actionsOfRole(all, role).map((action) =>
    actionButton(action, thing, `${action.text} ${thing.name}`),
  );
  return [section(text), ...(buttons.length ? [actions(buttons)] : [])];
}

const API_ACTIONS: Action[] = [
  { button: 'api-edit', text: 'Edit', operation: editApi },
  { button: 'api-delete', text: 'Delete', operation: deleteApi, style: 'danger' },
];
const PRODUCT_ACTIONS: Action[] = [
  { button: 'product-edit', text: 'Edit', operation: editProduct },
  { button: 'product-delete', text: 'Delete', operation: deleteProduct, style: 'danger' },
];

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
    `*Seen by:* ${namesOf(groups, 'no one')}`,
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
