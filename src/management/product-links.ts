// A product's APIs and the groups that see it. Azure has each link twice: under the id of what it leads to, and as a resource
// with a name of its own, which APIOps uses.
import { DomainError } from '../domain/domain-error.ts';
import { editProduct } from '../operations/products/edit.ts';
import { resolveResources } from '../operations/resources/resolve.ts';
import { nameIn, resourceFields, resourceId } from './address.ts';
import { apiNameOf, demandApiId } from './api-revision.ts';
import { viewApi } from './api-shape.ts';
import { demandApi, listApisIn } from './apis.ts';
import { readProperties, text } from './body.ts';
import { listGroupsIn, viewGroup } from './group-shape.ts';
import { demandGroup } from './groups.ts';
import { validationError } from './management-error.ts';
import { listResponse } from './page.ts';
import { demandProduct, findProduct, type Product } from './products.ts';
import {
  changeRoutes,
  type ManagementRequest,
  type ManagementResponse,
  type Route,
  readRoutes,
  resourceResponse,
  withAzureNames,
} from './route.ts';

type Kind = 'api' | 'group';
type Link = { id: string; linkName: string | null };
type Words = {
  azureName: string;
  collection: string;
  links(product: Product): readonly Link[];
  /** What the link leads to, in a path of this kind. */
  view(request: ManagementRequest, under: readonly string[]): Promise<unknown>;
};

const KINDS: Record<Kind, Words> = {
  api: {
    azureName: 'ProductApi',
    collection: 'apis',
    links: ({ apis }) => apis,
    view: async (request, under) => viewApi(request.address, await demandApi(request), under),
  },
  group: {
    azureName: 'ProductGroup',
    collection: 'groups',
    links: ({ groups }) => groups,
    view: async (request, under) => viewGroup(request.address, await demandGroup(request), under),
  },
};

function linkRoutes(kind: Kind): Route[] {
  const { azureName, collection } = KINDS[kind];
  const path = `products/{productId}/${collection}/{${kind}Id}`;
  const links = `products/{productId}/${kind}Links`;
  const azureNames = { linkName: 'linkId', 'link.name': 'linkId', 'link.id': `${kind}Id` };
  return withAzureNames(azureNames, [
    {
      method: 'HEAD',
      path,
      operation: `${azureName}_CheckEntityExists`,
      run: (request) => checkLink(request, kind),
    },
    ...changeRoutes(path, {
      PUT: [`${azureName}_CreateOrUpdate`, editProduct, (request) => addLink(request, kind)],
      DELETE: [`${azureName}_Delete`, editProduct, (request) => removeLink(request, kind)],
    }),
    ...readRoutes(`${azureName}Link_ListByProduct`, links, (request) => listLinks(request, kind)),
    ...readRoutes(`${azureName}Link_Get`, `${links}/{linkName}`, (request) => getLink(request, kind)),
    ...changeRoutes(`${links}/{linkName}`, {
      PUT: [`${azureName}Link_CreateOrUpdate`, editProduct, (request) => putNamedLink(request, kind)],
      DELETE: [`${azureName}Link_Delete`, editProduct, (request) => removeLink(request, kind)],
    }),
  ]);
}

export const PRODUCT_LINK_ROUTES: Route[] = [
  ...readRoutes('ProductApi_ListByProduct', 'products/{productId}/apis', listApisOfProduct),
  ...readRoutes('ProductGroup_ListByProduct', 'products/{productId}/groups', listGroupsOfProduct),
  ...linkRoutes('api'),
  ...linkRoutes('group'),
];

async function listApisOfProduct(request: ManagementRequest): Promise<ManagementResponse> {
  const { id, apis } = await demandProduct(request);
  return listApisIn(request, { ids: apis.map((api) => api.id) }, ['products', id]);
}

