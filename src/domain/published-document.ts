// An OpenAPI document as programs behind the gateway use it.
import { type Values, valuesIn } from './api-schema.ts';
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

/**
 * Its servers become the gateway's, so that none behind it is named, and the key is among its security schemes.
 * `document` is a document that was read before.
 */
export function publishedDocument(document: object, server: string, names: KeyNames): object {
  const { servers: _, paths, components, security, ...rest } = valuesIn(document);
  const { securitySchemes } = valuesIn(components);
  const ownPaths = Object.entries(valuesIn(paths)).map(([path, item]) => [path, withoutServers(item)]);
  return {
    ...rest,
    servers: [{ url: server }],
    paths: Object.fromEntries(ownPaths),
    components: {
      ...valuesIn(components),
      securitySchemes: { ...valuesIn(securitySchemes), ...keySchemes(names) },
    },
    security: security ?? KEY_SECURITY,
  };
}

/** A path and each of its operations may have servers of their own. */
function withoutServers(item: unknown): Values {
  const entries = Object.entries(valuesIn(item)).filter(([name]) => name !== 'servers');
  return Object.fromEntries(
    entries.map(([name, part]) => {
      if (typeof part !== 'object' || part === null || Array.isArray(part)) return [name, part];
      const { servers: _, ...operation } = part as Values & { servers?: unknown };
      return [name, operation];
    }),
  );
}
