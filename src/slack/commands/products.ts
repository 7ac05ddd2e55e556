import type { ModalView } from '@slack/types';
import { productId as productIdSchema } from '../../operations/catalog/input.ts';
import { createProduct } from '../../operations/products/create.ts';
import { deleteProduct } from '../../operations/products/delete.ts';
import { editProduct } from '../../operations/products/edit.ts';
import { listProducts } from '../../operations/products/list.ts';
import { showProduct } from '../../operations/products/show.ts';
import type { Feature, SlackRequest } from '../frame/feature.ts';
import { definePages } from '../frame/pages.ts';
import { productIn } from '../frame/reference.ts';
import { openModalFor } from '../frame/role.ts';
import { checkboxError, redrawIfSubscribed } from '../modals/delete-with-subscriptions.ts';
import { schemaError, textOf } from '../modals/form.ts';
import {
  createProductModal,
  deleteProductModal,
  editProductModal,
  productErrors,
  productInput,
} from '../modals/product.ts';
import { button } from '../present/blocks.ts';
import { messageWith, productBlocks, productRow } from '../present/catalog.ts';
import { countedSubscriptions } from '../present/counts.ts';
import { escapeText } from '../present/text.ts';

const pages = definePages('products', async (request, _query, page) => {
  const { products, next, count } = await listProducts(request.context, page);
  const role = await request.role();
  const create = button('product-create', 'Create', '-', { style: 'primary' });
  return {
    title: 'Products',
    rows: products.map((one) => productRow(one, role)),
    next,
    count,
    none: 'There are no products yet. A product bundles APIs, and developers subscribe to it.',
    buttons: [...(role === 'admin' ? [create] : []), button('menu-apis', 'APIs', '-')],
  };
});

export const productsFeature: Feature = {
  command: {
    name: 'products',
    aliases: ['product'],
    usage: 'products',
    summary: 'Lists what developers can subscribe to; admins create, edit and delete products.',
    example: '/apim-user products',
    who: 'admins and approvers',
    run: async (request) => request.reply(await pages.first(request, {})),
  },
  buttons: {
    'menu-products': async (request) => request.reply(await pages.first(request, {})),
    ...pages.buttons,
    'product-create': (request) => openModalFor(request, createProduct, {}, createProductModal),
    'product-edit': async (request, value) => {
      const { productId, expectedVersion } = productIn(value);
      return openModalFor(request, editProduct, { productId }, async (attempting) => {
        const { product } = await showProduct(attempting.context, { productId });
        return editProductModal({ ...product, version: expectedVersion });
      });
    },
    'product-delete': async (request, value) => {
      const { productId, expectedVersion } = productIn(value);
      return openModalFor(request, deleteProduct, { productId }, (attempting) =>
        deletionModal(attempting, productId, expectedVersion),
      );
    },
  },
  submissions: {
    'product-create': {
      check: (values) => ({
        ...productErrors(values),
        ...(textOf(values, 'id') ? schemaError(values, 'id', productIdSchema) : {}),
      }),
      async run(request, values) {
        const id = textOf(values, 'id');
        const { product } = await createProduct(request.context, {
          ...productInput(values),
          ...(id ? { id } : {}),
        });
        const text = `Created. ${visibilityText(product.isPublished)}`;
        return messageWith(text, productBlocks(product, await request.role()));
      },
    },
    'product-edit': {
      check: productErrors,
      async run(request, values, metadata) {
        const { productId, expectedVersion } = productIn(metadata);
        const { product: current } = await showProduct(request.context, { productId });
        const { product } = await editProduct(request.context, {
          productId,
          expectedVersion,
          ...productInput(values, current),
        });
        const text = `Saved. It applies to calls at once. ${visibilityText(product.isPublished)}`;
        return messageWith(text, productBlocks(product, await request.role()));
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
            text: `Deleted the product *${escapeText(name)}*${subscriptions ? ` and its ${countedSubscriptions(subscriptions)}` : ''}. Its APIs stay.`,
          })),
          () => deletionModal(request, productIn(metadata).productId),
        ),
    },
  },
};

async function deletionModal(request: SlackRequest, productId: string, version?: number): Promise<ModalView> {
  const { product, subscriptions } = await showProduct(request.context, { productId });
  return deleteProductModal({ ...product, version: version ?? product.version }, subscriptions);
}

const visibilityText = (isPublished: boolean): string =>
  isPublished ? 'Developers in the groups below see it.' : "It isn't published yet, so no one sees it.";
