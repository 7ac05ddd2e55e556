// Lets a few through at a time, the others wait in a line that has an end.
import { DomainError } from '../domain/domain-error.ts';

export type Turnstile = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Runs at most `maxConcurrent` pieces of work at once, the rest in the order in which they came.
 * Errors: `try_again` when `maxWaiting` are waiting already; the work has not begun then.
 */
export function createTurnstile(maxConcurrent: number, maxWaiting: number): Turnstile {
  const waiting: (() => void)[] = [];
  let running = 0;
  const leave = () => {
    const next = waiting.shift();
    // A place is handed over, not freed, so that nobody who comes just now jumps the line.
    if (next) next();
    else running -= 1;
  };
  return async (work) => {
    if (running < maxConcurrent) {
      running += 1;
    } else {
      if (waiting.length >= maxWaiting) throw new DomainError('try_again');
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    try {
      return await work();
    } finally {
      leave();
    }
  };
}
