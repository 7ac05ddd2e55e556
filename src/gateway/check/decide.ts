// Decides a call whose facts are known, by the rule and by its subscription's limits, and counts it.
import type { CallOutcome, CountedCalls } from '../../domain/call-counts.ts';
import { type CallFacts, type CallVerdict, mayCall } from '../../domain/may-call.ts';
import { type CallLimiter, limitsOfCall, usedUpHeaders } from '../limits/limits.ts';
import type { CheckCounters } from './check-counters.ts';
import type { CheckRequestFault } from './check-request.ts';
import {
  type CheckResponse,
  FAULT_RESPONSES,
  rateLimitedResponse,
  responseTo,
  withHeaders,
} from './check-response.ts';

export type DecideOptions = {
  clock: () => Date;
  limiter: CallLimiter;
  counters: CheckCounters;
  /** Called for each call that was decided, and for those that can't be read. */
  countCall(call: CountedCalls): void;
};

type Facts = CallFacts | CheckRequestFault;

/** `mayRead`: whether the database may be asked how much of a quota is used. */
export function createDecide({ clock, limiter, counters, countCall }: DecideOptions) {
  function refuseUnreadable(fault: CheckRequestFault): CheckResponse {
    countCall({ ...ONE_CALL, outcome: 'unreadable', lastAt: clock().getTime() });
    counters.count(fault);
    return FAULT_RESPONSES[fault];
  }

  function answer(facts: CallFacts, verdict: CallVerdict, nowMs: number): CheckResponse {
    countCall(callOf(verdict, facts, nowMs));
    counters.count(outcomeOf(verdict));
    return responseTo(verdict, facts.api, nowMs);
  }

  function decide(facts: Facts, mayRead = true): CheckResponse | Promise<CheckResponse> {
    if (typeof facts === 'string') return refuseUnreadable(facts);
    const nowMs = clock().getTime();
    const verdict = mayCall(facts, nowMs);
    const limits = limitsOfCall(facts);
    if (limits === null) return answer(facts, verdict, nowMs);
    if (verdict.kind !== 'passes' || !verdict.subscription)
      return withHeaders(answer(facts, verdict, nowMs), usedUpHeaders(verdict, limits, nowMs));
    const { subscription } = verdict;
    const missing = mayRead ? limiter.missing(subscription, limits, nowMs) : null;
    if (missing) return limiter.read(subscription, missing).then(() => decide(facts));
    const taken = limiter.take(subscription, limits, nowMs);
    if (taken.kind === 'passes') return withHeaders(answer(facts, verdict, nowMs), taken.headers);
    if (taken.kind === 'quota_exceeded') {
      const usedUp = { ...facts, subscription: { ...subscription, quotaEndsAt: taken.quotaEndsAt } };
      const refusal = mayCall(usedUp, nowMs);
      return withHeaders(answer(usedUp, refusal, nowMs), usedUpHeaders(refusal, limits, nowMs));
    }
    countCall({ ...callOf(verdict, facts, nowMs), outcome: 'rate_limited' });
    counters.count('rate_limited');
    return withHeaders(rateLimitedResponse(subscription, taken.retryAfterMs), taken.headers);
  }
  return decide;
}

const ONE_CALL = { subscription: null, keyMark: null, productId: null, apiId: null, calls: 1 };

function callOf(verdict: CallVerdict, { api, key }: CallFacts, lastAt: number): CountedCalls {
  const apiId = api?.id ?? null;
  if (verdict.kind === 'no_key') return { ...ONE_CALL, apiId, outcome: 'no_key', lastAt };
  const { subscription } = verdict;
  const passes = verdict.kind === 'passes';
  const productId = passes ? verdict.productId : verdict.subscription.productId;
  const outcome: CallOutcome = passes ? 'passed' : verdict.because;
  const keyMark = subscription && key ? key.mark : null;
  return { subscription, keyMark, productId, apiId, outcome, calls: 1, lastAt };
}

function outcomeOf(verdict: CallVerdict): string {
  if (verdict.kind === 'refused') return verdict.because;
  return verdict.kind === 'passes' && !verdict.subscription ? 'passes_open' : verdict.kind;
}
