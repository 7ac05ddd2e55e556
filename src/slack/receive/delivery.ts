// Carries each request from its arrival to its answer. What is acknowledged is done, or stored: of a process that dies
// before that, Slack tells the person, or delivers the event again.
import { databaseOutageIn } from '../../domain/database-outage.ts';
import { createAcknowledgement } from './acknowledgement.ts';
import type { RequestIdentity, SlackDependencies } from './dispatcher.ts';

/** Slack waits three seconds. Work that takes longer than this is stored and acknowledged before it is done. */
const HOLD_MS = 1_000;

/** How the work of a request reaches Slack. */
export type Delivery = RequestIdentity & {
  /** When the request came in, in `performance.now()`. */
  at: number;
  /** Puts an answer into the acknowledgement. False when that is gone, or carries none. */
  carry(answer: object): Promise<boolean>;
};

/** What to do for each kind of request, with the body that Slack sent. */
export type RequestKinds = Record<string, (body: never, delivery: Delivery) => Promise<void>>;

export type Arrival = {
  kind: string;
  body: object;
  /** The same for each delivery of the request. */
  receiptId: unknown;
  acknowledge(answer?: object): Promise<void>;
  /** Acknowledges work that goes on. */
  working?: object;
};

/** What is sealed of a request whose work goes on after its acknowledgement. */
type StoredRequest = Pick<Arrival, 'kind' | 'body'> & { requestId: string };

export type Deliveries = {
  /** Acknowledges when the work is done, or stored after a second. */
  deliver(arrival: Arrival): void;
  /** Stores and acknowledges before the work, because Slack waits for no answer. */
  deliverEvent(arrival: Arrival): void;
  /** Finishes a stored request whose process has died. */
  takeUp(request: { kind: string; id: string }): Promise<void>;
};

export type RunInBackground = (work: () => Promise<void>) => void;

/** Does the work of each request once, however often Slack delivers it. */
export function createDeliveries(
  dependencies: SlackDependencies,
  kinds: RequestKinds,
  runInBackground: RunInBackground,
): Deliveries {
  const { requests } = dependencies;
  const work = ({ kind, body }: StoredRequest, delivery: Delivery) =>
    kinds[kind]?.(body as never, delivery) ?? Promise.resolve();
  return {
    deliver: (arrival) => runInBackground(() => deliver(dependencies, arrival, work)),
    deliverEvent: (arrival) => runInBackground(() => deliverEvent(dependencies, arrival, work)),
    async takeUp({ kind, id }) {
      const key = { teamId: dependencies.teamId, kind, id };
      const taken = await requests.takeUp(key);
      if (!taken) return;
      const stored = JSON.parse(taken.request) as StoredRequest;
      const delivery = deliveryOf(stored, performance.now(), { takenUpFrom: taken.receivedAt });
      await finishing(dependencies, key, () => work(stored, delivery));
    },
  };
}

type Work = (request: StoredRequest, delivery: Delivery) => Promise<void>;

const newRequest = ({ kind, body }: Arrival): StoredRequest => ({
  kind,
  body,
  requestId: crypto.randomUUID(),
});

const deliveryOf = ({ requestId }: StoredRequest, at: number, more: Partial<Delivery> = {}): Delivery => ({
  requestId,
  at,
  carry: async () => false,
  ...more,
});

/**
 * Throws, and acknowledges nothing, when the work can't begin or its answer doesn't reach Slack. A database that is away
 * or full is told to the person instead.
 */
async function deliver(dependencies: SlackDependencies, arrival: Arrival, work: Work): Promise<void> {
  const { teamId, clock, requests, limitConcurrency, log } = dependencies;
  const at = performance.now();
  const acknowledgement = createAcknowledgement(at, arrival.acknowledge);
  const key = { teamId, kind: 'request', id: String(arrival.receiptId) };
  const request = newRequest(arrival);
  const delivery = deliveryOf(request, at, { carry: acknowledgement.carry });
  try {
    // A repeat gets an empty acknowledgement: replaying a request reveals nothing.
    if (!(await requests.take({ ...key, receivedAt: clock() }))) return acknowledgement.send();
  } catch (outage) {
    if (!databaseOutageIn(outage)) throw outage;
    await work(request, { ...delivery, outage });
    return acknowledgement.send();
  }
  const running = limitConcurrency(() => work(request, delivery));
  let storing: Promise<boolean> | null = null;
  const held = setTimeout(
    () => {
      storing = storeAndAcknowledge();
    },
    HOLD_MS - (performance.now() - at),
  );
  async function storeAndAcknowledge(): Promise<boolean> {
    try {
      await requests.store({ ...key, request: JSON.stringify(request) });
    } catch (error) {
      // Then the acknowledgement waits for the work, or Slack tells the person that there was none.
      log.warn({ err: error }, 'a request from slack could not be stored');
      return false;
    }
    await acknowledgement.send(arrival.working).catch((error: unknown) => {
      log.warn({ err: error }, 'an answer missed its acknowledgement');
    });
    return true;
  }
  const end = async () => {
    clearTimeout(held);
    return (await storing) ?? false;
  };
  try {
    await running;
    await acknowledgement.send();
  } catch (error) {
    if (await end()) requests.leave(key);
    throw error;
  }
  if (await end()) await requests.finish(key);
}

async function deliverEvent(dependencies: SlackDependencies, arrival: Arrival, work: Work): Promise<void> {
  const { teamId, clock, requests, limitConcurrency } = dependencies;
  const key = { teamId, kind: 'request', id: String(arrival.receiptId) };
  const request = newRequest(arrival);
  const receipt = { ...key, receivedAt: clock(), request: JSON.stringify(request) };
  const isFirst = await requests.take(receipt);
  // It fails when Slack has given the event up. Slack delivers it again then, and this process has stored it already.
  await arrival.acknowledge().catch(() => {});
  if (!isFirst) return;
  await finishing(dependencies, key, () =>
    limitConcurrency(() => work(request, deliveryOf(request, performance.now()))),
  );
}

/** Marks a stored request as finished after its work. When that fails, the job tries it again. */
async function finishing(
  { requests }: SlackDependencies,
  key: { teamId: string; kind: string; id: string },
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    requests.leave(key);
    throw error;
  }
  await requests.finish(key);
}
