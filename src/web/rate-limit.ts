// Rate limits by client address, email, account or token. Counted in the database, so that all processes count together.
import { createHmac, type KeyObject } from 'node:crypto';
import { HttpRefusal } from './refusal.ts';

/** Names and sizes of all limits. Each counts in a fixed window that begins with its first request. */
export const RATE_LIMITS = {
  /** Reset links for one email. More requests get the same answer and do nothing (OWASP: no lock-out). */
  forgotPerEmail: { points: 5, durationSeconds: 3_600 },
  forgotPerAddress: { points: 20, durationSeconds: 3_600 },
  requestAgainPerEmail: { points: 3, durationSeconds: 3_600 },
  requestAgainPerAddress: { points: 20, durationSeconds: 3_600 },
  signUpPerEmail: { points: 3, durationSeconds: 3_600 },
  signUpPerAddress: { points: 10, durationSeconds: 3_600 },
  /** Invalid tickets. Valid ones are never counted. */
  wrongTickets: { points: 20, durationSeconds: 60 },
  /** Forms with one ticket: each may cost a password hash. */
  ticketPosts: { points: 60, durationSeconds: 60 },
  /** Sign-ins, successful or not: each costs a password hash. */
  signInPerAddress: { points: 30, durationSeconds: 900 },
  /** Sign-ins from one address with one email. */
  signInPerPerson: { points: 10, durationSeconds: 900 },
  /** Wrong passwords for one email, from all addresses. Beyond it `signInWhileGuessed` applies too. */
  wrongPasswords: { points: 20, durationSeconds: 3_600 },
  /** While an email's password is being guessed, each address has its own tries, so the owner isn't locked out. */
  signInWhileGuessed: { points: 3, durationSeconds: 3_600 },
  /** The current password of a signed-in developer, asked for again. */
  ownPassword: { points: 10, durationSeconds: 900 },
  /** Requests for a subscription: each is mailed, and may be shown to operators. */
  subscribe: { points: 20, durationSeconds: 3_600 },
  /** Keys shown or regenerated: each leaves a row in the audit. */
  ownKeys: { points: 60, durationSeconds: 3_600 },
  /** Changes of a signed-in developer's email: each is mailed. */
  ownAddress: { points: 10, durationSeconds: 3_600 },
  /** Requests with one token of the management API. */
  managementReads: { points: 3_000, durationSeconds: 60 },
  managementWrites: { points: 1_200, durationSeconds: 60 },
  /** Invalid tokens from one address. */
  wrongTokens: { points: 20, durationSeconds: 60 },
} as const;

export type LimitName = keyof typeof RATE_LIMITS;

/** The part of `rate-limiter-flexible` that is used. */
export type Limiter = {
  /** Rejects with an object that has `msBeforeNext` when the limit is reached, with an Error when the store is down. */
  consume(key: string): Promise<unknown>;
  get(key: string): Promise<{ consumedPoints: number; msBeforeNext: number } | null>;
};

/** The options of `rate-limiter-flexible` besides its store. */
export type LimiterOptions = {
  keyPrefix: string;
  points: number;
  duration: number;
  /** A client over the limit is refused from memory until the window ends, so a flood doesn't reach the database. */
  inMemoryBlockOnConsumed: number;
  /** A job deletes the ended rows. */
  clearExpiredByTimeout: false;
};

/** `remaining`: how many more requests the window has. */
type Allowed = { isAllowed: true; remaining: number };
export type Allowance = Allowed | { isAllowed: false; isStoreDown: boolean; retryAfterSeconds: number };

export type RateLimits = {
  /** Counts one request and says whether it is allowed. While the store is down none is (fail closed). */
  take(limit: LimitName, key: string): Promise<Allowance>;
  /** Says whether a request would be allowed, without counting it. While the store is down none would be. */
  look(limit: LimitName, key: string): Promise<Allowance>;
};

const STORE_DOWN_RETRY_SECONDS = 60;

/** Keys are hashed with `secret`, so that the store holds no address in clear. `makeLimiter` gives each limit its store. */
export function createRateLimits(
  makeLimiter: (options: LimiterOptions) => Limiter,
  secret: KeyObject,
): RateLimits {
  const limiters = new Map<LimitName, Limiter>();
  for (const name of Object.keys(RATE_LIMITS) as LimitName[]) {
    const { points, durationSeconds: duration } = RATE_LIMITS[name];
    const inMemoryBlockOnConsumed = points + 1;
    limiters.set(
      name,
      makeLimiter({
        keyPrefix: name,
        points,
        duration,
        inMemoryBlockOnConsumed,
        clearExpiredByTimeout: false,
      }),
    );
  }
  const limiterOf = (name: LimitName): Limiter => {
    const limiter = limiters.get(name);
    if (!limiter) throw new Error(`no limit is called ${name}`);
    return limiter;
  };
  const hashed = (key: string) => createHmac('sha256', secret).update(key).digest('base64url');

  return {
    async take(name, key) {
      try {
        const counted = await limiterOf(name).consume(hashed(key));
        return { isAllowed: true, remaining: remainingOf(counted) };
      } catch (reason) {
        return refusedBy(reason);
      }
    },
    async look(name, key) {
      try {
        const counted = await limiterOf(name).get(hashed(key));
        const remaining = RATE_LIMITS[name].points - (counted?.consumedPoints ?? 0);
        if (!counted || remaining > 0) return { isAllowed: true, remaining };
        return refusedBy(counted);
      } catch (reason) {
        return refusedBy(reason);
      }
    },
  };
}

/** Throws a refusal for what isn't allowed: 429, or 503 while the store is down. */
export function demandAllowance(allowance: Allowance): Allowed {
  if (allowance.isAllowed) return allowance;
  const code = allowance.isStoreDown ? 'unavailable' : 'too_many_requests';
  throw new HttpRefusal(code, allowance.retryAfterSeconds);
}

function remainingOf(counted: unknown): number {
  const isKnown = typeof counted === 'object' && counted !== null && 'remainingPoints' in counted;
  return isKnown ? Math.max(0, Number(counted.remainingPoints)) : 0;
}

function refusedBy(reason: unknown): Allowance {
  const isReached = typeof reason === 'object' && reason !== null && 'msBeforeNext' in reason;
  if (!isReached) return { isAllowed: false, isStoreDown: true, retryAfterSeconds: STORE_DOWN_RETRY_SECONDS };
  const seconds = Math.ceil(Number(reason.msBeforeNext) / 1_000);
  return { isAllowed: false, isStoreDown: false, retryAfterSeconds: Math.max(1, seconds) };
}
