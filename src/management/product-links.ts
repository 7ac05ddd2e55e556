// The links between products and their APIs and groups, as resources with names of their own. APIOps uses them.
import { DomainError } from '../domain/domain-error.ts';
import { editProduct } from '../operations/products/edit.ts';
import { resolveResources } from '../operations/resources/resolve.ts';
import { resourceFields, resourceId } from './address.ts';
import { apiNameOf, demandApiId } from './api-revision.ts';
import { readProperties, text } from './body.ts';
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
const WORDS = {
  api: { azureName: 'ProductApiLink', links: 'apiLinks', property: 'apiId', collection: 'apis' },
  group: { azureName: 'ProductGroupLink', links: 'groupLinks', property: 'groupId', collection: 'groups' },
} as const;

/** Azure's names of the operation's fields, where they differ. */
const AZURE_NAMES = { linkName: 'linkId' };

const routesOf = (kind: Kind): Route[] => {
  const { azureName, links } = WORDS[kind];
  const path = `products/{productId}/${links}`;
  return [
    ...readRoutes(`${azureName}_ListByProduct`, path, (request) => listLinks(request, kind)),
    ...readRoutes(`${azureName}_Get`, `${path}/{linkName}`, (request) => getLink(request, kind)),
    ...changeRoutes(`${path}/{linkName}`, {
      PUT: [`${azureName}_CreateOrUpdate`, editProduct, (request) => putLink(request, kind)],
      DELETE: [`${azureName}_Delete`, editProduct, (request) => removeLink(request, kind)],
    }),
  ];
};

export const PRODUCT_LINK_ROUTES: Route[] = withAzureNames(AZURE_NAMES, [
  ...routesOf('api'),
  ...routesOf('group'),
]);

type Link = { id: string; linkName: string | null };

const linksOf = (product: Product, kind: Kind): readonly Link[] =>
  kind === 'api' ? product.apis : product.groups;

/** Without a name of its own a link is called as what it leads to. */
const nameOf = ({ id, linkName }: Link): string => linkName ?? id;

function findLink({ params }: ManagementRequest, product: Product, kind: Kind): Link | undefined {
  const named = params.linkName?.toLowerCase();
  return linksOf(product, kind).find((link) => nameOf(link).toLowerCase() === named);
}

function viewLink({ address }: ManagementRequest, product: Product, kind: Kind, link: Link) {
  const { links, property, collection } = WORDS[kind];
  const id = kind === 'api' ? apiNameOf(link.id) : link.id;
  return {
    ...resourceFields(address, 'products', product.id, links, nameOf(link)),
    properties: { [property]: resourceId(address, collection, id) },
  };
}

async function listLinks(request: ManagementRequest, kind: Kind): Promise<ManagementResponse> {
  const product = await demandProduct(request);
  const value = linksOf(product, kind).map((link) => viewLink(request, product, kind, link));
  return listResponse(request, value, { count: value.length, next: null });
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

/** The id of the API or group that the link shall lead to, as its row has it. */
async function readTarget(request: ManagementRequest, kind: Kind): Promise<string> {
  const { property, collection } = WORDS[kind];
  const given =
    kind === 'api' ? readProperties(request, { apiId: text }) : readProperties(request, { groupId: text });
  const target = Object.values(given)[0] ?? '';
  const [, written] = new RegExp(`(?:^|/)${collection}/([^/]+)/?$`, 'i').exec(target) ?? [];
  if (!written) throw validationError({ [property]: `must be /${collection}/{id}` });
  const id = kind === 'api' ? demandApiId(written, property) : written;
  return (await resolveResources(request.context, { [property]: id }))[property] ?? id;
}

/** There is one link at most to an API or group, so another name for it takes the place of the first. */
async function putLink(request: ManagementRequest, kind: Kind): Promise<ManagementResponse> {
  const id = await readTarget(request, kind);
  const { linkName = '' } = request.params;
  const product = await demandProduct(request);
  if (findLink(request, product, kind)?.id === id) return getLink(request, kind);
  await editProduct(request.context, {
    productId: product.id,
    ...(kind === 'api' ? { addApiIds: [id] } : { addGroupIds: [id] }),
    linkName,
  });
  return getLink(request, kind, 201);
}

async function removeLink(request: ManagementRequest, kind: Kind): Promise<ManagementResponse> {
  const product = await findProduct(request);
  const link = product && findLink(request, product, kind);
  if (!link) return { status: 204 };
  await editProduct(request.context, {
    productId: product.id,
    ...(kind === 'api' ? { removeApiIds: [link.id] } : { removeGroupIds: [link.id] }),
  });
  return { status: 200 };
}
