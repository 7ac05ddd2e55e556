// Products: the list, and the buttons and modals that create, change and delete one.
import type { ModalView } from '@slack/types';
import { productId } from '../../operations/catalog/input.ts';
import { createProduct } from '../../operations/products/create.ts';
import { deleteProduct } from '../../operations/products/delete.ts';
import { editProduct } from '../../operations/products/edit.ts';
import { listProducts } from '../../operations/products/list.ts';
import { showProduct } from '../../operations/products/show.ts';
import { type Call, type Feature, schemaFault, textOf } from '../feature.ts';
import { boxFault, withBox } from '../modals/deletion.ts';
import { createModal, deleteModal, editModal, faultsIn, wantedIn } from '../modals/product.ts';
import { actions, button, type Message, section } from '../present/blocks.ts';
import { productBlocks, withBlocks } from '../present/catalog.ts';
import { countedSubscriptions } from '../present/counts.ts';
import { escapeText } from '../present/text.ts';
import { productIn } from '../ref.ts';
import { demandRole } from '../role.ts';

type Cursor = NonNullable<Parameters<typeof listProducts>[1]['after']>;

const PRODUCTS_A_PAGE = 10;

async function productsPage(call: Call, after?: Cursor): Promise<Message> {
  const page = { limit: PRODUCTS_A_PAGE, ...(after ? { after } : {}) };
  const { products, next } = await listProducts(call.context, page);
  const role = await call.role();
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

async function openDelete(call: Call, id: string, version?: number): Promise<ModalView> {
  const { product, subscriptions } = await showProduct(call.context, { productId: id });
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
    run: async (call) => call.reply(await productsPage(call)),
  },
  buttons: {
    'menu-products': async (call) => call.reply(await productsPage(call)),
    'products-next': async (call, value) =>
      call.reply(await productsPage(call, JSON.parse(value)), { replace: true }),
    'product-create': (call) =>
      call.openModal(async () => {
        await demandRole(call, 'admins');
        return createModal();
      }),
    'product-edit': (call, value) =>
      call.openModal(async () => {
        await demandRole(call, 'admins');
        const { productId: id, expectedVersion } = productIn(value);
        const { product } = await showProduct(call.context, { productId: id });
        return editModal({ ...product, version: expectedVersion });
      }),
    'product-delete': (call, value) =>
      call.openModal(async () => {
        await demandRole(call, 'admins');
        const { productId: id, expectedVersion } = productIn(value);
        return openDelete(call, id, expectedVersion);
      }),
  },
  submissions: {
    'product-create': {
      check: (values) => ({
        ...faultsIn(values),
        ...(textOf(values, 'id') ? schemaFault(values, 'id', productId) : {}),
      }),
      async run(call, values) {
        const id = textOf(values, 'id');
        const { product } = await createProduct(call.context, {
          ...wantedIn(values),
          ...(id ? { id } : {}),
        });
        const text = `Created. ${afterwards(product.isPublished)}`;
        return withBlocks(text, productBlocks(product, await call.role()));
      },
    },
    'product-edit': {
      check: faultsIn,
      async run(call, values, metadata) {
        const wanted = productIn(metadata);
        const { product: was } = await showProduct(call.context, { productId: wanted.productId });
        const { product } = await editProduct(call.context, { ...wanted, ...wantedIn(values, was) });
        const text = `Saved, and calls go by it at once. ${afterwards(product.isPublished)}`;
        return withBlocks(text, productBlocks(product, await call.role()));
      },
    },
    'product-delete': {
      check: (values, { metadata }) => boxFault(values, metadata),
      run: (call, values, metadata) =>
        withBox(
          deleteProduct(call.context, {
            ...productIn(metadata),
            deleteSubscriptions: values.deleteSubscriptions === true,
          }).then(({ name, subscriptions }) => ({
            text: `Deleted: the product *${escapeText(name)}*${subscriptions ? `, and ${countedSubscriptions(subscriptions)} with it` : ''}. Its APIs stay.`,
          })),
          () => openDelete(call, productIn(metadata).productId),
        ),
    },
  },
};
