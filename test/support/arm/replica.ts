// Reads that lag: for a while after a change, a resource and the lists that have it may be answered as before it.
import type { Random } from '../../chaos/random.ts';
import type { Answer, Asked, Json } from './exchange.ts';
import { isLink, isResource, itemPath, keyOf, targetOf } from './paths.ts';

/** How a resource was before a change. */
type Former = {
  until: number;
  answer: Answer;
  /** What a link joins, by its path: links have no body of their own. */
  ends: Readonly<Record<string, Json>>;
  isRemoved: boolean;
};
type Look = (method: 'GET' | 'HEAD', below: string) => Promise<Answer>;

export function createReplica(random: Random) {
  const formers = new Map<string, Former[]>();
  let share = 1;

  const living = (key: string): Former[] => {
    const found = (formers.get(key) ?? []).filter(({ until }) => until > performance.now());
    if (found.length === 0) formers.delete(key);
    else formers.set(key, found);
    return found;
  };
  const allLiving = () =>
    [...formers.keys()].flatMap((key) =>
      living(key)
        .slice(0, 1)
        .map((former) => ({ key, former })),
    );

  /** To be called before a change. The result keeps what was there for some time, if the change succeeded. */
  async function remember(below: string, look: Look) {
    const answer = await look(isLink(below) ? 'HEAD' : 'GET', below);
    const ends = isLink(below) ? [below.split('/').slice(0, 2).join('/'), targetOf(below)] : [];
    const bodies = await Promise.all(ends.map(async (end) => [keyOf(end), (await look('GET', end)).body]));
    return {
      wasThere: answer.status < 300,
      keep(ms: number, isRemoved: boolean): void {
        const key = keyOf(below);
        const former = {
          until: performance.now() + ms,
          answer,
          ends: Object.fromEntries(bodies),
          isRemoved,
        };
        formers.set(key, [...living(key), former]);
      },
    };
  }

  function answerRead({ method, url, place }: Asked, current: Answer): Answer {
    const below = place?.below ?? '';
    // One server answers a request: wholly as it is, or wholly as it was.
    if (formers.size === 0 || !random.chance(share)) return current;
    if (isResource(below)) {
      const [former] = living(keyOf(below));
      if (!former) return current;
      return method === 'HEAD' ? { ...former.answer, body: undefined } : former.answer;
    }
    if (!Array.isArray(current.body?.value)) return current;
    return { ...current, body: { ...current.body, value: formerList(below, current.body, url) } };
  }

  function formerList(list: string, { value, nextLink }: Json, url: string): Json[] {
    const present = new Set<string>();
    const kept = value.flatMap((item: Json) => {
      const key = keyOf(itemPath(list, item.name));
      present.add(key);
      const [former] = living(key);
      if (!former) return [withFormerGroups(item)];
      if (former.answer.status >= 300) return [];
      const { body } = former.answer;
      const properties = { ...item.properties, ...body?.properties };
      return [withFormerGroups(body ? { ...item, properties } : item)];
    });
    // Where an item stood is not known; the last page can take any.
    if (nextLink || /filter=/i.test(url)) return kept;
    return [...kept, ...allLiving().flatMap(({ key, former }) => removedFrom(list, key, former, present))];
  }

  function withFormerGroups(item: Json): Json {
    const { groups } = item.properties ?? {};
    if (!Array.isArray(groups)) return item;
    let former = groups;
    for (const { key, former: link } of allLiving()) {
      const [, groupId, , userId] = /^groups\/([^/]+)\/(users)\/([^/]+)$/.exec(key) ?? [];
      if (userId !== item.name.toLowerCase()) continue;
      const group = link.ends[`groups/${groupId}`]?.properties;
      former = former.filter((one: Json) => one.displayName !== group?.displayName);
      if (link.answer.status < 300 && group) former = [...former, group];
    }
    return { ...item, properties: { ...item.properties, groups: former } };
  }

  return {
    setShare(wanted: number): void {
      share = wanted;
    },
    remember,
    answerRead,
    /** Every read tells the present from now on. */
    forget: () => formers.clear(),
  };
}

/** What a list had, and has no more. */
function removedFrom(list: string, key: string, former: Former, present: ReadonlySet<string>): Json[] {
  if (!former.isRemoved || former.answer.status >= 300 || present.has(key)) return [];
  const [, first = '', , last = first] = key.split('/');
  const name = [last, first].find((one) => keyOf(itemPath(list, one)) === key);
  if (name === undefined) return [];
  const body =
    former.answer.body ?? Object.entries(former.ends).find(([end]) => end.endsWith(`/${name}`))?.[1];
  return body ? [body] : [];
}
