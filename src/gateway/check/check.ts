// May this call pass? The listener of /gateway/check, which gateways ask before each call.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { apiPathsOf, findApi } from '../../domain/call-path.ts';
import type { CallQuery, CallRows } from '../../domain/gateway-rows.ts';
import type { KeyNames } from '../../domain/key-names.ts';
import type { CallFacts } from '../../domain/may-call.ts';
import type { Log } from '../../log.ts';
import { isSameSecret } from '../../security/same-secret.ts';
import type { Follower } from '../follow/follower.ts';
import type { CallIndex } from '../index/call-index.ts';
import {
  type CheckRequest,
  type CheckRequestFault,
  type CheckRequestOptions,
  readCheckHeaders,
  readCheckRequest,
  readKey,
} from './check-request.ts';
import { type CheckResponse, NOT_FOUND, sendResponse, UNAVAILABLE, withHeaders } from './check-response.ts';
import type { DatabaseLookup } from './database-lookup.ts';
import { createDecide, type DecideOptions } from './decide.ts';

export type CheckOptions = CheckRequestOptions &
  DecideOptions & {
    database: Pick<DatabaseLookup, 'find'>;
    follower: Pick<Follower, 'trusted' | 'last'>;
    log: Log;
    /** What the gateway must send in `X-Gateway-Secret`; null for nothing. */
    secret: string | null;
    /** How long the last trusted index answers while the database is away; 0 for never. */
    staleSeconds: number;
    /** Called for each check that an old index answers. */
    noteStale(): void;
  };

type Facts = CallFacts | CheckRequestFault;
/** While its key is looked for, an API may get other names of it. */
const MAX_TURNS = 3;
const WARNING_MS = 60_000;
/** While an old index may answer, checks don't wait for a database that failed this recently. */
const AWAY_MS = 1_000;

/** Reads no body: Node discards what the client sent. */
export function createCheck(options: CheckOptions): RequestListener {
  const { database, follower, counters, secret, log, staleSeconds } = options;
  const warnOfSecret = atMostOncePer(WARNING_MS, () =>
    log.warn('gateway check refused: X-Gateway-Secret is missing or wrong'),
  );
  const warnOfDatabase = atMostOncePer(WARNING_MS, (error) =>
    log.error({ err: error, staleSeconds }, 'gateway check without a database'),
  );
  const decide = createDecide(options);
  let failedAt = Number.NEGATIVE_INFINITY;

  function check(req: IncomingMessage): CheckResponse | Promise<CheckResponse> {
    const headers = readCheckHeaders(req, options);
    if (secret !== null && !(headers.secret !== null && isSameSecret(headers.secret, secret))) {
      warnOfSecret();
      return counted('secret_wrong', NOT_FOUND);
    }
    const request = readCheckRequest(req, headers, options);
    if (typeof request === 'string') return decide(request);
    const index = follower.trusted();
    if (!index) return checkInDatabase(request);
    counters.answeredFrom('index');
    return decide(factsInIndex(request, index));
  }

  async function checkInDatabase(request: CheckRequest): Promise<CheckResponse> {
    const isAway = staleSeconds > 0 && performance.now() - failedAt < AWAY_MS;
    const facts = isAway ? null : await factsInDatabase(request, database.find).catch(noteFailure);
    if (facts) {
      counters.answeredFrom('database');
      return decide(facts);
    }
    const last = follower.last();
    if (!last || last.ageMs > staleSeconds * 1_000) return counted('unavailable', UNAVAILABLE);
    counters.answeredFrom('stale');
    options.noteStale();
    const response = await decide(factsInIndex(request, last.index), false);
    return withHeaders(response, ['X-Gateway-Stale', String(Math.ceil(last.ageMs / 1_000))]);
  }

  function noteFailure(error: unknown): null {
    failedAt = performance.now();
    warnOfDatabase(error);
    return null;
  }

  function counted(outcome: string, response: CheckResponse): CheckResponse {
    counters.count(outcome);
    return response;
  }

  return createListener(check, log);
}

/** A check that throws ends its own connection; the process goes on. */
function createListener(
  check: (req: IncomingMessage) => CheckResponse | Promise<CheckResponse>,
  log: Log,
): RequestListener {
  function fail(res: ServerResponse, error: unknown): void {
    log.error({ err: error }, 'fault');
    res.destroy();
  }
  async function sendLater(res: ServerResponse, response: Promise<CheckResponse>): Promise<void> {
    try {
      sendResponse(res, await response);
    } catch (error) {
      fail(res, error);
    }
  }
  return (req, res) => {
    try {
      const response = check(req);
      if (response instanceof Promise) void sendLater(res, response);
      else sendResponse(res, response);
    } catch (error) {
      fail(res, error);
    }
  };
}

function factsInIndex(request: CheckRequest, index: CallIndex): Facts {
  const api = request.path ? findApi(request.path, index.places) : index.api(request.apiId);
  if (api === 'ambiguous') return 'address_ambiguous';
  const key = readKey(request, api?.keyNames ?? null);
  return typeof key === 'string' ? key : index.factsOf(api, key.hash);
}

/** The API decides where the key is, so this looks again when the API turns out to have names of its own. */
async function factsInDatabase(
  request: CheckRequest,
  find: (query: CallQuery) => Promise<CallRows>,
  names: KeyNames | null = null,
  turns = MAX_TURNS,
): Promise<Facts> {
  if (turns === 0) throw new Error('the names of an API’s key changed at every look');
  const key = readKey(request, names);
  const hash = typeof key === 'string' ? null : key.hash;
  const { subscription, key: heldKey, product, ...rows } = await find(callQuery(request, hash));
  const api = apiInRows(request, rows);
  if (api === 'ambiguous') return 'address_ambiguous';
  const own = api?.keyNames ?? null;
  if (own?.header !== names?.header || own?.query !== names?.query)
    return factsInDatabase(request, find, own, turns - 1);
  return typeof key === 'string' ? key : { api, subscription, key: heldKey, product };
}

function callQuery({ apiId, path }: CheckRequest, keyHash: string | null): CallQuery {
  return {
    keyHash,
    apiId,
    apiPaths: path ? apiPathsOf(path) : [],
    below: path && !path.isWhole ? path.plain.toLowerCase() : null,
  };
}

/** The rows hold every API that the path may lead to, so the rule for the index finds the right one among them too. */
function apiInRows({ path }: CheckRequest, { apis, hasBelow }: Pick<CallRows, 'apis' | 'hasBelow'>) {
  if (!path) return apis[0] ?? null;
  const byPath = new Map(apis.map((api) => [api.path.toLowerCase(), api]));
  return findApi(path, { at: (at: string) => byPath.get(at), hasBelow: () => hasBelow });
}

function atMostOncePer(ms: number, warn: (error?: unknown) => void): (error?: unknown) => void {
  let quietUntil = Number.NEGATIVE_INFINITY;
  return (error) => {
    const now = performance.now();
    if (now < quietUntil) return;
    quietUntil = now + ms;
    warn(error);
  };
}
