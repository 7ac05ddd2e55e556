// An OpenAPI document as programs behind the gateway use it.
import { valuesIn } from './api-schema.ts';
import type { KeyNames } from './key-names.ts';

/** Where the gateway serves the API; `/orders` alone when its address isn't known. */
export const serverOf = (gatewayUrl: string | null, path: string): string =>
  gatewayUrl === null ? `/${path}` : new URL(`${gatewayUrl}/${path}`).href;

/** Azure's names of the two ways to send a key. */
export const keySchemes = (names: KeyNames) => ({
  apiKeyHeader: { type: 'apiKey', name: names.header, in: 'header' },
  apiKeyQuery: { type: 'apiKey', name: names.query, in: 'query' },
});
export const KEY_SECURITY = [{ apiKeyHeader: [] }, { apiKeyQuery: [] }];

/** Objects whose names are the document's own. */
const BY_NAME = new Set(
  `paths webhooks pathItems callbacks responses content headers links encoding parameters requestBodies schemas
  securitySchemes properties patternProperties dependentSchemas definitions $defs`.split(/\s+/),
);
/** What says nothing of the API's own parts. */
const AS_WRITTEN = new Set(
  'example examples default enum const security scopes mapping dependentRequired'.split(' '),
);

const namesBackend = (name: string): boolean =>
  name === 'servers' || name === 'server' || name.startsWith('x-amazon-apigateway-integration');

/**
 * Its servers become the gateway's, so that none behind it is named, and the key is among its security schemes.
 * `document` is a document that was read before.
 */
export function publishedDocument(document: object, server: string, names: KeyNames): object {
  const { components, security, ...rest } = valuesIn(withoutServers(document));
  const { securitySchemes } = valuesIn(components);
  return {
    ...rest,
    servers: [{ url: server }],
    components: {
      ...valuesIn(components),
      securitySchemes: { ...valuesIn(securitySchemes), ...keySchemes(names) },
    },
    security: security ?? KEY_SECURITY,
  };
}

/** A path, an operation, a callback and a link may each have servers of their own. */
function withoutServers(part: unknown, isByName = false): unknown {
  if (Array.isArray(part)) return part.map((one) => withoutServers(one));
  if (typeof part !== 'object' || part === null) return part;
  const entries = Object.entries(part);
  if (isByName) return Object.fromEntries(entries.map(([name, one]) => [name, withoutServers(one)]));
  return Object.fromEntries(
    entries
      .filter(([name]) => !namesBackend(name))
      .map(([name, one]) => [name, AS_WRITTEN.has(name) ? one : withoutServers(one, BY_NAME.has(name))]),
  );
}
