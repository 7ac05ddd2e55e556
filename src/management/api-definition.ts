// Definitions of an API's operations. The gateway keeps them, so an import is refused, and an export has none.
import { Hono } from 'hono';
import { KEY_NAMES, keyNamesOf } from '../domain/key-names.ts';
import { exportApi } from '../operations/apis/export.ts';
import { openExportedApi } from '../operations/apis/open-exported.ts';
import type { Services } from '../operations/frame/context.ts';
import { HttpRefusal } from '../web/refusal.ts';
import type { WebEnv } from '../web/request-facts.ts';
import { resourceId } from './address.ts';
import { apiNameOf } from './api-revision.ts';
import type { Api } from './api-shape.ts';
import { validationError } from './management-error.ts';
import type { ManagementRequest, ManagementResponse } from './route.ts';

export const NO_IMPORT =
  'The gateway keeps the definition; send the API without format, value and wsdlSelector';

/** Formats whose documents we can read. */
const READABLE = ['openapi', 'openapi+json', 'swagger-json'];
/** Where OpenAPI and Swagger have what an import would keep. */
const PARTS = ['paths', 'webhooks', 'definitions'];

/** Accepts a document without operations and schemas, as our export has it. Errors: `ValidationError`. */
export function demandNothingToImport({
  format,
  value,
}: {
  format?: string | undefined;
  value?: string | undefined;
}) {
  if (READABLE.includes((format ?? '').toLowerCase()) && isEmptyDefinition(value ?? '')) return;
  throw validationError({ format: `can't be imported. ${NO_IMPORT}` });
}

function isEmptyDefinition(value: string): boolean {
  const document = objectIn(value);
  if (!document) return false;
  const { components } = document as { components?: { schemas?: unknown } };
  return [...PARTS.map((part) => document[part]), components?.schemas].every(isEmpty);
}

const isEmpty = (part: unknown): boolean =>
  part === undefined || part === null || (typeof part === 'object' && Object.keys(part).length === 0);

/** JSON is YAML too. */
function objectIn(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

/** Azure's words for what a definition is exported as. `-link` asks for a link to it. */
const EXPORTS: Readonly<Record<string, 'openapi' | 'swagger'>> = {
  openapi: 'openapi',
  'openapi+json': 'openapi',
  swagger: 'swagger',
};
const LINK = /-link$/;
const DEFINITIONS_PATH = '/api-definitions';

/** The definition, or a link to it that works for five minutes and needs no token. Errors: 400 for another format. */
export async function exportDefinition(request: ManagementRequest): Promise<ManagementResponse> {
  const { context, params, query, address, publicUrl } = request;
  const written = (query.text('format') ?? '').toLowerCase();
  const kind = written.replace(LINK, '');
  const format = Object.hasOwn(EXPORTS, kind) ? EXPORTS[kind] : undefined;
  if (!format) {
    const known = Object.keys(EXPORTS).flatMap((one) => [one, `${one}-link`]);
    throw validationError({ format: `must be one of ${known.join(', ')}; nothing else can be made here` });
  }
  const { api, secret } = await exportApi(context, { apiId: params.apiId ?? '', format });
  const value = LINK.test(written)
    ? { link: `${publicUrl}${DEFINITIONS_PATH}/${secret}` }
    : definitionOf(api, format, context.policy.gatewayUrl);
  return {
    status: 200,
    body: { id: resourceId(address, 'apis', apiNameOf(api.id)), format: written, value },
  };
}

/** Where the links lead. A link that doesn't work is unknown here. */
export function createDefinitions({ services }: { services: Services }): Hono<WebEnv> {
  const definitions = new Hono<WebEnv>();
  definitions.get(`${DEFINITIONS_PATH}/:secret`, async (c) => {
    const definition = await definitionAt(services, c.req.param('secret').slice(0, 2_000));
    if (!definition) throw new HttpRefusal('not_found');
    // Indented, because APIOps puts it under version control as it is.
    return c.body(JSON.stringify(definition, null, 2), 200, {
      'Cache-Control': 'no-store',
      'Content-Type': 'application/json; charset=utf-8',
    });
  });
  return definitions;
}

/** Null where no service made this secret. */
async function definitionAt(services: Services, secret: string): Promise<object | null> {
  for (const { system, policy } of services) {
    const exported = await openExportedApi(system('management'), { secret });
    if (exported) return definitionOf(exported.api, exported.format, policy.gatewayUrl);
  }
  return null;
}

/**
 * A document without operations. Its JSON is YAML too, for who asks for that.
 * Source: OpenAPI 3.0.1 and 2.0; Azure's names of the security schemes.
 */
function definitionOf(api: Api, format: 'openapi' | 'swagger', gatewayUrl: string | null): object {
  const { description, apiVersion } = api.properties;
  const names = keyNamesOf(api) ?? KEY_NAMES;
  const info = { title: api.name, ...(description ? { description } : {}), version: apiVersion || '1.0' };
  const schemes = {
    apiKeyHeader: { type: 'apiKey', name: names.header, in: 'header' },
    apiKeyQuery: { type: 'apiKey', name: names.query, in: 'query' },
  };
  const security = Object.keys(schemes).map((name) => ({ [name]: [] }));
  const url = gatewayUrl === null ? null : new URL(`${gatewayUrl}/${api.path}`);
  if (format === 'openapi') {
    const servers = url ? { servers: [{ url: url.href }] } : {};
    return {
      openapi: '3.0.1',
      info,
      ...servers,
      paths: {},
      components: { securitySchemes: schemes },
      security,
    };
  }
  const server = url && { host: url.host, schemes: [url.protocol.slice(0, -1)] };
  const basePath = url?.pathname ?? `/${api.path}`;
  return { swagger: '2.0', info, ...server, basePath, paths: {}, securityDefinitions: schemes, security };
}
