import pLimit from 'p-limit';
import { DomainError } from '../domain/domain-error.ts';

export type ConcurrencyLimit = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Runs at most `maxConcurrent` pieces of work at once; the others wait in their order of arrival.
 * Errors: `try_again`, before the work begins, while `maxWaiting` pieces wait.
 */
export function createConcurrencyLimit(maxConcurrent: number, maxWaiting: number): ConcurrencyLimit {
  const limit = pLimit(maxConcurrent);
  return async (work) => {
    if (limit.pendingCount >= maxWaiting) throw new DomainError('try_again');
    return limit(work);
  };
}
