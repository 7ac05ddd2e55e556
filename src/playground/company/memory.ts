// What the company's provider remembers: nothing beyond the process.
import type { Adapter, AdapterPayload } from 'oidc-provider';

const MAX_LIFETIME_SECONDS = 3_600;

type Stored = { payload: AdapterPayload; endsAt: number };

/** Returns what makes the provider's store for one kind of thing. They share one memory. */
export function createMemory(
  now: () => number = performance.now.bind(performance),
): (kind: string) => Adapter {
  const things = new Map<string, Stored>();
  const find = (key: string): AdapterPayload | undefined => {
    const found = things.get(key);
    if (!found || found.endsAt > now()) return found?.payload;
    things.delete(key);
    return undefined;
  };
  const findBy = async (test: (payload: AdapterPayload) => boolean) =>
    [...things.keys()].map(find).find((payload) => payload && test(payload));
  return (kind) => ({
    async upsert(id, payload, lifetimeSeconds = MAX_LIFETIME_SECONDS) {
      things.set(`${kind} ${id}`, { payload, endsAt: now() + lifetimeSeconds * 1_000 });
    },
    find: async (id) => find(`${kind} ${id}`),
    findByUid: (uid) => findBy((payload) => payload.uid === uid && payload.kind === kind),
    findByUserCode: (code) => findBy((payload) => payload.userCode === code),
    async consume(id) {
      const payload = find(`${kind} ${id}`);
      if (payload) payload.consumed = Math.floor(now() / 1_000) + 1;
    },
    async destroy(id) {
      things.delete(`${kind} ${id}`);
    },
    async revokeByGrantId(grantId) {
      for (const [key, { payload }] of things) if (payload.grantId === grantId) things.delete(key);
    },
  });
}
