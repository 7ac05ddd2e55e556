// The answer to a check: a status and headers for the gateway, and for its client a body in Azure's form of an error.
import type { ServerResponse } from 'node:http';
import { KEY_NAMES } from '../../domain/key-names.ts';
import type { CalledApi, CallingSubscription, CallRefusal, CallVerdict } from '../../domain/may-call.ts';
import type { CheckRequestFault } from './check-request.ts';

/** All group ids share one header; `X-Groups-Cut` says that some are missing. */
const MAX_GROUPS_BYTES = 4_096;

const REFUSALS: Record<CallRefusal, [code: string, message: string]> = {
  account_blocked: ['AccountBlocked', 'The account that this key belongs to is blocked.'],
  account_pending: ['AccountPending', 'The account that this key belongs to is not active yet.'],
  subscription_submitted: ['SubscriptionSubmitted', 'The subscription waits for approval.'],
  subscription_suspended: ['SubscriptionSuspended', 'The subscription is suspended.'],
  subscription_rejected: ['SubscriptionRejected', 'The subscription was rejected.'],
  subscription_cancelled: ['SubscriptionCancelled', 'The subscription was cancelled.'],
  subscription_expired: ['SubscriptionExpired', 'The subscription has expired.'],
  subscription_not_started: ['SubscriptionNotStarted', 'The subscription has not begun yet.'],
  key_expired: ['KeyExpired', 'The key has expired. Get a new one in the developer portal.'],
  product_not_published: ['ProductNotPublished', 'The product of this subscription is not published.'],
  api_unknown: ['ApiUnknown', 'No API is known at this address.'],
  api_not_covered: ['ApiNotCovered', 'The subscription does not cover this API.'],
  quota_exceeded: ['QuotaExceeded', 'Out of call volume quota. Quota will be replenished in {time}.'],
};

const FAULTS: Record<CheckRequestFault, [code: string, message: string]> = {
  address_missing: ['AddressMissing', 'The gateway did not say where the call goes.'],
  address_unreadable: ['AddressUnreadable', 'The address can not be read in one way only.'],
  address_ambiguous: ['AddressAmbiguous', 'The address can be read as that of more than one API.'],
  key_twice: ['KeyTwice', 'More than one key was sent.'],
  header_twice: ['HeaderTwice', 'A header that counts was sent more than once.'],
  api_twice: ['ApiTwice', 'More than one API was named.'],
  too_much: ['TooMuch', 'The address is too long, or there are too many headers.'],
};

/** Names and values of headers take turns in one list, as Node writes them. */
export type CheckResponse = { status: number; headers: readonly string[]; body: string };

const NO_STORE = ['Cache-Control', 'no-store', 'X-Content-Type-Options', 'nosniff'];
const WITHOUT_BODY = ['Cache-Control', 'no-store', 'Content-Length', '0'];

function errorResponse(
  status: number,
  [code, message]: [string, string],
  headers: string[] = [],
): CheckResponse {
  const body = JSON.stringify({ error: { code, message } });
  const length = String(Buffer.byteLength(body));
  const form = ['Content-Type', 'application/json', 'Content-Length', length];
  return { status, headers: [...NO_STORE, ...form, ...headers], body };
}

/** For every invalid key, so that it doesn't reveal why. */
export const noKeyResponse = (header: string) =>
  errorResponse(
    401,
    ['Unauthorized', `Access denied: a valid key in the header ${header} is needed.`],
    ['WWW-Authenticate', `AzureApiManagementKey realm="apim-user",name="${header}",type="header"`],
  );
const NO_KEY = noKeyResponse(KEY_NAMES.header);
export const UNAVAILABLE = errorResponse(
  503,
  ['ServiceUnavailable', 'Keys can not be checked right now.'],
  ['Retry-After', '1'],
);
/** The same answer as at an unknown address: a client without the secret learns nothing. */
export const NOT_FOUND = errorResponse(404, ['NotFound', 'There is nothing at this address.']);

/** `{seconds}` stands for the time until calls pass again, and `{time}` for the same as Azure writes it. */
const limitedResponse = (status: number, words: [code: string, message: string]) =>
  errorResponse(status, words, ['Retry-After', '{seconds}']);
export const RATE_LIMITED = limitedResponse(429, [
  'RateLimitExceeded',
  'Rate limit is exceeded. Try again in {seconds} seconds.',
]);

const byReason = <Reason extends string>(status: number, words: Record<Reason, [string, string]>) =>
  Object.fromEntries(
    Object.entries<[string, string]>(words).map(([reason, pair]) => [reason, errorResponse(status, pair)]),
  ) as Record<Reason, CheckResponse>;
