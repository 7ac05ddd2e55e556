// The OpenAPI document that an API may have: how it is given, read and stored.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Api } from '../../db/catalog/apis.ts';
import { replaceDocument } from '../../db/catalog/documents.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { CheckedDocument } from '../../openapi/check-document.ts';
import { DocumentLinkError, fetchDocument } from '../../openapi/fetch-document.ts';
import { readDocument } from '../../openapi/read-document.ts';
import type { Act, Context } from '../frame/context.ts';

export const MAX_DOCUMENT_LINK_LENGTH = 2_000;

/** As a text, or as a link that this server follows once. */
export const givenDocument = z.union([
  z.strictObject({ text: z.string() }),
  z.strictObject({ link: z.string().max(MAX_DOCUMENT_LINK_LENGTH) }),
]);
type GivenDocument = z.output<typeof givenDocument>;

/** Null: the API is to have none. `hash`: of the text as it was given. */
export type PreparedDocument = { hash: string; checked: CheckedDocument } | null;

/**
 * Reads a document before the transaction: it may take seconds. One without endpoints counts as none.
 * Errors: `invalid_input` for `document`, with the places of what is wrong.
 */
export async function prepareDocument(
  { policy }: Context,
  given: GivenDocument | null | undefined,
): Promise<PreparedDocument | undefined> {
  if (!given) return given;
  const text = 'text' in given ? given.text : await follow(given.link, policy.openapiHosts);
  const checked = await readDocument(text);
  if ('faults' in checked) {
    const faults = Object.entries(checked.faults);
    const words = faults.map(([place, fault]) => `${place === 'document' ? 'it' : place} ${fault}`);
    throw documentError(`can't be used: ${words.join('; ')}`);
  }
  return checked.endpoints.length === 0 ? null : { hash: hashOfDocument(text), checked };
}

async function follow(link: string, hosts: readonly string[]): Promise<string> {
  try {
    return await fetchDocument(link, hosts);
  } catch (error) {
    if (!(error instanceof DocumentLinkError)) throw error;
    throw documentError(`can't be fetched: the link ${error.message}`);
  }
}

const documentError = (words: string) => new DomainError('invalid_input', { fields: { document: words } });

export const hashOfDocument = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Stores it for an API whose row has its hash. */
export async function storeDocument(act: Act, api: Api, prepared: PreparedDocument): Promise<void> {
  if (!prepared) return replaceDocument(act.tx, api, null);
  const { json: document, title: _, ...checked } = prepared.checked;
  return replaceDocument(act.tx, api, { document, ...checked, createdAt: act.now });
}
