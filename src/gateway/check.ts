// May this call pass? The listener of /gateway/check, which gateways ask before each call.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { CallOutcome, CountedCalls } from '../domain/call-counts.ts';
import { apiPathsOf, findApi } from '../domain/call-path.ts';
import type { CallQuery, CallRows } from '../domain/gateway-rows.ts';
import type { KeyNames } from '../domain/key-names.ts';
import { type CallFacts, type CallVerdict, mayCall } from '../domain/may-call.ts';
import type { Log } from '../log.ts';
import { isSameSecret } from '../security/same-secret.ts';
import type { CallIndex } from './call-index.ts';
import type { CheckCounters } from './check-counters.ts';
import {
  type CheckRequest,
  type CheckRequestFault,
  type CheckRequestOptions,
  readCheckHeaders,
  readCheckRequest,
  readKey,
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
  /** Called for each call that was decided, and for those that can't be read. */
  countCall(call: CountedCalls): void;
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
    if (typeof request === 'string') return unreadable(request);
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
    const response = decide(factsInIndex(request, last.index));
    return withHeaders(response, ['X-Gateway-Stale', String(Math.ceil(last.ageMs / 1_000))]);
  }

  function noteFailure(error: unknown): null {
    failedAt = performance.now();
    warnOfDatabase(error);
    return null;
  }

  function decide(facts: Facts): CheckResponse {
    if (typeof facts === 'string') return unreadable(facts);
    const nowMs = options.clock().getTime();
    const verdict = mayCall(facts, nowMs);
    options.countCall(callOf(verdict, facts.api?.id ?? null, nowMs));
    return counted(outcomeOf(verdict), responseTo(verdict, facts.api, nowMs));
  }

  function unreadable(fault: CheckRequestFault): CheckResponse {
    options.countCall({ ...UNREADABLE, lastAt: options.clock().getTime() });
    return counted(fault, FAULT_RESPONSES[fault]);
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
  const { subscription, product, ...rows } = await find(callQuery(request, hash));
  const api = apiInRows(request, rows);
  if (api === 'ambiguous') return 'address_ambiguous';
  const own = api?.keyNames ?? null;
  if (own?.header !== names?.header || own?.query !== names?.query)
    return factsInDatabase(request, find, own, turns - 1);
  return typeof key === 'string' ? key : { api, subscription, product };
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

const ONE_CALL = { subscription: null, productId: null, apiId: null, calls: 1 };
const UNREADABLE = { ...ONE_CALL, outcome: 'unreadable' as const };

function callOf(verdict: CallVerdict, apiId: string | null, lastAt: number): CountedCalls {
  if (verdict.kind === 'no_key') return { ...ONE_CALL, apiId, outcome: 'no_key', lastAt };
  const { subscription } = verdict;
  const passes = verdict.kind === 'passes';
  const productId = passes ? verdict.productId : verdict.subscription.productId;
  const outcome: CallOutcome = passes ? 'passed' : verdict.because;
  return { subscription, productId, apiId, outcome, calls: 1, lastAt };
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
