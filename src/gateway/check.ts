// May this call pass? The listener of /gateway/check, which gateways ask before each call.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { apiPathsOf, findApi } from '../domain/call-path.ts';
import type { CallQuery, CallRows } from '../domain/gateway-rows.ts';
import { type CallFacts, type CallVerdict, mayCall } from '../domain/may-call.ts';
import type { Log } from '../log.ts';
import { isSameSecret } from '../security/same-secret.ts';
import type { CallIndex } from './call-index.ts';
import type { CheckCounters } from './check-counters.ts';
import {
  type CheckRequest,
  type CheckRequestOptions,
  readCheckHeaders,
  readCheckRequest,
} from './check-request.ts';
import {
  type CheckResponse,
  FAULT_RESPONSES,
  NOT_FOUND,
  responseTo,
  sendResponse,
  UNAVAILABLE,
  withHeaders,
} from './check-response.ts';
import { createDatabaseLookup } from './database-lookup.ts';
import type { Follower } from './follower.ts';
import type { GatewaySource } from './source.ts';

export type CheckOptions = CheckRequestOptions & {
  source: GatewaySource;
  follower: Pick<Follower, 'trusted' | 'last'>;
  counters: CheckCounters;
  log: Log;
  clock: () => Date;
  /** What the gateway must send in `X-Gateway-Secret`; null for nothing. */
  secret: string | null;
  /** How long the last trusted index answers while the database is away; 0 for never. */
  staleSeconds: number;
  noteUse(subscriptionId: string, nowMs: number): void;
  /** Called for each check that an old index answers. */
  noteStale(): void;
};

type Facts = CallFacts | 'ambiguous';
const WARNING_MS = 60_000;
/** While an old index may answer, checks don't wait for a database that failed this recently. */
const AWAY_MS = 1_000;

/** Reads no body: Node discards what the client sent. */
export function createCheck(options: CheckOptions): { listener: RequestListener; stop(): Promise<void> } {
  const { follower, counters, secret, log, staleSeconds } = options;
  const database = createDatabaseLookup(options.source);
  const warnOfSecret = atMostOncePer(WARNING_MS, () =>
    log.warn('gateway check refused: X-Gateway-Secret is missing or wrong'),
  );
  const warnOfDatabase = atMostOncePer(WARNING_MS, (error) =>
    log.error({ err: error, staleSeconds }, 'gateway check without a database'),
  );
  let failedAt = Number.NEGATIVE_INFINITY;

  function check(req: IncomingMessage): CheckResponse | Promise<CheckResponse> {
    const headers = readCheckHeaders(req, options);
    if (secret !== null && !(headers.secret !== null && isSameSecret(headers.secret, secret))) {
      warnOfSecret();
      return counted('secret_wrong', NOT_FOUND);
    }
    const request = readCheckRequest(req, headers, options);
    if (typeof request === 'string') return counted(request, FAULT_RESPONSES[request]);
    const index = follower.trusted();
    if (!index) return checkInDatabase(request);
    counters.answeredFrom('index');
    return decide(factsInIndex(request, index));
  }

  async function checkInDatabase(request: CheckRequest): Promise<CheckResponse> {
    const isAway = staleSeconds > 0 && performance.now() - failedAt < AWAY_MS;
    const rows = isAway ? null : await database.find(callQuery(request)).catch(noteFailure);
    if (rows) {
      counters.answeredFrom('database');
      return decide(factsInRows(request, rows));
    }
    const last = follower.last();
    if (!last || last.ageMs > staleSeconds * 1_000) return counted('unavailable', UNAVAILABLE);
    counters.answeredFrom('stale');
    options.noteStale();
    const response = decide(factsInIndex(request, last.index));
    return withHeaders(response, ['X-Gateway-Stale', String(Math.ceil(last.ageMs / 1_000))]);
  }

  function noteFailure(error: unknown): null {
    failedAt = performance.now();
    warnOfDatabase(error);
    return null;
  }

  function decide(facts: Facts): CheckResponse {
    if (facts === 'ambiguous') return counted('address_ambiguous', FAULT_RESPONSES.address_ambiguous);
    const nowMs = options.clock().getTime();
    const verdict = mayCall(facts, nowMs);
    if (verdict.kind === 'passes' && verdict.subscription) options.noteUse(verdict.subscription.id, nowMs);
    return counted(outcomeOf(verdict), responseTo(verdict));
  }

  function counted(outcome: string, response: CheckResponse): CheckResponse {
    counters.count(outcome);
    return response;
  }

  return { listener: createListener(check, log), stop: database.stop };
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
  if (api === 'ambiguous') return api;
  return index.factsOf(api, request.keyHash);
}

function callQuery({ keyHash, apiId, path }: CheckRequest): CallQuery {
  return {
    keyHash,
    apiId,
    apiPaths: path ? apiPathsOf(path) : [],
    below: path && !path.isWhole ? path.plain.toLowerCase() : null,
  };
}

/** The rows hold every API that the path may lead to, so the rule for the index finds the right one among them too. */
function factsInRows({ path }: CheckRequest, { apis, hasBelow, subscription, product }: CallRows): Facts {
  const byPath = new Map(apis.map((api) => [api.path.toLowerCase(), api]));
  const places = { at: (at: string) => byPath.get(at), hasBelow: () => hasBelow };
  const api = path ? findApi(path, places) : (apis[0] ?? null);
  return api === 'ambiguous' ? api : { api, subscription, product };
}

function outcomeOf(verdict: CallVerdict): string {
  if (verdict.kind === 'refused') return verdict.because;
  return verdict.kind === 'passes' && !verdict.subscription ? 'passes_open' : verdict.kind;
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
