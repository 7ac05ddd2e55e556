// May this call pass? The listener of /gateway/check, which gateways ask before each call.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { apiPathsOf, findApi } from '../domain/call-path.ts';
import { type CallFacts, type CallVerdict, mayCall } from '../domain/may-call.ts';
import type { Log } from '../log.ts';
import { isSameSecret } from '../security/same-secret.ts';
import { type Answer, answerTo, FAULTY, NOT_FOUND, send, UNAVAILABLE, withHeaders } from './answer.ts';
import { type Call, type CallReader, readCall, readHeaders } from './call.ts';
import type { CallIndex } from './call-index.ts';
import { createDatabaseLookup } from './database.ts';
import type { Figures } from './figures.ts';
import type { Follower } from './follower.ts';
import type { FoundCall, GatewaySource } from './source.ts';

export type CheckOptions = CallReader & {
  source: GatewaySource;
  follower: Pick<Follower, 'trusted' | 'last'>;
  figures: Figures;
  log: Log;
  clock: () => Date;
  /** What the gateway must send in `X-Gateway-Secret`; null: nothing. */
  secret: string | null;
  /** For how long the last index that was trusted serves when the database is away. */
  staleSeconds: number;
  noteUse(subscriptionId: string, nowMs: number): void;
  /** Called for each call that an old index answers. */
  noteStale(): void;
};

type Found = CallFacts | 'ambiguous';
const WARNING_MS = 60_000;
/** While an old index may serve, a database that just failed is not waited for again. */
const AWAY_MS = 1_000;

/** Reads no body: what a client sent stays on the line until Node has thrown it away. */
export function createCheck(options: CheckOptions): { listener: RequestListener; stop(): Promise<void> } {
  const { follower, figures, secret } = options;
  const database = createDatabaseLookup(options.source);
  const warnOfSecret = onceIn(WARNING_MS, () =>
    options.log.warn('gateway check refused: X-Gateway-Secret is missing or wrong'),
  );
  const warnOfDatabase = onceIn(WARNING_MS, (error) =>
    options.log.error({ err: error, staleSeconds: options.staleSeconds }, 'gateway check without a database'),
  );
  let failedAt = Number.NEGATIVE_INFINITY;

  function counted(outcome: string, answer: Answer): Answer {
    figures.count(outcome);
    return answer;
  }

  function decide(found: Found): Answer {
    if (found === 'ambiguous') return counted('address_ambiguous', FAULTY.address_ambiguous);
    const nowMs = options.clock().getTime();
    const verdict = mayCall(found, nowMs);
    if (verdict.kind === 'passes' && verdict.subscription) options.noteUse(verdict.subscription.id, nowMs);
    return counted(outcomeOf(verdict), answerTo(verdict));
  }

  async function askDatabase(call: Call): Promise<Answer> {
    const isAway = options.staleSeconds > 0 && performance.now() - failedAt < AWAY_MS;
    const found = isAway ? null : await database.find(soughtCall(call)).catch(noteFailure);
    if (found) {
      figures.answeredFrom('database');
      return decide(factsInRows(call, found));
    }
    const last = follower.last();
    if (!last || last.ageMs > options.staleSeconds * 1_000) return counted('unavailable', UNAVAILABLE);
    figures.answeredFrom('stale');
    options.noteStale();
    const answer = decide(factsInIndex(call, last.index));
    return withHeaders(answer, ['X-Gateway-Stale', String(Math.ceil(last.ageMs / 1_000))]);
  }

  function noteFailure(error: unknown): null {
    failedAt = performance.now();
    warnOfDatabase(error);
    return null;
  }

  function check(req: IncomingMessage): Answer | Promise<Answer> {
    const headers = readHeaders(req, options);
    if (secret !== null && !(headers.secret !== null && isSameSecret(headers.secret, secret))) {
      warnOfSecret();
      return counted('secret_wrong', NOT_FOUND);
    }
    const call = readCall(req, headers, options);
    if (typeof call === 'string') return counted(call, FAULTY[call]);
    const index = follower.trusted();
    if (!index) return askDatabase(call);
    figures.answeredFrom('index');
    return decide(factsInIndex(call, index));
  }

  function fail(res: ServerResponse, error: unknown): void {
    options.log.error({ err: error }, 'fault');
    res.destroy();
  }
  async function sendLate(res: ServerResponse, answer: Promise<Answer>): Promise<void> {
    try {
      send(res, await answer);
    } catch (error) {
      fail(res, error);
    }
  }
  // Whatever happens to one check, the process goes on.
  const listener = (req: IncomingMessage, res: ServerResponse) => {
    try {
      const answer = check(req);
      if (answer instanceof Promise) void sendLate(res, answer);
      else send(res, answer);
    } catch (error) {
      fail(res, error);
    }
  };
  return { listener, stop: database.stop };
}

function factsInIndex(call: Call, index: CallIndex): Found {
  const api = call.path ? findApi(call.path, index.places) : index.api(call.apiId);
  if (api === 'ambiguous') return api;
  return index.factsOf(api, call.keyHash);
}

function soughtCall({ keyHash, apiId, path }: Call) {
  return {
    keyHash,
    apiId,
    apiPaths: path ? apiPathsOf(path) : [],
    below: path && !path.isWhole ? path.plain.toLowerCase() : null,
  };
}

/** The rows are those that were sought, so that the same rule finds the API among them. */
function factsInRows({ path }: Call, { apis, hasBelow, subscription, product }: FoundCall): Found {
  const byPath = new Map(apis.map((api) => [api.path.toLowerCase(), api]));
  const places = { at: (at: string) => byPath.get(at), hasBelow: () => hasBelow };
  const api = path ? findApi(path, places) : (apis[0] ?? null);
  return api === 'ambiguous' ? api : { api, subscription, product };
}

function outcomeOf(verdict: CallVerdict): string {
  if (verdict.kind === 'refused') return verdict.because;
  return verdict.kind === 'passes' && !verdict.subscription ? 'passes_open' : verdict.kind;
}

function onceIn(ms: number, say: (error?: unknown) => void): (error?: unknown) => void {
  let quietUntil = Number.NEGATIVE_INFINITY;
  return (error) => {
    const now = performance.now();
    if (now < quietUntil) return;
    quietUntil = now + ms;
    say(error);
  };
}
