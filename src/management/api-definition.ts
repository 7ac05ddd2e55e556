// Definitions of an API's operations: the import and export of its OpenAPI document.
import { Hono } from 'hono';
import { KEY_NAMES, keyNamesOf } from '../domain/key-names.ts';
import { KEY_SECURITY, keySchemes, publishedDocument, serverOf } from '../domain/published-document.ts';
import { hashOfDocument } from '../operations/apis/document.ts';
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

type Given = { text: string } | { link: string };

/** Formats that are imported, and what their value is. Swagger only without operations, as our own export has it. */
const IMPORTS: Readonly<Record<string, 'text' | 'link'>> = {
  openapi: 'text',
  'openapi+json': 'text',
  'swagger-json': 'text',
  'openapi-link': 'link',
  'openapi+json-link': 'link',
  'swagger-link': 'link',
  'swagger-link-json': 'link',
};
const INSTEAD = 'Send OpenAPI 3.0 or 3.1 as openapi or openapi+json, or a link to it as openapi-link';
/** Where OpenAPI and Swagger have what an import would keep. */
const PARTS = ['paths', 'webhooks', 'definitions'];

/**
 * The document that a request imports; undefined without one, null for one without operations and schemas.
 * Errors: `ValidationError` for another format.
 */
export function readImport({
  format,
  value,
}: {
  format?: string | undefined;
  value?: string | undefined;
}): Given | null | undefined {
  if (format === undefined && value === undefined) return undefined;
  const kind = (format ?? '').toLowerCase();
  const as = Object.hasOwn(IMPORTS, kind) ? IMPORTS[kind] : undefined;
  if (!as) throw validationError({ format: `can't be imported. ${INSTEAD}` });
  if (!value) throw validationError({ value: `is needed with this format: the document, or the link to it` });
  if (as === 'link') return { link: value };
  return isEmptyDefinition(value) ? null : { text: value };
}

/** Whether an API has this document already. What is behind a link is never known before. */
export function isGivenDocument({ documentHash }: Pick<Api, 'documentHash'>, given: Given | null): boolean {
  if (given === null) return documentHash === null;
  return 'text' in given && documentHash === hashOfDocument(given.text);
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
  const { api, document, secret } = await exportApi(context, { apiId: params.apiId ?? '', format });
  if (document !== null && format === 'swagger')
    throw validationError({
      format: `must be openapi or openapi-link: the document of this API is OpenAPI 3`,
    });
  const value = LINK.test(written)
    ? { link: `${publicUrl}${DEFINITIONS_PATH}/${secret}` }
    : definitionOf({ api, format, document }, context.policy.gatewayUrl);
  const result = { format: written, value };
  return {
    status: 200,
    // Azure's contract has the result beside the id, and what Azure sends has it in `properties`, where newer versions of az
    // look (Azure/azure-rest-api-specs #29274).
    body: { id: resourceId(address, 'apis', apiNameOf(api.id)), ...result, properties: result },
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
    if (exported) return definitionOf(exported, policy.gatewayUrl);
  }
  return null;
}

type Exported = { api: Api; format: 'openapi' | 'swagger'; document: string | null };

/**
 * The API's document with the gateway as its server, or one without operations. Its JSON is YAML too, for who asks for that.
 * Source: OpenAPI 3.0.1 and 2.0.
 */
function definitionOf({ api, format, document }: Exported, gatewayUrl: string | null): object {
  const { description, apiVersion } = api.properties;
  const names = keyNamesOf(api) ?? KEY_NAMES;
  if (document !== null)
    return publishedDocument(JSON.parse(document), serverOf(gatewayUrl, api.path), names);
  const info = { title: api.name, ...(description ? { description } : {}), version: apiVersion || '1.0' };
  const url = gatewayUrl === null ? null : new URL(serverOf(gatewayUrl, api.path));
  if (format === 'openapi') {
    const servers = url ? { servers: [{ url: url.href }] } : {};
    const components = { securitySchemes: keySchemes(names) };
    return { openapi: '3.0.1', info, ...servers, paths: {}, components, security: KEY_SECURITY };
  }
  const server = url && { host: url.host, schemes: [url.protocol.slice(0, -1)] };
  const basePath = url?.pathname ?? `/${api.path}`;
  const securityDefinitions = keySchemes(names);
  return {
    swagger: '2.0',
    info,
    ...server,
    basePath,
    paths: {},
    securityDefinitions,
    security: KEY_SECURITY,
  };
}
