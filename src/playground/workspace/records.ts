// What went over the wire, for the inspector and for tests; and what Slack's own client told people.
import type { Clock, Dict, Notice } from '../shapes.ts';

const MAX_RECORDED = 500;

/** One request of ours to the app, as the inspector lists it; `wire.ts` has what it said. */
export type Delivery = {
  id: number;
  at: string;
  kind: string;
  /** What it is about in a word or two: the subcommand, the button, the modal. */
  about: string;
  user: string;
  status: number | null;
  ackMs: number | null;
  /** Empty when all went well; else what Slack would say: operation_timeout, dispatch_failed … */
  problem: string;
  retryNum: number;
};

/** One call of the app to us. `sent` stays here until a person opens that call in the inspector. */
export type ApiCall = {
  id: number;
  at: string;
  method: string;
  error: string;
  messages: string[];
  sent: Dict;
};

export function createRecords(clock: Clock, changed: () => number) {
  const deliveries: Delivery[] = [];
  const apiCalls: ApiCall[] = [];
  const listeners: ((call: ApiCall) => void)[] = [];
  let notices: Notice[] = [];
  let nextRecord = 1;

  function record<T extends { id: number; at: string }>(list: T[], row: Omit<T, 'id' | 'at'>): T {
    const made = { id: nextRecord++, at: clock().toISOString(), ...row } as T;
    list.push(made);
    if (list.length > MAX_RECORDED) list.shift();
    changed();
    return made;
  }

  return {
    deliveries: deliveries as readonly Delivery[],
    apiCalls: apiCalls as readonly ApiCall[],
    notices: (user: string): Notice[] => notices.filter((one) => one.user === user),
    notify: (user: string, text: string): void => {
      notices = [...notices.slice(-99), { user, text, changed: changed() }];
    },
    recordDelivery: (row: Omit<Delivery, 'id' | 'at'>): Delivery => record(deliveries, row),
    recordApiCall: (row: Omit<ApiCall, 'id' | 'at'>): void => {
      const call = record(apiCalls, row);
      for (const listener of listeners) listener(call);
    },
    /** Hears of every call, also of those that the bounded list has dropped. */
    onApiCall: (listener: (call: ApiCall) => void): void => void listeners.push(listener),
    clearRecords: (): void => {
      notices = [];
      deliveries.length = 0;
      apiCalls.length = 0;
    },
  };
}
