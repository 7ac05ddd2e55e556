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
  /** Ways to a provider and back from it: each keeps a row or asks the provider. */
  providerSignIn: { points: 120, durationSeconds: 900 },
  /** The current password of a signed-in developer, asked for again. */
  ownPassword: { points: 10, durationSeconds: 900 },
  /** Requests for a subscription: each is mailed, and may be shown to operators. */
  subscribe: { points: 20, durationSeconds: 3_600 },
  /** Keys shown or regenerated: each leaves a row in the audit. */
  ownKeys: { points: 60, durationSeconds: 3_600 },
  /** Changes of a signed-in developer's email: each is mailed. */
  ownAddress: { points: 10, durationSeconds: 3_600 },
  /** Reports of leaked keys from one address, and those without a right signature. */
  leakReports: { points: 600, durationSeconds: 60 },
  wrongLeakReports: { points: 20, durationSeconds: 60 },
  /** Entries to Azure's developer portal: each takes a request to Azure, and leaves a row in the audit. */
  enterPortal: { points: 30, durationSeconds: 3_600 },
  /** Whole OpenAPI documents: each may be megabytes. */
  documents: { points: 60, durationSeconds: 60 },
  /** Requests with one token of the management API. */
  managementReads: { points: 3_000, durationSeconds: 60 },
  managementWrites: { points: 1_200, durationSeconds: 60 },
  /** Invalid tokens from one address. */
  wrongTokens: { points: 20, durationSeconds: 60 },
  /** Wrong secrets for one client id, from all addresses. */
  wrongSecrets: { points: 20, durationSeconds: 60 },
  /** Access tokens for one token: each leaves a row in the audit. */
  accessTokens: { points: 60, durationSeconds: 60 },
} as const;

export type LimitName = keyof typeof RATE_LIMITS;

/** How often a key was counted in its present window, and when that ends. */
type Count = { points: number; msLeft: number };

/** Keeps the counts of one limit. Rejects when the store is down. */
export type Limiter = {
  count(key: string): Promise<Count>;
  /** Null when the key has no window. */
  get(key: string): Promise<Count | null>;
};

export type LimiterOptions = { keyPrefix: string; durationSeconds: number };

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
  const names = Object.keys(RATE_LIMITS) as LimitName[];
  const limiters = Object.fromEntries(
    names.map((name) => {
      const { durationSeconds } = RATE_LIMITS[name];
      return [
        name,
        refuseFromMemory(makeLimiter({ keyPrefix: name, durationSeconds }), RATE_LIMITS[name].points),
      ];
    }),
  ) as Record<LimitName, Limiter>;
  const hashed = (key: string) => createHmac('sha256', secret).update(key).digest('base64url');
  return {
    take: (name, key) =>
      judge(async () => {
        const counted = await limiters[name].count(hashed(key));
        const remaining = RATE_LIMITS[name].points - counted.points;
        return remaining >= 0 ? { isAllowed: true, remaining } : refusedFor(counted.msLeft);
      }),
    look: (name, key) =>
      judge(async () => {
        const counted = await limiters[name].get(hashed(key));
        const remaining = RATE_LIMITS[name].points - (counted?.points ?? 0);
        return remaining > 0 ? { isAllowed: true, remaining } : refusedFor(counted?.msLeft ?? 0);
      }),
  };
}

async function judge(work: () => Promise<Allowance>): Promise<Allowance> {
  try {
    return await work();
  } catch {
    return { isAllowed: false, isStoreDown: true, retryAfterSeconds: STORE_DOWN_RETRY_SECONDS };
  }
}

const MAX_REMEMBERED = 10_000;

/** A client over the limit is refused from memory until the window ends, so a flood doesn't reach the database. */
function refuseFromMemory(limiter: Limiter, maxPoints: number): Limiter {
  const ends = new Map<string, number>();
  return {
    get: limiter.get,
    async count(key) {
      const msLeft = (ends.get(key) ?? 0) - performance.now();
      if (msLeft > 0) return { points: maxPoints + 1, msLeft };
      ends.delete(key);
      const counted = await limiter.count(key);
      if (counted.points <= maxPoints) return counted;
      ends.set(key, performance.now() + counted.msLeft);
      if (ends.size > MAX_REMEMBERED) ends.delete(ends.keys().next().value ?? '');
      return counted;
    },
  };
}

/** Throws a refusal for what isn't allowed: 429, or 503 while the store is down. */
export function demandAllowance(allowance: Allowance): Allowed {
  if (allowance.isAllowed) return allowance;
  const code = allowance.isStoreDown ? 'unavailable' : 'too_many_requests';
  throw new HttpRefusal(code, allowance.retryAfterSeconds);
}

function refusedFor(msLeft: number): Allowance {
  return { isAllowed: false, isStoreDown: false, retryAfterSeconds: Math.max(1, Math.ceil(msLeft / 1_000)) };
}
