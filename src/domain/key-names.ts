// Where a call carries its key: the names of a header and of a query parameter, which an API may choose.

/** Of APIs that choose none. Source: Azure, subscriptionKeyParameterNames. */
export const KEY_NAMES = { header: 'Ocp-Apim-Subscription-Key', query: 'subscription-key' } as const;

export type KeyNames = { readonly header: string; readonly query: string };
/** As a row of an API has them. */
export type KeyColumns = { keyHeader: string | null; keyQuery: string | null };

/** An API's names from its row; null when it has none of its own. */
export const keyNamesOf = ({ keyHeader, keyQuery }: KeyColumns): KeyNames | null =>
  keyHeader === null && keyQuery === null
    ? null
    : { header: keyHeader ?? KEY_NAMES.header, query: keyQuery ?? KEY_NAMES.query };

/** The row of an API with Azure's names: null for those that every API has. */
export function keyColumns(names: { header?: string | undefined; query?: string | undefined }): KeyColumns {
  const { header = KEY_NAMES.header, query = KEY_NAMES.query } = names;
  return {
    keyHeader: header === KEY_NAMES.header ? null : header,
    keyQuery: query === KEY_NAMES.query ? null : query,
  };
}

const MAX_NAME_LENGTH = 100;
/** RFC 9110 5.6.2 allows more, such as backticks, which a shell would run in the line of curl that developers copy. */
const TOKEN = /^[\w.-]+$/;
/** What every program writes into a query as it is. */
const PLAIN = /^[\w.~!$'()*,:;@/-]+$/;
/** Headers with another meaning: for programs on the way, or between a gateway and this server. */
const TAKEN = new Set(
  [
    'authorization cookie set-cookie host connection keep-alive te trailer upgrade transfer-encoding expect',
    'forwarded via x-real-ip x-request-id x-rewrite-url',
    'x-account-id x-subscription-id x-product-id x-groups x-groups-cut x-refusal-reason',
  ].flatMap((names) => names.split(' ')),
);
const TAKEN_BEGINNINGS = /^(?:x-forwarded-|x-original-|x-gateway-|x-envoy-|proxy-|content-|sec-)/;
/** Names an API in the address of a check. */
const TAKEN_PARAMETER = 'api';

/** What is wrong with the name of a header; null for a good one. */
export function keyHeaderFault(name: string): string | null {
  if (name.length > MAX_NAME_LENGTH) return `at most ${MAX_NAME_LENGTH} characters`;
  if (!TOKEN.test(name)) return 'must be the name of a header, such as X-Api-Key';
  const lower = name.toLowerCase();
  if (TAKEN.has(lower) || TAKEN_BEGINNINGS.test(lower))
    return `can't be ${name}, which has another meaning; use a name such as X-Api-Key`;
  return null;
}

/** The same for a parameter of a query. */
export function keyQueryFault(name: string): string | null {
  if (name.length > MAX_NAME_LENGTH) return `at most ${MAX_NAME_LENGTH} characters`;
  if (!PLAIN.test(name)) return 'must be the name of a query parameter, such as api-key';
  return name === TAKEN_PARAMETER ? `can't be ${name}, which has another meaning` : null;
}
