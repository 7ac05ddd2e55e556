// Reads a service of Azure API Management, or another process of ours, through Azure's SDK.
import { readFile } from 'node:fs/promises';
import type { ApiContract, ApiManagementClient, ProductContract } from '@azure/arm-apimanagement';
import pLimit from 'p-limit';
import { isAzureEndpoint } from '../../domain/azure-instance.ts';
import type { Copied, CopiedKind, CopiedRecord, CopySource } from '../../domain/azure-record.ts';
import { keyColumns } from '../../domain/key-names.ts';
import { UsageError } from '../program.ts';

export type Instance = {
  subscription: string;
  resourceGroup: string;
  service: string;
  endpoint: string;
  /** A file with a bearer token. Without one, the default credential of `@azure/identity` applies. */
  tokenFile: string | undefined;
};

/** Keys and the parts of a product need a call each. */
const limitCalls = pLimit(4);
/** After a 429 or 503 the SDK waits as long as Retry-After says. */
const MAX_RETRIES = 10;
const TOKEN_LIFETIME_MS = 3_600_000;

/** Loads Azure's packages only here: the server doesn't need them. */
export async function openAzure(instance: Instance): Promise<CopySource> {
  const { ApiManagementClient } = await import('@azure/arm-apimanagement');
  const client = new ApiManagementClient(await credentialOf(instance), instance.subscription, {
    endpoint: instance.endpoint,
    retryOptions: { maxRetries: MAX_RETRIES },
  });
  const service = [instance.resourceGroup, instance.service] as const;
  return { pages: (kind) => READERS[kind](client, service) };
}

async function credentialOf({ endpoint, tokenFile }: Instance) {
  if (tokenFile === undefined) {
    if (!isAzureEndpoint(endpoint))
      throw new UsageError(`--endpoint ${endpoint} is not Azure's, so it takes --token-file.`);
    const { DefaultAzureCredential } = await import('@azure/identity');
    return new DefaultAzureCredential();
  }
  const token = (await readFile(tokenFile, 'utf8').catch(() => '')).trim();
  if (!/^[\x21-\x7e]+$/.test(token)) throw new UsageError(`There is no token in ${tokenFile}.`);
  return { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + TOKEN_LIFETIME_MS }) };
}

type Service = readonly [resourceGroup: string, service: string];
type Reader = (client: ApiManagementClient, service: Service) => AsyncIterable<CopiedRecord[]>;

const READERS: Record<CopiedKind, Reader> = {
  async *group(client, service) {
    for await (const page of client.group.listByService(...service).byPage())
      yield page.map(({ name = '', displayName = '', description, typePropertiesType, builtIn }) => ({
        kind: 'group',
        id: name,
        name: displayName,
        description: description ?? '',
        type: builtIn ? 'system' : (typePropertiesType ?? 'custom'),
      }));
  },
  async *api(client, service) {
    for await (const page of client.api.listByService(...service, { expandApiVersionSet: true }).byPage())
      yield page.map((api) => ({
        kind: 'api',
        id: api.name ?? '',
        name: api.displayName ?? '',
        path: pathOf(api),
        ...keyColumns(api.subscriptionKeyParameterNames ?? {}),
        isCurrent: api.isCurrent !== false,
      }));
  },
  async *product(client, service) {
    for await (const page of client.product.listByService(...service).byPage())
      yield await limitCalls.map(page, (product) => readProduct(client, service, product));
  },
  async *account(client, service) {
    for await (const page of client.user.listByService(...service, { expandGroups: true }).byPage())
      yield page.map((user) => ({
        kind: 'account',
        id: user.name ?? '',
        email: user.email ?? '',
        firstName: user.firstName ?? '',
        lastName: user.lastName ?? '',
        note: user.note ?? '',
        state: user.state ?? 'active',
        registeredAt: momentOf(user.registrationDate),
        groups: (user.groups ?? []).map(({ displayName }) => displayName),
        identities: (user.identities ?? []).map(({ provider }) => provider ?? ''),
      }));
  },
  async *subscription(client, service) {
    for await (const page of client.subscription.list(...service).byPage())
      yield await limitCalls.map(page, async (subscription): Promise<Copied<'subscription'>> => {
        const id = subscription.name ?? '';
        // The list never holds keys.
        const { primaryKey = null, secondaryKey = null } = await client.subscription.listSecrets(
          ...service,
          id,
        );
        return {
          kind: 'subscription',
          id,
          owner: subscription.ownerId ?? null,
          scope: subscription.scope ?? '',
          name: subscription.displayName ?? null,
          state: subscription.state ?? '',
          stateComment: subscription.stateComment ?? '',
          startsAt: momentOf(subscription.startDate),
          endsAt: momentOf(subscription.expirationDate),
          primaryKey,
          secondaryKey,
        };
      });
  },
  async *template(client, service) {
    for await (const page of client.emailTemplate.listByService(...service).byPage())
      yield page.flatMap(({ name = '', subject = '', body = '', isDefault }) =>
        isDefault === false ? { kind: 'template', id: name, subject, body } : [],
      );
  },
};

/** Azure puts some versions into the address, as a segment after the path. */
function pathOf({ path = '', apiVersion, apiVersionSet }: ApiContract): string {
  const isSegment = apiVersionSet?.versioningScheme === 'Segment';
  return isSegment && apiVersion ? `${path}/${apiVersion}` : path;
}

async function readProduct(
  client: ApiManagementClient,
  service: Service,
  { name = '', displayName = '', description, terms, state, ...product }: ProductContract,
): Promise<Copied<'product'>> {
  return {
    kind: 'product',
    id: name,
    name: displayName,
    description: description ?? '',
    terms: terms ?? '',
    isPublished: state === 'published',
    isSubscriptionRequired: product.subscriptionRequired !== false,
    isApprovalRequired: product.approvalRequired === true,
    subscriptionsLimit: product.subscriptionsLimit ?? null,
    policy: await policyOf(client, service, name),
    apiIds: await idsOf(client.productApi.listByProduct(...service, name)),
    groupIds: await idsOf(client.productGroup.listByProduct(...service, name)),
  };
}

/** In the form that is always XML: expressions are escaped in it. */
async function policyOf(
  client: ApiManagementClient,
  service: Service,
  product: string,
): Promise<string | null> {
  try {
    return (await client.productPolicy.get(...service, product, 'policy')).value ?? null;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return null;
    throw error;
  }
}

async function idsOf(list: AsyncIterable<{ name?: string }>): Promise<string[]> {
  const ids: string[] = [];
  for await (const { name = '' } of list) ids.push(name);
  return ids;
}

const momentOf = (date: Date | null | undefined): string | null => date?.toISOString() ?? null;

/** Explains an error of the SDK or a credential, without request and token. Null for every other error. */
export function sourceFault(error: unknown): string | null {
  const { name = '', statusCode, code } = error as { name?: string; statusCode?: number; code?: string };
  if (name === 'RestError')
    return `The source answered ${[statusCode, code].filter((part) => part !== undefined).join(' ') || 'nothing'}.`;
  if (/^(CredentialUnavailable|Authentication|AggregateAuthentication)/.test(name))
    return 'No credential of Azure works here: sign in with the Azure CLI, or give this machine an identity.';
  return null;
}
