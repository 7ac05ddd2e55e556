// Stands in for Azure Resource Manager: over HTTPS, before a second product, with everything that Azure adds to a service.
import { setTimeout as delay } from 'node:timers/promises';
import { type Behaviour, WELL } from './arm/behaviour.ts';
import { type Absence, type Outcome, openDoor } from './arm/door.ts';
import {
  type Answer,
  type Asked,
  createUpstream,
  errorAnswer,
  isWrite,
  type Json,
  type Upstream,
} from './arm/exchange.ts';
import { createFaults, throttled } from './arm/faults.ts';
import { createArmLimits } from './arm/limits.ts';
import { kindOf } from './arm/paths.ts';
import { API_VERSION, askedFor, createService } from './arm/service.ts';

/** A request that came in. `kind`: its path with `{}` for each id. `status`: null while there is no answer. */
export type Seen = {
  method: string;
  below: string;
  kind: string;
  caller: string;
  isWrite: boolean;
  /** When, in milliseconds. */
  at: number;
  status: number | null;
};
export type ArmStandIn = Awaited<ReturnType<typeof startArmStandIn>>;

/** The answer of a service in which nothing is. */
const NOTHING: Answer = { status: 200, headers: {}, body: { value: [], count: 0, nextLink: '' } };

/** `base`: the address of the service at Azure, `/subscriptions/…/service/NAME`. */
export async function startArmStandIn({
  base,
  port = 0,
  seed = 1,
}: {
  base: string;
  port?: number;
  seed?: number;
}) {
  let behaviour: Behaviour = WELL;
  let upstream: Upstream = async () => NOTHING;
  const callers = new Map<string, string>();
  const seen: Seen[] = [];
  const limits = createArmLimits();
  const faults = createFaults(seed);
  const { random } = faults;

  async function receive(asked: Asked): Promise<Outcome> {
    const caller = callers.get(/^Bearer (.+)$/i.exec(asked.headers.authorization ?? '')?.[1] ?? '');
    const one = note(asked, caller ?? '');
    const outcome = await outcomeOf(asked, caller);
    if (typeof outcome !== 'string') one.status = outcome.status;
    return outcome;
  }
  function note(asked: Asked, caller: string): Seen {
    const below = asked.place?.below ?? asked.url;
    const { method } = asked;
    const one = {
      method,
      below,
      kind: kindOf(below),
      caller,
      isWrite: isWrite(asked),
      at: Date.now(),
      status: null,
    };
    seen.push(one);
    return one;
  }
  async function outcomeOf(asked: Asked, caller: string | undefined): Promise<Outcome> {
    const [from, to] = behaviour.latencyMs;
    if (to > 0) await delay(random.between(from, to));
    if (caller === undefined)
      return errorAnswer(401, 'InvalidAuthenticationToken', 'The access token is invalid.');
    const { headers, retryAfterSeconds } = limits.take(caller, asked.method);
    const withHeaders = (answer: Answer) => ({ ...answer, headers: { ...answer.headers, ...headers } });
    if (retryAfterSeconds !== null) return withHeaders(throttled(retryAfterSeconds));
    const struck = faults.strike(asked);
    const answer = struck?.moment === 'before' ? null : await service.answer(asked, caller);
    if (struck?.hangs) return 'hang';
    if (struck) return struck.answer ? withHeaders(struck.answer) : 'cut';
    if (answer?.body?.nextLink && /^users$/i.test(asked.place?.below ?? ''))
      await churn.maybe(behaviour.churn);
    return answer ? withHeaders(answer) : 'cut';
  }

  const door = await openDoor(port, receive);
  const service = createService({
    origin: () => door.url,
    upstream: () => upstream,
    behaviour: () => behaviour,
    random,
  });
  const asPortal = createPortal(base, service.change, (asked) => upstream(asked));
  const churn = createChurn(random, asPortal('churn'));

  function behave(wanted: Partial<Behaviour>): void {
    behaviour = { ...behaviour, ...wanted };
    if ('limits' in wanted) limits.set(behaviour.limits);
    if (wanted.faults) faults.setShares(wanted.faults);
    service.replica.setShare(behaviour.lagShare);
    service.log.setDelay(behaviour.logDelayMs);
    service.events.setDelivery(behaviour.events);
  }
  return {
    url: door.url,
    base,
    certificate: door.certificate,
    /** What answers: the product at `url`, with admins' tokens for it. Before this, every list is empty. */
    serve(url: string, tokens: readonly string[]): void {
      upstream = createUpstream(url, tokens);
    },
    /** Lets a client in; Azure's activity log calls it so. */
    admit: (token: string, caller: string) => void callers.set(token, caller),
    behave,
    /** From now on everything works at once: no faults, no lag, nothing under way, and it is up. */
    behaveWell(): void {
      behave(WELL);
      faults.forget();
      service.replica.forget();
      service.longRunning.end();
      door.up();
    },
    /** Reads show the present from now on. */
    forgetLag: () => service.replica.forget(),
    /** The next request that fits meets a fault, or an answer of the test's own. */
    next: faults.next,
    /** Once a fitting request is under way: before a change takes effect, after a read was made. */
    meanwhile: service.meanwhile,
    down: (ms?: number, how: Absence = 'cut') => door.down(ms, how),
    up: door.up,
    asPortal,
    /** Whose shared access token it is; null for none of this instance's. */
    userOf: service.userTokens.userOf,
    subscribeToEvents: (url: string, headers: Record<string, string> = {}) =>
      service.events.subscribe(url, base, headers),
    unsubscribeFromEvents: service.events.unsubscribe,
    /** The requests that came in and fit, the oldest first. */
    seen: (wanted: Partial<Seen> = {}): Seen[] =>
      seen.filter((one) =>
        Object.entries(wanted).every(([name, value]) => one[name as keyof Seen] === value),
      ),
    forgetSeen(): void {
      seen.length = 0;
    },
    async close(): Promise<void> {
      service.events.close();
      await door.close();
    },
  };
}

