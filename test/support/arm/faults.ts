// What goes wrong at Azure, by a script or by a seeded chance.
import { createRandom } from '../../chaos/random.ts';
import { type Answer, type Asked, errorAnswer, isRead } from './exchange.ts';
import { kindOf } from './paths.ts';

/** `before`: nothing took effect. `after`: it did, and the answer is lost. A hanging request is never answered. */
const FAULTS = [
  '429',
  '409',
  '412',
  '500 before',
  '500 after',
  '503 before',
  '503 after',
  'reset before',
  'reset after',
  'hang before',
  'hang after',
] as const;
export type Fault = (typeof FAULTS)[number];
/** A fault, or an answer of the test's own, which has no effect. */
type Wanted = Fault | (Omit<Answer, 'headers'> & Partial<Answer>);
export type Match = { method?: string; kind?: string; times?: number };

/** Only a change is refused with these. */
const OF_CHANGES: readonly Wanted[] = ['409', '412'];

export type Struck = {
  moment: 'before' | 'after';
  /** Null: the connection is cut, or, if it hangs, kept. */
  answer: Answer | null;
  hangs: boolean;
};

export function createFaults(seed: number) {
  const random = createRandom(seed, 'arm faults');
  const script: { fault: Wanted; match: Match; left: number }[] = [];
  let shares: Partial<Record<Fault, number>> = {};
  return {
    random,
    setShares(wanted: Partial<Record<Fault, number>>): void {
      shares = wanted;
    },
    next(fault: Wanted, match: Match = {}): void {
      script.push({ fault, match, left: match.times ?? 1 });
    },
    forget(): void {
      script.length = 0;
      shares = {};
    },
    strike(asked: Asked): Struck | null {
      const found = script.find(({ left, match }) => left > 0 && matches(asked, match));
      if (found) {
        found.left -= 1;
        return struckBy(found.fault, random.between(1, 2));
      }
      const fault = FAULTS.find((one) => random.chance(shares[one] ?? 0));
      if (fault === undefined || (OF_CHANGES.includes(fault) && isRead(asked))) return null;
      return struckBy(fault, random.between(1, 2));
    },
  };
}

export const matches = (asked: Asked, { method, kind }: Match): boolean =>
  (method === undefined || method === asked.method) &&
  (kind === undefined || kind === kindOf(asked.place?.below ?? ''));

function struckBy(fault: Wanted, seconds: number): Struck {
  if (typeof fault !== 'string') return { moment: 'before', answer: { headers: {}, ...fault }, hangs: false };
  const [what, moment = 'before'] = fault.split(' ') as [string, ('before' | 'after')?];
  const answer = ANSWERS[what]?.(seconds) ?? null;
  return { moment, answer, hangs: what === 'hang' };
}

/** As Resource Manager refuses what a bucket has no token for. */
export const throttled = (seconds: number): Answer =>
  errorAnswer(
    429,
    'SubscriptionRequestsThrottled',
    `Number of requests for this subscription and principal exceeded the limit. Please try again after '${seconds}' seconds.`,
    { 'retry-after': String(seconds) },
  );

const ANSWERS: Readonly<Record<string, (seconds: number) => Answer>> = {
  '429': throttled,
  '409': () => errorAnswer(409, 'Conflict', 'Another operation on this entity is in progress.'),
  '412': () =>
    errorAnswer(
      412,
      'PreconditionFailed',
      'Resource was modified since last retrieval, or the ETag is wrong.',
    ),
  '500': () => errorAnswer(500, 'InternalServerError', 'Encountered internal server error.'),
  '503': () => errorAnswer(503, 'ServiceUnavailable', 'The service is temporarily unavailable.'),
};
