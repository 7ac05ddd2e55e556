// Products: the list, and the buttons and modals that create, change and delete one.
import type { ModalView } from '@slack/types';
import { productId } from '../../operations/catalog/input.ts';
import { createProduct } from '../../operations/products/create.ts';
import { deleteProduct } from '../../operations/products/delete.ts';
import { editProduct } from '../../operations/products/edit.ts';
import { listProducts } from '../../operations/products/list.ts';
import { showProduct } from '../../operations/products/show.ts';
import { type Feature, type SlackRequest, schemaError, textOf } from '../frame/feature.ts';
import { productIn } from '../frame/reference.ts';
import { requireRole } from '../frame/role.ts';
import { checkboxError, redrawIfSubscribed } from '../modals/delete-with-subscriptions.ts';
import { createModal, deleteModal, editModal, fieldErrors, wantedIn } from '../modals/product.ts';
import { actions, button, type Message, section } from '../present/blocks.ts';
import { productBlocks, withBlocks } from '../present/catalog.ts';
import { countedSubscriptions } from '../present/counts.ts';
import { escapeText } from '../present/text.ts';

type Cursor = NonNullable<Parameters<typeof listProducts>[1]['after']>;

const PRODUCTS_A_PAGE = 10;

async function productsPage(request: SlackRequest, after?: Cursor): Promise<Message> {
  const page = { limit: PRODUCTS_A_PAGE, ...(after ? { after } : {}) };
  const { products, next } = await listProducts(request.context, page);
  const role = await request.role();
  const turns = [
    ...(role === 'admin' ? [button('product-create', 'Create', '-', { style: 'primary' })] : []),
    ...(next ? [button('products-next', 'Next', JSON.stringify(next))] : []),
    button('menu-apis', 'APIs', '-'),
  ];
  const none = after
    ? 'There are no more.'
    : 'There are no products yet. A product bundles APIs, and developers subscribe to it.';
  return {
    text: 'Products',
    blocks: [
      ...(products.length ? products.flatMap((one) => productBlocks(one, role)) : [section(none)]),
      actions(turns),
    ],
  };
}

async function openDelete(request: SlackRequest, id: string, version?: number): Promise<ModalView> {
  const { product, subscriptions } = await showProduct(request.context, { productId: id });
  return deleteModal({ ...product, version: version ?? product.version }, subscriptions);
}

const afterwards = (isPublished: boolean): string =>
  isPublished ? 'Developers in the groups below see it.' : 'It is not published yet, so nobody sees it.';

export const products: Feature = {
  command: {
    name: 'products',
    usage: 'products',
    summary: 'Lists what developers can subscribe to; admins create, edit and delete products.',
    example: '/apim-user products',
    who: 'admins and approvers',
    run: async (request) => request.reply(await productsPage(request)),
  },
  buttons: {
    'menu-products': async (request) => request.reply(await productsPage(request)),
    'products-next': async (request, value) =>
      request.reply(await productsPage(request, JSON.parse(value)), { replace: true }),
    'product-create': (request) =>
      request.openModal(async () => {
        await requireRole(request, 'admins');
        return createModal();
      }),
    'product-edit': (request, value) =>
      request.openModal(async () => {
        await requireRole(request, 'admins');
        const { productId: id, expectedVersion } = productIn(value);
        const { product } = await showProduct(request.context, { productId: id });
        return editModal({ ...product, version: expectedVersion });
      }),
    'product-delete': (request, value) =>
      request.openModal(async () => {
        await requireRole(request, 'admins');
        const { productId: id, expectedVersion } = productIn(value);
        return openDelete(request, id, expectedVersion);
      }),
  },
  submissions: {
    'product-create': {
      check: (values) => ({
        ...fieldErrors(values),
        ...(textOf(values, 'id') ? schemaError(values, 'id', productId) : {}),
      }),
      async run(request, values) {
        const id = textOf(values, 'id');
        const { product } = await createProduct(request.context, {
          ...wantedIn(values),
          ...(id ? { id } : {}),
        });
        const text = `Created. ${afterwards(product.isPublished)}`;
        return withBlocks(text, productBlocks(product, await request.role()));
      },
    },
    'product-edit': {
      check: fieldErrors,
      async run(request, values, metadata) {
        const wanted = productIn(metadata);
        const { product: was } = await showProduct(request.context, { productId: wanted.productId });
        const { product } = await editProduct(request.context, { ...wanted, ...wantedIn(values, was) });
        const text = `Saved, and calls go by it at once. ${afterwards(product.isPublished)}`;
        return withBlocks(text, productBlocks(product, await request.role()));
      },
    },
    'product-delete': {
      check: (values, { metadata }) => checkboxError(values, metadata),
      run: (request, values, metadata) =>
        redrawIfSubscribed(
          deleteProduct(request.context, {
            ...productIn(metadata),
            deleteSubscriptions: values.deleteSubscriptions === true,
          }).then(({ name, subscriptions }) => ({
            text: `Deleted: the product *${escapeText(name)}*${subscriptions ? `, and ${countedSubscriptions(subscriptions)} with it` : ''}. Its APIs stay.`,
          })),
          () => openDelete(request, productIn(metadata).productId),
        ),
    },
  },
};