export type Portal = ReturnType<ReturnType<typeof createPortal>>;

/** Changes as a person makes them in Azure's portal: at once, whatever befalls other requests. Throws Azure's refusal. */
function createPortal(
  base: string,
  change: (asked: Asked, caller: string) => Promise<Answer>,
  read: (asked: Asked) => Promise<Answer>,
) {
  return (caller: string) => {
    const run = async (method: string, below: string, properties?: object): Promise<Json> => {
      const url = `${base}/${below}${below.includes('?') ? '&' : '?'}${API_VERSION}`;
      const asked = askedFor(method, url, properties);
      const { status, body } = method === 'GET' ? await read(asked) : await change(asked, caller);
      if (status >= 300) throw new Error(`${method} ${below}: ${status} ${body?.error?.message ?? ''}`);
      return body;
    };
    return {
      get: (below: string) => run('GET', below),
      put: (below: string, properties?: object) => run('PUT', below, properties),
      patch: (below: string, properties: object) => run('PATCH', below, properties),
      delete: (below: string) => run('DELETE', below),
    };
  };
}

/** Users who come and go while lists are read. Nobody else's user goes. */
function createChurn(random: ReturnType<typeof createFaults>['random'], portal: Portal) {
  const present: string[] = [];
  let made = 0;
  return {
    async maybe(share: number): Promise<void> {
      if (!random.chance(share)) return;
      const leaving = random.chance(0.5) ? present.shift() : undefined;
      if (leaving !== undefined) return void (await portal.delete(`users/${leaving}`));
      made += 1;
      const id = `churn-${made}`;
      present.push(id);
      const email = `${id}@example.com`;
      await portal.put(`users/${id}`, { email, firstName: 'Churn', lastName: `User ${made}` });
    },
  };
}
