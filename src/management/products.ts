// Products, with their APIs and the groups that see them.
import { z } from 'zod';
import { DomainError } from '../domain/domain-error.ts';
import { queryApis } from '../operations/apis/query.ts';
import { queryGroups } from '../operations/groups/query.ts';
import { createProduct } from '../operations/products/create.ts';
import { deleteProduct } from '../operations/products/delete.ts';
import { editProduct } from '../operations/products/edit.ts';
import { queryProducts } from '../operations/products/query.ts';
import { type Address, resourceId } from './address.ts';
import { type Api, viewApi } from './api-shape.ts';
import { flag, ignored, readProperties, text } from './body.ts';
import { type GroupView, viewGroup } from './group-shape.ts';
import { demandNoMatch, expectedVersion } from './if-match.ts';
import { validationError } from './management-error.ts';
import { collection, cursorOf, pageOf } from './page.ts';
import { type Answer, type Call, named, type Route, read } from './route.ts';
import { listOfProduct } from './subscriptions.ts';

const ONE = 'products/{productId}';
const API = `${ONE}/apis/{apiId}`;
const GROUP = `${ONE}/groups/{groupId}`;
/** What the operations call otherwise. */
const NAMES = {
  id: 'productId',
  name: 'displayName',
  isPublished: 'state',
  isSubscriptionRequired: 'subscriptionRequired',
  isApprovalRequired: 'approvalRequired',
};

export const PRODUCT_ROUTES: Route[] = named(NAMES, [
  ...read('Product_ListByService', 'products', listProducts),
  ...read('Product_Get', ONE, (call) => getOne(call), 'Product_GetEntityTag'),
  { method: 'PUT', path: ONE, operation: 'Product_CreateOrUpdate', run: putOne },
  { method: 'PATCH', path: ONE, operation: 'Product_Update', run: patchOne },
  { method: 'DELETE', path: ONE, operation: 'Product_Delete', run: deleteOne },
  ...read('ProductApi_ListByProduct', `${ONE}/apis`, listApis),
  { method: 'HEAD', path: API, operation: 'ProductApi_CheckEntityExists', run: (call) => check(call, 'api') },
  { method: 'PUT', path: API, operation: 'ProductApi_CreateOrUpdate', run: (call) => link(call, 'api') },
  { method: 'DELETE', path: API, operation: 'ProductApi_Delete', run: (call) => unlink(call, 'api') },
  ...read('ProductGroup_ListByProduct', `${ONE}/groups`, listGroups),
  {
    method: 'HEAD',
    path: GROUP,
    operation: 'ProductGroup_CheckEntityExists',
    run: (call) => check(call, 'group'),
  },
  {
    method: 'PUT',
    path: GROUP,
    operation: 'ProductGroup_CreateOrUpdate',
    run: (call) => link(call, 'group'),
  },
  { method: 'DELETE', path: GROUP, operation: 'ProductGroup_Delete', run: (call) => unlink(call, 'group') },
  ...read('ProductSubscriptions_List', `${ONE}/subscriptions`, async (call) =>
    listOfProduct(call, (await demand(call)).id),
  ),
]);

const PROPERTIES = {
  displayName: text,
  description: text,
  terms: text,
  subscriptionRequired: flag,
  approvalRequired: flag,
  subscriptionsLimit: z.int('must be a whole number').optional(),
  state: z.enum(['published', 'notPublished'], 'must be published or notPublished').optional(),
  groups: ignored,
};

type Product = Awaited<ReturnType<typeof queryProducts>>['products'][number];

