// The policy of a product, in which programs read and set its limits. Other policies are the gateway's (decision 0105).
import { isDeepStrictEqual } from 'node:util';
import type { Limits } from '../domain/call-limits.ts';
import { MAX_POLICY_LENGTH } from '../operations/catalog/input.ts';
import { readPolicy, writePolicy } from '../operations/catalog/policy-document.ts';
import { editProduct } from '../operations/products/edit.ts';
import { resourceFields } from './address.ts';
import { choice, demandProperties, readProperties, text } from './body.ts';
import { readIfMatch } from './if-match.ts';
import { ManagementError, validationError } from './management-error.ts';
import { demandProduct, type Product } from './products.ts';
import { putResource } from './resource.ts';
import {
  changeRoutes,
  type ManagementRequest,
  type ManagementResponse,
  type Route,
  readRoutes,
  resourceResponse,
} from './route.ts';

const POLICIES = 'products/{productId}/policies';
const POLICY = `${POLICIES}/{policyId}`;

export const PRODUCT_POLICY_ROUTES: Route[] = [
  ...readRoutes('ProductPolicy_ListByProduct', POLICIES, listPolicies),
  ...readRoutes('ProductPolicy_Get', POLICY, getPolicy, 'ProductPolicy_GetEntityTag'),
  ...changeRoutes(POLICY, {
    PUT: ['ProductPolicy_CreateOrUpdate', editProduct, putPolicy],
    DELETE: ['ProductPolicy_Delete', editProduct, removePolicy],
  }),
];

const FORMATS = ['xml', 'rawxml', 'xml-link', 'rawxml-link'] as const;
const PROPERTIES = { format: choice(FORMATS), value: text };

/** The document as a program wrote it, as long as the limits are those in it; null without limits. */
function documentOf({ policyAsWritten: written, rate, quota }: Product): string | null {
  const limits = { rate, quota };
  if (written !== null && isDeepStrictEqual(readPolicy(written).limits, limits)) return written;
  return rate || quota ? writePolicy(limits) : null;
}

type Policy = { version: number; value: string };
const policyOf = (product: Product): Policy | null => {
  const value = documentOf(product);
  return value === null ? null : { version: product.version, value };
};

function viewPolicy({ address, params, query }: ManagementRequest, { value }: Policy) {
  const isRaw = query.text('format')?.toLowerCase().startsWith('rawxml');
  return {
    ...resourceFields(address, 'products', params.productId ?? '', 'policies', 'policy'),
    properties: { format: isRaw ? 'rawxml' : 'xml', value },
  };
}

async function listPolicies(request: ManagementRequest): Promise<ManagementResponse> {
  const policy = policyOf(await demandProduct(request));
  const value = policy ? [viewPolicy(request, policy)] : [];
  return { status: 200, body: { value, count: value.length } };
}

async function getPolicy(request: ManagementRequest): Promise<ManagementResponse> {
  const policy = policyOf(await demandProduct(request));
  if (!isNamedWell(request) || !policy)
    throw new ManagementError(404, 'ResourceNotFound', 'Policy not found: this product has no limits.');
  return resourceResponse(viewPolicy(request, policy), policy);
}

const isNamedWell = ({ params }: ManagementRequest): boolean => params.policyId?.toLowerCase() === 'policy';

async function putPolicy(request: ManagementRequest): Promise<ManagementResponse> {
  if (!isNamedWell(request)) throw validationError({ policyId: 'must be policy: a product has one' });
  const properties = readProperties(request, PROPERTIES);
  demandProperties(properties, ['value']);
  if (properties.format?.endsWith('-link'))
    throw validationError({ format: 'must be xml or rawxml: send the document itself, not a link to it' });
  const value = properties.value ?? '';
  const limits = limitsIn(value);
  const set = async (status: 200 | 201, expected: { expectedVersion?: number } = {}) => {
    await change(request, { ...limits, policyAsWritten: value, ...expected });
    return { ...(await getPolicy(request)), status };
  };
  return putResource(request, {
    find: async () => policyOf(await demandProduct(request)),
    isAsGiven: (policy) => policy.value === value,
    create: () => set(201),
    update: (_policy, expected) => set(200, expected),
    respond: (policy) => resourceResponse(viewPolicy(request, policy), policy),
  });
}

/** Errors: `ValidationError` for `value`, with the line, for anything else than the two limits. */
function limitsIn(value: string): Limits {
  if (value.length > MAX_POLICY_LENGTH)
    throw validationError({ value: `must have at most ${MAX_POLICY_LENGTH} characters` });
  if (!(value as string & { isWellFormed(): boolean }).isWellFormed())
    throw validationError({ value: 'contains a character that cannot be kept' });
  const { limits, faults } = readPolicy(value);
  const [fault] = faults;
  if (fault) throw validationError({ value: `${fault.what}. ${fault.instead}` });
  return limits;
}

async function removePolicy(request: ManagementRequest): Promise<ManagementResponse> {
  const expected = readIfMatch(request, 'required');
  if (!isNamedWell(request) || !policyOf(await demandProduct(request))) return { status: 204 };
  await change(request, { rate: null, quota: null, policyAsWritten: null, ...expected });
  return { status: 200 };
}

type Change = Limits & { policyAsWritten: string | null; expectedVersion?: number };

const change = ({ context, params }: ManagementRequest, changed: Change) =>
  editProduct(context, { productId: params.productId ?? '', ...changed });
