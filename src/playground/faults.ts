// Failures that a test orders for the next calls of a method. They can't be ordered over HTTP.
import type { ContentfulStatusCode } from 'hono/utils/http-status';

export type Fault =
  | { kind: 'rate-limited'; retryAfterSeconds: number }
  | { kind: 'server-error'; status?: ContentfulStatusCode }
  /** Takes the request and never answers. */
  | { kind: 'hang' }
  /** Does the work, except for a response_url, then drops the connection instead of answering. */
  | { kind: 'accept-then-drop' }
  /** Answers after a while, as usual. */
  | { kind: 'slow'; ms: number }
  /** An error in the service's own form: `expired_trigger_id`, `token_revoked`, `application_error` … */
  | { kind: 'error'; code: string; status?: ContentfulStatusCode };

export type Faults = ReturnType<typeof createFaults>;

export function createFaults() {
  let waiting: { method: string; fault: Fault; left: number }[] = [];

  return {
    /** Gives the fault to the next `times` calls of `method`; `*` means any method. */
    next(method: string, fault: Fault, times = 1): void {
      waiting.push({ method, fault, left: times });
    },
    take(method: string): Fault | null {
      const found = waiting.find((one) => one.method === method || one.method === '*');
      if (found === undefined) return null;
      found.left -= 1;
      waiting = waiting.filter((one) => one.left > 0);
      return found.fault;
    },
    clear(): void {
      waiting = [];
    },
  };
}