function viewProduct(address: Address, product: Product) {
  const { id, name, description, terms, isPublished, subscriptionsLimit } = product;
  return {
    id: resourceId(address, 'products', id),
    type: 'Microsoft.ApiManagement/service/products',
    name: id,
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

async function listProducts(call: Call): Promise<Answer> {
  const wanted = { ...pageOf(call), ...cursorOf<{ name: string; id: string }>(call) };
  const { products, count, next } = await queryProducts(call.context, wanted);
  return collection(
    call,
    products.map((product) => viewProduct(call.address, product)),
    count,
    next,
  );
}

async function find(call: Call): Promise<Product | null> {
  const ids = [call.params.productId ?? ''];
  return (await queryProducts(call.context, { ids })).products[0] ?? null;
}

/** Errors: `product_not_found`. */
async function demand(call: Call): Promise<Product> {
  const product = await find(call);
  if (!product) throw new DomainError('product_not_found');
  return product;
}

async function getOne(call: Call, status: 200 | 201 = 200): Promise<Answer> {
  const product = await demand(call);
  return { status, body: viewProduct(call.address, product), version: product.version };
}

function wantedOf(properties: ReturnType<typeof readProperties<typeof PROPERTIES>>) {
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

async function putOne(call: Call): Promise<Answer> {
  const properties = readProperties(call, PROPERTIES);
  if (!properties.displayName) throw validationError({ displayName: 'is needed' });
  const name = properties.displayName;
  const id = call.params.productId ?? '';
  const version = expectedVersion(call, false);
  if (await find(call)) {
    const expected = version === undefined ? {} : { expectedVersion: version };
    await editProduct(call.context, { productId: id, ...wantedOf(properties), ...expected });
    return getOne(call);
  }
  demandNoMatch(call);
  // As in Azure, nobody sees it until a group is put to it.
  await createProduct(call.context, { id, ...wantedOf(properties), name, groupIds: [] });
  return getOne(call, 201);
}

async function patchOne(call: Call): Promise<Answer> {
  const properties = readProperties(call, PROPERTIES);
  const version = expectedVersion(call, true);
  const expected = version === undefined ? {} : { expectedVersion: version };
  const productId = call.params.productId ?? '';
  await editProduct(call.context, { productId, ...wantedOf(properties), ...expected });
  return getOne(call);
}

async function deleteOne(call: Call): Promise<Answer> {
  const version = expectedVersion(call, true);
  if (!(await find(call))) return { status: 204 };
  await deleteProduct(call.context, {
    productId: call.params.productId ?? '',
    deleteSubscriptions: call.query.flag('deleteSubscriptions') ?? false,
    ...(version === undefined ? {} : { expectedVersion: version }),
  });
  return { status: 200 };
}

async function listApis(call: Call): Promise<Answer> {
  const product = await demand(call);
  const wanted = { ...pageOf(call), ...cursorOf<{ name: string; id: string }>(call) };
  const ids = product.apis.map(({ id }) => id);
  const { apis, count, next } = await queryApis(call.context, { ...wanted, ids });
  const under = ['products', product.id];
  return collection(
    call,
    apis.map((api) => viewApi(call.address, api, under)),
    count,
    next,
  );
}

async function listGroups(call: Call): Promise<Answer> {
  const product = await demand(call);
  const wanted = { ...pageOf(call), ...cursorOf<string>(call) };
  const ids = product.groups.map(({ id }) => id);
  const { groups, count, next } = await queryGroups(call.context, { ...wanted, ids });
  const under = ['products', product.id];
  return collection(
    call,
    groups.map((group) => viewGroup(call.address, group, under)),
    count,
    next,
  );
}

type Kind = 'api' | 'group';

async function linked(call: Call, kind: Kind) {
  const product = await demand(call);
  const id = (kind === 'api' ? call.params.apiId : call.params.groupId) ?? '';
  const ids = (kind === 'api' ? product.apis : product.groups).map((one) => one.id);
  return { product, id, ids, isIn: ids.includes(id) };
}

/** Errors: `api_not_found`, `group_not_found`. */
async function viewOther(call: Call, kind: Kind, id: string): Promise<unknown> {
  const under = ['products', call.params.productId ?? ''];
  if (kind === 'api') {
    const [api] = (await queryApis(call.context, { ids: [id] })).apis as Api[];
    if (!api) throw new DomainError('api_not_found');
    return viewApi(call.address, api, under);
  }
  const [group] = (await queryGroups(call.context, { ids: [id] })).groups as GroupView[];
  if (!group) throw new DomainError('group_not_found');
  return viewGroup(call.address, group, under);
}

const change = (call: Call, kind: Kind, { product, ids }: { product: Product; ids: string[] }) =>
  editProduct(call.context, {
    productId: product.id,
    // Bound to what was read: of two links at once none is lost.
    expectedVersion: product.version,
    ...(kind === 'api' ? { apiIds: ids } : { groupIds: ids }),
  });

async function check(call: Call, kind: Kind): Promise<Answer> {
  return { status: (await linked(call, kind)).isIn ? 204 : 404 };
}

async function link(call: Call, kind: Kind): Promise<Answer> {
  const { product, id, ids, isIn } = await linked(call, kind);
  const body = await viewOther(call, kind, id);
  if (!isIn) await change(call, kind, { product, ids: [...ids, id] });
  return { status: isIn ? 200 : 201, body };
}

async function unlink(call: Call, kind: Kind): Promise<Answer> {
  const { product, id, ids, isIn } = await linked(call, kind);
  if (!isIn) return { status: 204 };
  await change(call, kind, { product, ids: ids.filter((one) => one !== id) });
  return { status: 200 };
}
