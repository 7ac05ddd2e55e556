// The requests between Slack and the app, for the inspector and for tests, and the notices of Slack's own client.
import type { Clock, Dict, Notice } from '../shapes.ts';

const MAX_RECORDED = 500;
const MAX_NOTICES = 100;

type Recorded = { id: number; at: string };

/** One request of the playground to the app. */
export type Delivery = Recorded & {
  kind: string;
  /** The subcommand, the button, the modal. */
  about: string;
  user: string;
  status: number | null;
  ackMs: number | null;
  /** Empty when all went well; else what Slack would say: operation_timeout, dispatch_failed … */
  problem: string;
  retryNum: number;
  /** What both sides sent; null for a webhook of the mail service. */
  exchange: { headers: Record<string, string>; body: string; answer: string; answerType: string } | null;
};

/** One call of the app to the playground. */
export type ApiCall = Recorded & { method: string; error: string; messages: string[]; sent: Dict };

export function createRecords(clock: Clock, changed: () => number) {
  const deliveries: Delivery[] = [];
  const apiCalls: ApiCall[] = [];
  const listeners: ((call: ApiCall) => void)[] = [];
  let notices: Notice[] = [];
  let nextId = 1;

  function record<T extends Recorded>(list: T[], row: Omit<T, keyof Recorded>): T {
    const made = { id: nextId++, at: clock().toISOString(), ...row } as T;
    list.push(made);
    if (list.length > MAX_RECORDED) list.shift();
    changed();
    return made;
  }

  return {
    deliveries: deliveries as readonly Delivery[],
    apiCalls: apiCalls as readonly ApiCall[],
    notices: (user: string): Notice[] => notices.filter((one) => one.user === user),
    notify(user: string, text: string): void {
      notices = [...notices.slice(1 - MAX_NOTICES), { user, text, changed: changed() }];
    },
    recordDelivery: (row: Omit<Delivery, keyof Recorded>): Delivery => record(deliveries, row),
    recordApiCall(row: Omit<ApiCall, keyof Recorded>): void {
      const call = record(apiCalls, row);
      for (const listener of listeners) listener(call);
    },
    /** Calls the listener with every call; `apiCalls` has only the last ones. */
    onApiCall: (listener: (call: ApiCall) => void): void => void listeners.push(listener),
    clearRecords(): void {
      notices = [];
      deliveries.length = 0;
      apiCalls.length = 0;
    },
  };
}
