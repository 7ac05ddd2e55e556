// Everything that Azure Resource Manager adds to a service, each part off until a test wants it.
import type { PUNCTUAL } from './event-grid.ts';
import type { Fault } from './faults.ts';

export type Behaviour = {
  /** Before each request is looked at: from and to. */
  latencyMs: readonly [from: number, to: number];
  /** For so long after a change, this share of reads answers as before it. */
  lagMs: number;
  lagShare: number;
  /** Azure's limits times a factor; null: none. */
  limits: number | null;
  /** The share of requests that meet each fault. */
  faults: Partial<Record<Fault, number>>;
  /** How long a long-running operation takes, and which requests are one: as published, or a test's choice. 0: none is. */
  longRunningMs: number;
  longRunning: readonly string[];
  /** How late the activity log is. */
  logDelayMs: number;
  /** How events of Event Grid arrive. */
  events: Partial<typeof PUNCTUAL>;
  /** The share of pages of users after which, before the next is read, a user comes or goes. */
  churn: number;
  /** Where a next page begins: after so many rows, as Azure does it, or after the last one. */
  pagesBy: 'skip' | 'token';
};

export const WELL: Behaviour = {
  latencyMs: [0, 0],
  lagMs: 0,
  lagShare: 1,
  limits: null,
  faults: {},
  longRunningMs: 0,
  longRunning: ['DELETE users/{}', 'PUT apis/{}', 'DELETE apis/{}'],
  logDelayMs: 0,
  events: {},
  churn: 0,
  pagesBy: 'skip',
};
