import type { KnownBlock } from '@slack/types';
import { limitWords } from '../../domain/limit-words.ts';
import { saveAnnouncement } from '../../operations/announcements/save.ts';
import { deleteApi } from '../../operations/apis/delete.ts';
import { editApi } from '../../operations/apis/edit.ts';
import { showApi } from '../../operations/apis/show.ts';
import type { ApiView, ProductView } from '../../operations/catalog/view.ts';
import type { Role } from '../../operations/frame/context.ts';
import { deleteProduct } from '../../operations/products/delete.ts';
import { editProduct } from '../../operations/products/edit.ts';
import { showProduct } from '../../operations/products/show.ts';
import { showUsage } from '../../operations/usage/show.ts';
import { buttonValue } from '../frame/reference.ts';
import { type Action, actionButton, actionsOfRole } from './action-buttons.ts';
import { actions, type Message, row, section } from './blocks.ts';
import { cut, escapeText } from './text.ts';

const MAX_DESCRIPTION_SHOWN = 200;
const MAX_NAMES_SHOWN = 8;

/** The API in a list. */
export const apiRow = (api: ApiView, role: Role | null): KnownBlock[] =>
  rowOf(api, apiText(api), API_ACTIONS, role);

/** The product in a list. */
export const productRow = (product: ProductView, role: Role | null): KnownBlock[] =>
  rowOf(product, shortProductText(product), PRODUCT_ACTIONS, role);

export const apiBlocks = (api: ApiView, role: Role | null): KnownBlock[] =>
  cardOf(api, apiText(api), API_ACTIONS, role);

export const productBlocks = (product: ProductView, role: Role | null): KnownBlock[] =>
  cardOf(product, productText(product), PRODUCT_ACTIONS, role);

export const messageWith = (text: string, blocks: KnownBlock[]): Message => ({
  text,
  blocks: [section(text), ...blocks],
});

type Thing = { id: string; version: number; name: string };

const rowOf = (thing: Thing, text: string, all: Action[], role: Role | null): KnownBlock[] =>
  row(text, { value: buttonValue(thing), entries: actionsOfRole(all, role) });

const cardOf = (thing: Thing, text: string, all: Action[], role: Role | null): KnownBlock[] => [
  section(text),
  actions(
    actionsOfRole(all, role).map((action) => actionButton(action, thing, `${action.text}: ${thing.name}`)),
  ),
];

const API_ACTIONS: Action[] = [
  { button: 'api-details', text: 'Details', operation: showApi },
  { button: 'api-edit', text: 'Edit', operation: editApi },
  { button: 'api-document', text: 'OpenAPI', operation: editApi },
  { button: 'api-tell', text: 'Tell subscribers', operation: saveAnnouncement },
  { button: 'api-delete', text: 'Delete', operation: deleteApi, style: 'danger' },
];
const PRODUCT_ACTIONS: Action[] = [
  { button: 'product-details', text: 'Details', operation: showProduct },
  { button: 'product-usage', text: 'Usage', operation: showUsage },
  { button: 'product-edit', text: 'Edit', operation: editProduct },
  { button: 'product-tell', text: 'Tell subscribers', operation: saveAnnouncement },
  { button: 'product-delete', text: 'Delete', operation: deleteProduct, style: 'danger' },
];

const apiText = ({ name, path, documentHash }: ApiView): string =>
  `*${escapeText(name)}* · ${pathText(path)}${documentHash === null ? '' : ' · OpenAPI'}`;

/** With what a program gave, and where calls carry their key if this API has names of its own. */
export function apiDetailsText(api: ApiView): string {
  const { description, serviceUrl } = api.properties;
  const names = [
    ...(api.keyHeader === null ? [] : [`the header \`${api.keyHeader}\``]),
    ...(api.keyQuery === null ? [] : [`the query parameter \`${escapeText(api.keyQuery)}\``]),
  ];
  return [
    apiText(api),
    ...(description ? [escapeText(cut(String(description), MAX_DESCRIPTION_SHOWN))] : []),
    ...(serviceUrl ? [`*Service URL:* ${escapeText(cut(String(serviceUrl), MAX_DESCRIPTION_SHOWN))}`] : []),
    ...(names.length > 0 ? [`*Key:* in ${names.join(' or ')}`] : []),
  ].join('\n');
}

const pathText = (path: string): string =>
  path === '' ? 'every path that no other API has' : `\`/${path}\``;

function shortProductText(product: ProductView): string {
  const { name, apis, groups } = product;
  return [
    `*${escapeText(name)}*`,
    publishedText(product),
    apis.length === 0 ? 'no APIs yet' : apis.length === 1 ? '1 API' : `${apis.length} APIs`,
    `subscription ${subscriptionRuleText(product)}`,
    ...limitFacts(product),
    `seen by ${namesOf(groups, 'no one')}`,
  ].join(' · ');
}

export function productText(product: ProductView): string {
  const { name, description, apis, groups, terms } = product;
  return [
    `*${escapeText(name)}* · ${publishedText(product)}`,
    ...(description ? [escapeText(cut(description, MAX_DESCRIPTION_SHOWN))] : []),
    `*APIs:* ${namesOf(apis, 'none yet')}`,
    `*Subscription:* ${subscriptionRuleText(product)}${terms ? ' · with terms' : ''}`,
    `*Limits:* ${limitWords(product) ?? 'none'}`,
    ...(product.keysExpireAfterDays === null
      ? []
      : [
          `*Keys:* end after ${product.keysExpireAfterDays === 1 ? '1 day' : `${product.keysExpireAfterDays} days`}`,
        ]),
    `*Seen by:* ${namesOf(groups, 'no one')}`,
  ].join('\n');
}

/** In a list, which says nothing of a product without limits. */
function limitFacts(product: ProductView): string[] {
  const words = limitWords(product);
  return words === null ? [] : [words];
}

const publishedText = ({ isPublished }: ProductView): string =>
  isPublished ? 'published' : '*not published*';

function subscriptionRuleText(product: ProductView): string {
  if (!product.isSubscriptionRequired) return 'not required: calls need no key';
  const limit = product.subscriptionsLimit;
  const needed = product.isApprovalRequired ? 'needs approval' : 'required';
  return limit === null ? needed : `${needed}, at most ${limit} per account`;
}

function namesOf(things: readonly { name: string }[], none: string): string {
  if (things.length === 0) return none;
  const shown = things.slice(0, MAX_NAMES_SHOWN).map(({ name }) => escapeText(name));
  const more = things.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
