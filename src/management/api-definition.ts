// Definitions of an API's operations: the gateway keeps them.
import { validationError } from './management-error.ts';

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
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
