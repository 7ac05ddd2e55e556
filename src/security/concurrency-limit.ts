import pLimit from 'p-limit';
import { DomainError } from '../domain/domain-error.ts';

export type ConcurrencyLimit = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Runs at most `maxConcurrent` pieces of work at once, the others in the order in which they came.
 * Errors: `try_again` while `maxWaiting` pieces wait; the work has not begun then.
 */
export function createConcurrencyLimit(maxConcurrent: number, maxWaiting: number): ConcurrencyLimit {
  const limit = pLimit(maxConcurrent);
  return async (work) => {
    if (limit.pendingCount >= maxWaiting) throw new DomainError('try_again');
    return limit(work);
  };
}
