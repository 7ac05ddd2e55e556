// The service behind Resource Manager: the product, with reads that lag, operations that take long, a log and events.
import { createActivityLog } from './activity-log.ts';
import type { Behaviour } from './behaviour.ts';
import { createEventGrid } from './event-grid.ts';
import {
  type Answer,
  type Asked,
  errorAnswer,
  isChange,
  isRead,
  isWrite,
  pathOf,
  queryOf,
  type Upstream,
} from './exchange.ts';
import { type createFaults, type Match, matches } from './faults.ts';
import { createLongRunning } from './long-running.ts';
import { isActivityLog, kindOf, type Place, readPlace } from './paths.ts';
import { createReplica } from './replica.ts';
import { createUserTokens } from './user-tokens.ts';

export const API_VERSION = 'api-version=2024-05-01';
/** The product takes no larger one; further on, its own links lead. */
const MAX_SKIP = 10_000;

type Options = {
  origin(): string;
  upstream(): Upstream;
  behaviour(): Behaviour;
  random: ReturnType<typeof createFaults>['random'];
};
type Meanwhile = { match: Match; left: number; change: () => Promise<unknown> };

export function createService({ origin, upstream, behaviour, random }: Options) {
  const log = createActivityLog(origin);
  const events = createEventGrid(random);
  const replica = createReplica(random);
  const longRunning = createLongRunning(origin);
  const userTokens = createUserTokens(crypto.randomUUID());
  const meanwhiles: Meanwhile[] = [];

  async function runMeanwhile(asked: Asked): Promise<void> {
    const found = meanwhiles.find(({ match, left }) => left > 0 && matches(asked, match));
    if (!found) return;
    found.left -= 1;
    await found.change();
  }

  const lookAt =
    ({ base }: Place) =>
    (method: 'GET' | 'HEAD', below: string) =>
      upstream()(askedFor(method, `${base}/${below}?${API_VERSION}`));

  /** As it was sent; for who is behind the portal too. */
  async function change(asked: Asked, caller: string, lastsMs: number): Promise<Answer> {
    const place = asked.place as Place;
    const { lagMs } = behaviour();
    const isLooked = lagMs > 0 || lastsMs > 0 || asked.method === 'DELETE';
    const former = isLooked ? await replica.remember(place.below, lookAt(place)) : null;
    const answer = await upstream()(asked);
    log.add(asked, caller, answer.status);
    if (answer.status >= 300) return answer;
    const isRemoval = asked.method === 'DELETE';
    if (lagMs > 0 || lastsMs > 0) former?.keep(Math.max(lagMs, lastsMs), isRemoval);
    if (!isRemoval || former?.wasThere) events.tell(asked, answer.status);
    return lastsMs > 0 ? longRunning.start(asked, answer, lastsMs) : answer;
  }

  const lastsMs = ({ method, place }: Asked): number =>
    behaviour().longRunning.includes(`${method} ${kindOf(place?.below ?? '')}`)
      ? behaviour().longRunningMs
      : 0;

  return {
    log,
    events,
    replica,
    longRunning,
    userTokens,
    change: (asked: Asked, caller: string) => change(asked, caller, 0),
    meanwhile: (match: Match, run: () => Promise<unknown>) =>
      void meanwhiles.push({ match, left: match.times ?? 1, change: run }),
    async answer(asked: Asked, caller: string): Promise<Answer> {
      if (isActivityLog(pathOf(asked.url))) return log.answer(asked);
      const polled = longRunning.poll(asked);
      if (polled) return polled;
      if (userTokens.isTokenRequest(asked))
        return userTokens.answer(asked, (below) => lookAt(asked.place as Place)('GET', below));
      if (isChange(asked)) {
        if (longRunning.isOpen(asked))
          return errorAnswer(409, 'Conflict', 'Another operation on this entity is in progress.');
        await runMeanwhile(asked);
        return change(asked, caller, lastsMs(asked));
      }
      const current = await upstream()(asked);
      if (isWrite(asked)) log.add(asked, caller, current.status);
      await runMeanwhile(asked);
      if (!isRead(asked)) return current;
      const answer = replica.answerRead(asked, current);
      return behaviour().pagesBy === 'skip' ? linkedBySkip(asked, answer, origin()) : answer;
    },
  };
}

/** What the stand-in asks by itself. */
export const askedFor = (method: string, url: string, properties?: object): Asked => ({
  method,
  url,
  place: readPlace(pathOf(url)),
  headers: {
    ...(method === 'PATCH' || method === 'DELETE' ? { 'if-match': '*' } : {}),
    ...(properties ? { 'content-type': 'application/json' } : {}),
  },
  body: properties ? JSON.stringify({ properties }) : '',
});

/** Azure's next page begins after so many rows, whatever came or went among those meanwhile. */
function linkedBySkip({ url }: Asked, answer: Answer, origin: string): Answer {
  const { nextLink, value } = answer.body ?? {};
  const query = queryOf(url);
  const skip = Number(query.get('$skip') ?? 0) + (Array.isArray(value) ? value.length : 0);
  if (!nextLink || query.has('$skiptoken') || skip > MAX_SKIP) return answer;
  const next = new URL(`${origin}${url}`);
  next.searchParams.set('$skip', String(skip));
  return { ...answer, body: { ...answer.body, nextLink: next.href } };
}