async function listGroupsOfProduct(request: ManagementRequest): Promise<ManagementResponse> {
  const { id, groups } = await demandProduct(request);
  return listGroupsIn(request, { ids: groups.map((group) => group.id) }, ['products', id]);
}

/** Without a name of its own a link is called as what it leads to. */
const nameOf = ({ id, linkName }: Link): string => linkName ?? id;

/** By its name, or by the id of what it leads to: whichever the path has. */
function findLink({ params }: ManagementRequest, product: Product, kind: Kind): Link | undefined {
  const name = params.linkName?.toLowerCase();
  const isNamed = (link: Link) =>
    name === undefined ? link.id === params[`${kind}Id`] : nameOf(link).toLowerCase() === name;
  return KINDS[kind].links(product).find(isNamed);
}

async function checkLink(request: ManagementRequest, kind: Kind): Promise<ManagementResponse> {
  const product = await demandProduct(request);
  return { status: findLink(request, product, kind) ? 204 : 404 };
}

/** Only this link changes, because clients make many at once. */
async function addLink(request: ManagementRequest, kind: Kind): Promise<ManagementResponse> {
  const product = await demandProduct(request);
  const body = await KINDS[kind].view(request, ['products', product.id]);
  if (findLink(request, product, kind)) return { status: 200, body };
  const id = request.params[`${kind}Id`] ?? '';
  await editProduct(request.context, { productId: product.id, link: { kind, id } });
  return { status: 201, body };
}

/** Some of Azure's clients take nothing but 200 and 204, also where the product went before. */
async function removeLink(request: ManagementRequest, kind: Kind): Promise<ManagementResponse> {
  const product = await findProduct(request);
  const link = product && findLink(request, product, kind);
  if (!link) return { status: 204 };
  await editProduct(request.context, {
    productId: product.id,
    link: { kind, id: link.id, isRemoved: true },
  });
  return { status: 200 };
}

function viewLink({ address }: ManagementRequest, product: Product, kind: Kind, link: Link) {
  const id = kind === 'api' ? apiNameOf(link.id) : link.id;
  return {
    ...resourceFields(address, 'products', product.id, `${kind}Links`, nameOf(link)),
    properties: { [`${kind}Id`]: resourceId(address, KINDS[kind].collection, id) },
  };
}

async function listLinks(request: ManagementRequest, kind: Kind): Promise<ManagementResponse> {
  const product = await demandProduct(request);
  const links = KINDS[kind].links(product);
  return listResponse(
    request,
    links.map((link) => viewLink(request, product, kind, link)),
  );
}

async function getLink(
  request: ManagementRequest,
  kind: Kind,
  status: 200 | 201 = 200,
): Promise<ManagementResponse> {
  const product = await demandProduct(request);
  const link = findLink(request, product, kind);
  if (!link) throw new DomainError(`${kind}_not_found`);
  return resourceResponse(viewLink(request, product, kind, link), product, status);
}

/** There is one link at most to an API or group, so another name for it takes the place of the first. */
async function putNamedLink(request: ManagementRequest, kind: Kind): Promise<ManagementResponse> {
  const id = await readTarget(request, kind);
  const { linkName = '' } = request.params;
  const product = await demandProduct(request);
  if (findLink(request, product, kind)?.id === id) return getLink(request, kind);
  await editProduct(request.context, { productId: product.id, link: { kind, id, name: linkName } });
  return getLink(request, kind, 201);
}

/** The id of the API or group that the link shall lead to, as its row has it. */
async function readTarget(request: ManagementRequest, kind: Kind): Promise<string> {
  const property = `${kind}Id` as const;
  const { collection } = KINDS[kind];
  const name = nameIn(readProperties(request, { [property]: text })[property] ?? '', collection);
  if (!name) throw validationError({ [property]: `must be /${collection}/{id}` });
  const id = kind === 'api' ? demandApiId(name, property) : name;
  return (await resolveResources(request.context, { [property]: id }))[property] ?? id;
}
