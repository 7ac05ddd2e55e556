// Addresses as Azure Resource Manager writes them: of the service with its resources, and of what is around it; and where
// this service seems to be.

export type Address = {
  /** The path up to the service, as the client wrote it. Ids of resources begin with it. */
  base: string;
  service: string;
  /** The decoded parts below the service. */
  segments: string[];
};

const MAX_SEGMENTS = 16;
const WORDS = ['subscriptions', 'resourcegroups', 'providers', 'microsoft.apimanagement', 'service'];
/** Azure's limits for names. */
const SUBSCRIPTION = /^[\w-]{1,64}$/;
const RESOURCE_GROUP = /^[\w().-]{1,90}$/;
const SERVICE = /^[a-zA-Z](?:[a-zA-Z0-9-]{0,48}[a-zA-Z0-9])?$/;

/** The decoded parts of a path; null when one is empty, isn't encoded well or holds a control. */
export function readParts(path: string): string[] | null {
  const parts = path.split('/').slice(1).map(decoded);
  const isGood = parts.length <= MAX_SEGMENTS && parts.every((part) => part !== null && part !== '');
  return isGood ? (parts as string[]) : null;
}

/**
 * Null for a path that is not at or below a service. Accepts any valid subscription and resource group, because only Azure
 * uses them.
 */
export function readAddress(parts: readonly string[]): Address | null {
  const [subscriptions, id = '', groups, group = '', providers, provider, word, service = '', ...segments] =
    parts;
  const words = [subscriptions, groups, providers, provider, word].map((one) => one?.toLowerCase());
  const isOurs =
    words.every((one, index) => one === WORDS[index]) &&
    isSubscription(id) &&
    isResourceGroup(group) &&
    SERVICE.test(service);
  return isOurs ? { base: serviceId(id, group, service), service, segments } : null;
}

export const serviceId = (subscription: string, group: string, service: string): string =>
  `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.ApiManagement/service/${service}`;

export const isSubscription = (id: string): boolean => SUBSCRIPTION.test(id);
export const isResourceGroup = (name: string): boolean => RESOURCE_GROUP.test(name);

function decoded(part: string): string | null {
  try {
    const text = decodeURIComponent(part);
    return /[\p{Cc}\p{Surrogate}]/u.test(text) ? null : text;
  } catch {
    return null;
  }
}

/** The id of a resource, from its parts below the service, such as `users`, `5931a75a`. */
export const resourceId = (address: Address, ...parts: readonly string[]): string =>
  [address.base, ...parts].join('/');

/** The name at the end of a resource's id, short or full: `ann` of `/users/ann`. Null for an id of another collection. */
export const nameIn = (id: string, collection: string): string | null =>
  new RegExp(`(?:^|/)${collection}/([^/]+)/?$`, 'i').exec(id)?.[1] ?? null;

/** The fields that every resource begins with. `parts` are pairs of a kind and a name; the last is the resource's own. */
export const resourceFields = (address: Address, ...parts: readonly string[]) => ({
  id: resourceId(address, ...parts),
  type: `Microsoft.ApiManagement/service/${parts.filter((_, index) => index % 2 === 0).join('/')}`,
  name: parts.at(-1) ?? '',
});

export type Place = { subscriptionId: string; resourceGroup: string };

/** Azure's tenant is ours alone: tokens and subscriptions name this one, and any may be asked for. */
export const TENANT_ID = '00000000-0000-0000-0000-000000000000';
export const DEFAULT_PLACE: Place = {
  subscriptionId: '00000000-0000-0000-0000-000000000000',
  resourceGroup: 'apim-user',
};
/** Where the service says that it runs: in no region of Azure. */
export const LOCATION = 'local';
