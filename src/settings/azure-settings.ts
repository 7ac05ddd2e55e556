// Reads the settings that bind the service to an instance of Azure API Management.
import type { z } from 'zod';
import { AZURE_ENDPOINTS, isAzureEndpoint } from '../domain/azure-instance.ts';
import { readAddress, readParts, serviceId } from '../management/address.ts';
import type { SETTINGS_SCHEMA } from './schema.ts';

export type AzureSettings = {
  /** The instance's id, spelled as Azure spells it but for the case of its names. */
  path: string;
  subscription: string;
  resourceGroup: string;
  service: string;
  /** Without a path or a slash at its end. */
  endpoint: string;
  /** A file with a bearer token. Null: the default credential, for Azure's own endpoints only. */
  tokenFile: string | null;
  /** Whether the keys of subscriptions are read and written too. */
  keys: 'left' | 'mirrored';
  /** What Event Grid must send. Null: its events aren't taken. */
  eventsSecret: string | null;
  /** Its developer portal hands over sign-in and subscriptions. Null: it doesn't. `portalUrl` is without a slash at its end. */
  delegation: { key: string; portalUrl: string } | null;
};

type InstanceId = Pick<AzureSettings, 'path' | 'subscription' | 'resourceGroup' | 'service'>;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The id of an instance, in any case. Throws an Error that says what to write. */
export function readInstanceId(text: string): InstanceId {
  const address = readAddress(readParts(text.replace(/\/+$/, '')) ?? []);
  const [, , subscription = '', , resourceGroup = '', , , , service = ''] = address?.base.split('/') ?? [];
  if (address?.segments.length === 0 && UUID.test(subscription))
    return { path: serviceId(subscription, resourceGroup, service), subscription, resourceGroup, service };
  throw new Error(
    'the id of an instance, /subscriptions/SUBSCRIPTION/resourceGroups/GROUP/providers/Microsoft.ApiManagement/service/NAME, as `az apim show --query id` prints it',
  );
}

/** The address of Azure Resource Manager. Throws an Error that says what to write. */
export function readEndpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol === 'https:' && `${url.origin}/` === url.href) return url.origin;
  throw new Error(
    `https:// and a host, such as ${AZURE_ENDPOINTS[0]}; a token must not be sent unencrypted, and a path isn't used`,
  );
}

const LOCAL = ['localhost', '127.0.0.1', '[::1]'];

/** The address of an instance's developer portal. Throws an Error that says what to write. */
export function readPortalUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && LOCAL.includes(url.hostname));
  if (url && isSafe && `${url.origin}/` === url.href) return url.origin;
  throw new Error(
    'the address of the developer portal, https:// and a host, such as https://contoso.developer.azure-api.net',
  );
}

/** What is set of an instance; null for none. */
export const azureOf = (
  values: Pick<
    z.output<typeof SETTINGS_SCHEMA>,
    | 'AZURE_API_MANAGEMENT'
    | 'AZURE_RESOURCE_MANAGER'
    | 'AZURE_TOKEN_FILE'
    | 'AZURE_KEYS'
    | 'AZURE_EVENTS_SECRET'
    | 'AZURE_DELEGATION_KEY'
    | 'AZURE_DEVELOPER_PORTAL_URL'
  >,
): AzureSettings | null =>
  values.AZURE_API_MANAGEMENT
    ? {
        ...values.AZURE_API_MANAGEMENT,
        endpoint: values.AZURE_RESOURCE_MANAGER,
        tokenFile: values.AZURE_TOKEN_FILE ?? null,
        keys: values.AZURE_KEYS,
        eventsSecret: values.AZURE_EVENTS_SECRET ?? null,
        delegation:
          values.AZURE_DELEGATION_KEY && values.AZURE_DEVELOPER_PORTAL_URL
            ? { key: values.AZURE_DELEGATION_KEY, portalUrl: values.AZURE_DEVELOPER_PORTAL_URL }
            : null,
      }
    : null;

/** Settings that need another one, by whether they are set. */
export function findAzureProblems(env: Record<string, string | undefined>): string[] {
  const names = [
    'AZURE_RESOURCE_MANAGER',
    'AZURE_TOKEN_FILE',
    'AZURE_KEYS',
    'AZURE_EVENTS_SECRET',
    'AZURE_DELEGATION_KEY',
    'AZURE_DEVELOPER_PORTAL_URL',
  ];
  const others = names.filter((name) => env[name]);
  if (!env.AZURE_API_MANAGEMENT && others.length > 0)
    return [
      `AZURE_API_MANAGEMENT: needed with ${others.join(', ')}: the id of the instance, as \`az apim show --query id\` prints it`,
    ];
  const endpoint = endpointOf(env.AZURE_RESOURCE_MANAGER);
  const halves = delegationProblems(env);
  return endpoint === null || isAzureEndpoint(endpoint) || env.AZURE_TOKEN_FILE
    ? halves
    : [
        ...halves,
        "AZURE_TOKEN_FILE: needed with an AZURE_RESOURCE_MANAGER that isn't Azure's: a file with a token for it, because this machine's own credential goes to Azure only",
      ];
}

function delegationProblems(env: Record<string, string | undefined>): string[] {
  const { AZURE_DELEGATION_KEY: key, AZURE_DEVELOPER_PORTAL_URL: url } = env;
  if (key && !url)
    return ['AZURE_DEVELOPER_PORTAL_URL: needed with AZURE_DELEGATION_KEY: where developers are sent back'];
  return url && !key
    ? ['AZURE_DELEGATION_KEY: needed with AZURE_DEVELOPER_PORTAL_URL: the delegation validation key in Azure']
    : [];
}

/** Null for none, and for a bad one, which is reported by itself. */
function endpointOf(text: string | undefined): string | null {
  try {
    return text === undefined ? null : readEndpoint(text.trim());
  } catch {
    return null;
  }
}