export const REFUSAL_RESPONSES = {
  ...byReason(403, REFUSALS),
  quota_exceeded: limitedResponse(403, REFUSALS.quota_exceeded),
};
export const FAULT_RESPONSES: Readonly<Record<CheckRequestFault, CheckResponse>> = byReason(400, FAULTS);

function limitedFor(ms: number, { status, headers, body }: CheckResponse): CheckResponse {
  const seconds = Math.ceil(ms / 1_000);
  const fill = (text: string) =>
    text.replace('{seconds}', String(seconds)).replace('{time}', timeSpan(seconds));
  const filled = fill(body);
  const length = String(Buffer.byteLength(filled));
  return {
    status,
    headers: headers.map((text, at) => (headers[at - 1] === 'Content-Length' ? length : fill(text))),
    body: filled,
  };
}

/** As Azure writes it: `05:03:23`, and `5.03:23:11` from one day on. */
function timeSpan(seconds: number): string {
  const parts = [Math.floor(seconds / 3_600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  const time = parts.map((part) => String(part).padStart(2, '0')).join(':');
  const days = Math.floor(seconds / 86_400);
  return days > 0 ? `${days}.${time}` : time;
}

/** The response to a check that was read and decided. `api`: where the call goes, if that is known. */
export function responseTo(verdict: CallVerdict, api: CalledApi | null, nowMs: number): CheckResponse {
  if (verdict.kind === 'no_key') return api?.keyNames ? noKeyResponse(api.keyNames.header) : NO_KEY;
  const { subscription } = verdict;
  if (verdict.kind === 'refused') {
    const [reason] = REFUSALS[verdict.because];
    const ids = idsOf(subscription, subscription?.productId ?? null);
    const response =
      verdict.because === 'quota_exceeded'
        ? limitedFor((subscription?.quotaEndsAt ?? nowMs) - nowMs, REFUSAL_RESPONSES.quota_exceeded)
        : REFUSAL_RESPONSES[verdict.because];
    return withHeaders(response, [...ids, 'X-Refusal-Reason', reason]);
  }
  // All four headers, also when empty: a gateway that only overwrites would pass on those of its client.
  const headers = idsOf(subscription, verdict.productId);
  headers.push(...groupsOf(subscription?.account?.groupIds ?? NO_GROUPS), ...WITHOUT_BODY);
  return { status: 200, headers, body: '' };
}

/** The response to a call beyond the rate of its subscription. */
export function rateLimitedResponse(subscription: CallingSubscription, retryAfterMs: number): CheckResponse {
  const ids = idsOf(subscription, subscription.productId);
  return withHeaders(limitedFor(retryAfterMs, RATE_LIMITED), [
    ...ids,
    'X-Refusal-Reason',
    'RateLimitExceeded',
  ]);
}

export function withHeaders(response: CheckResponse, more: readonly string[]): CheckResponse {
  return { ...response, headers: [...more, ...response.headers] };
}

export function sendResponse(res: ServerResponse, { status, headers, body }: CheckResponse): void {
  res.writeHead(status, headers as string[]).end(body);
}

function idsOf(subscription: CallingSubscription | null, productId: string | null): string[] {
  return [
    'X-Account-Id',
    encoded(subscription?.account?.resourceId),
    'X-Subscription-Id',
    encoded(subscription?.id),
    'X-Product-Id',
    encoded(productId),
  ];
}

const NO_GROUPS: readonly string[] = [];
const groupHeaders = new WeakMap<readonly string[], string[]>();

/** The index keeps equal lists of groups once, so their header is made once too. */
function groupsOf(groupIds: readonly string[]): string[] {
  const kept = groupHeaders.get(groupIds);
  if (kept) return kept;
  const { text, isCut } = fittingGroups(groupIds);
  const headers = ['X-Groups', text, ...(isCut ? ['X-Groups-Cut', 'true'] : [])];
  groupHeaders.set(groupIds, headers);
  return headers;
}

/** As many as `X-Groups` has room for, each percent-encoded, joined by commas. */
export function fittingGroups(groupIds: readonly string[]): { text: string; isCut: boolean } {
  const fitting: string[] = [];
  let length = 0;
  for (const id of groupIds.map(encoded)) {
    length += id.length + 1;
    if (length > MAX_GROUPS_BYTES) break;
    fitting.push(id);
  }
  return { text: fitting.join(','), isCut: fitting.length < groupIds.length };
}

const PLAIN_ID = /^[\w.~-]*$/;
export function encoded(id: string | null | undefined): string {
  if (!id) return '';
  return PLAIN_ID.test(id) ? id : encodeURIComponent(id);
}
