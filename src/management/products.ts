// Products. What they have and who sees them is in product-links.ts.
import { z } from 'zod';
import { createProduct } from '../operations/products/create.ts';
import { deleteProduct } from '../operations/products/delete.ts';
import { editProduct } from '../operations/products/edit.ts';
import { listProducts } from '../operations/products/list.ts';
import { type Address, resourceFields } from './address.ts';
import { apiNameOf } from './api-revision.ts';
import { demandApi } from './apis.ts';
import { choice, demandProperties, flag, ignored, label, readProperties, text } from './body.ts';
import { choiceField, textField } from './filter.ts';
import { readIfMatch } from './if-match.ts';
import { cursorOf, listResponse, pageOf } from './page.ts';
import { defineResource, hasValues, putResource } from './resource.ts';
import {
  changeRoutes,
  type ManagementRequest,
  type ManagementResponse,
  type Route,
  readRoutes,
  withAzureNames,
} from './route.ts';
import { listSubscriptionsOfProduct } from './subscriptions.ts';

const PATH = 'products/{productId}';
/** Azure's names of the operations' fields, where they differ. */
const AZURE_NAMES = {
  id: 'productId',
  name: 'displayName',
  isPublished: 'state',
  isSubscriptionRequired: 'subscriptionRequired',
  isApprovalRequired: 'approvalRequired',
};

export const PRODUCT_ROUTES: Route[] = withAzureNames(AZURE_NAMES, [
  ...readRoutes('Product_ListByService', 'products', (request) => listProductsIn(request)),
  ...readRoutes('Product_Get', PATH, (request) => PRODUCT.get(request), 'Product_GetEntityTag'),
  ...changeRoutes(PATH, {
    PUT: ['Product_CreateOrUpdate', createProduct, putProduct],
    PATCH: ['Product_Update', editProduct, patchProduct],
    DELETE: ['Product_Delete', deleteProduct, removeProduct],
  }),
  ...readRoutes('ApiProduct_ListByApis', 'apis/{apiId}/products', listProductsOfApi),
  ...readRoutes('ProductSubscriptions_List', `${PATH}/subscriptions`, async (request) =>
    listSubscriptionsOfProduct(request, (await demandProduct(request)).id),
  ),
]);

const PROPERTIES = {
  displayName: label,
  description: text,
  terms: text,
  subscriptionRequired: flag,
  approvalRequired: flag,
  /** azurerm sends 0 for no limit. */
  subscriptionsLimit: z
    .int('must be a whole number')
    .transform((limit) => limit || null)
    .optional()
    .nullable(),
  state: choice(['published', 'notPublished']),
  groups: ignored,
};

const PRODUCT_FILTER = {
  name: textField('id'),
  displayName: textField('name'),
  description: textField('description'),
  terms: textField('terms'),
  state: choiceField('isPublished', { published: true, notpublished: false }),
};

export type Product = Awaited<ReturnType<typeof listProducts>>['products'][number];

/** `under`: the resource that lists it. */
function viewProduct(address: Address, product: Product, under: readonly string[] = []) {
  const { id, name, description, terms, isPublished, subscriptionsLimit } = product;
  return {
    ...resourceFields(address, ...under, 'products', id),
    properties: {
      displayName: name,
      description,
      terms,
      subscriptionRequired: product.isSubscriptionRequired,
      approvalRequired: product.isApprovalRequired,
      subscriptionsLimit,
      state: isPublished ? 'published' : 'notPublished',
    },
  };
}

async function listProductsIn(
  request: ManagementRequest,
  of: { apiId?: string } = {},
  under: readonly string[] = [],
): Promise<ManagementResponse> {
  const wanted = { ...pageOf(request, PRODUCT_FILTER), ...cursorOf<{ name: string; id: string }>(request) };
  const { products, ...page } = await listProducts(request.context, { ...wanted, ...of });
  const value = products.map((product) => viewProduct(request.address, product, under));
  return listResponse(request, value, page);
}

async function listProductsOfApi(request: ManagementRequest): Promise<ManagementResponse> {
  const { id: apiId } = await demandApi(request);
  return listProductsIn(request, { apiId }, ['apis', apiNameOf(apiId)]);
}

const PRODUCT = defineResource({
  async find(request): Promise<Product | null> {
    const ids = [request.params.productId ?? ''];
    return (await listProducts(request.context, { ids })).products[0] ?? null;
  },
  view: viewProduct,
  missing: 'product_not_found',
});
export const { find: findProduct, demand: demandProduct } = PRODUCT;

function productInput(properties: ReturnType<typeof readProperties<typeof PROPERTIES>>) {
  const { displayName: name, description, terms, subscriptionsLimit, state } = properties;
  const { subscriptionRequired: isSubscriptionRequired, approvalRequired: isApprovalRequired } = properties;
  return Object.fromEntries(
    Object.entries({
      name,
      description,
      terms,
      subscriptionsLimit,
      isSubscriptionRequired,
      isApprovalRequired,
      isPublished: state === undefined ? undefined : state === 'published',
    }).filter(([, value]) => value !== undefined),
  );
}

/** What a PUT that leaves it out sets: Terraform and APIOps leave out what should go. It never opens or hides a product. */
const LEFT_OUT = { description: '', terms: '', isApprovalRequired: false, subscriptionsLimit: null };

async function putProduct(request: ManagementRequest): Promise<ManagementResponse> {
  const properties = readProperties(request, PROPERTIES);
  demandProperties(properties, ['displayName']);
  const id = request.params.productId ?? '';
  const given = { ...LEFT_OUT, ...productInput(properties) };
  return putResource(request, {
    find: () => findProduct(request),
    isAsGiven: (product) => hasValues(product, given),
    async create() {
      // As in Azure, no developer sees it until a group is linked to it.
      await createProduct(request.context, {
        id,
        ...given,
        name: properties.displayName ?? '',
        groupIds: [],
      });
      return PRODUCT.get(request, 201);
    },
    async update(_product, expected) {
      await editProduct(request.context, { productId: id, ...given, ...expected });
      return PRODUCT.get(request);
    },
    respond: (product) => PRODUCT.respond(request, product),
  });
}

async function patchProduct(request: ManagementRequest): Promise<ManagementResponse> {
  const properties = readProperties(request, PROPERTIES);
  const expected = readIfMatch(request, 'required');
  const productId = request.params.productId ?? '';
  await editProduct(request.context, { productId, ...productInput(properties), ...expected });
  return PRODUCT.get(request);
}

async function removeProduct(request: ManagementRequest): Promise<ManagementResponse> {
  const expected = readIfMatch(request, 'required');
  if (!(await findProduct(request))) return { status: 204 };
  await deleteProduct(request.context, {
    productId: request.params.productId ?? '',
    deleteSubscriptions: request.query.flag('deleteSubscriptions') ?? false,
    ...expected,
  });
  return { status: 200 };
}
