// The address of a service and its resources, as Azure Resource Manager writes it.

export type Address = {
  /** The path up to the service, as the client wrote it. Ids of resources begin with it. */
  base: string;
  service: string;
  /** The decoded parts below the service. */
  segments: string[];
};

const MAX_SEGMENTS = 8;
const WORDS = ['subscriptions', 'resourcegroups', 'providers', 'microsoft.apimanagement', 'service'];
/** Azure's limits for names. */
const SUBSCRIPTION = /^[\w-]{1,64}$/;
const RESOURCE_GROUP = /^[\w().-]{1,90}$/;
const SERVICE = /^[a-zA-Z](?:[a-zA-Z0-9-]{0,48}[a-zA-Z0-9])?$/;

/** Null for any other path. Accepts any valid subscription and resource group, because only Azure uses them. */
export function readAddress(path: string): Address | null {
  const parts = path.split('/').slice(1).map(decoded);
  if (parts.some((part) => part === null)) return null;
  const [subscriptions, id = '', groups, group = '', providers, provider, word, service = '', ...segments] =
    parts as string[];
  const words = [subscriptions, groups, providers, provider, word].map((one) => one?.toLowerCase());
  const isOurs =
    words.every((one, index) => one === WORDS[index]) &&
    SUBSCRIPTION.test(id) &&
    RESOURCE_GROUP.test(group) &&
    SERVICE.test(service);
  if (!isOurs || segments.length > MAX_SEGMENTS || segments.some((segment) => segment === '')) return null;
  const base = `/subscriptions/${id}/resourceGroups/${group}/providers/Microsoft.ApiManagement/service/${service}`;
  return { base, service, segments };
}

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

/** The fields that every resource begins with. `parts` are pairs of a kind and a name; the last is the resource's own. */
export const resourceFields = (address: Address, ...parts: readonly string[]) => ({
  id: resourceId(address, ...parts),
  type: `Microsoft.ApiManagement/service/${parts.filter((_, index) => index % 2 === 0).join('/')}`,
  name: parts.at(-1) ?? '',
});
