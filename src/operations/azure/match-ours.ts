// Finds our row for each thing of Azure's.

import { findAccounts } from '../../db/accounts/accounts.ts';
import { listGroups } from '../../db/accounts/groups.ts';
import { listIdsInAnyCase } from '../../db/azure/ours.ts';
import { type AzureThing, listThingsOfOurs } from '../../db/azure/things.ts';
import { listAccountsLike } from '../../db/imports/copies.ts';
import type { MirroredKind } from '../../domain/azure-mirror.ts';
import { canonicalEmail } from '../../domain/email-address.ts';
import { NOTIFICATION_NAMES } from '../../domain/notifications.ts';
import { TEMPLATES } from '../../mail/templates/catalog.ts';
import type { Act } from '../frame/context.ts';
import type { Observation } from './observe.ts';

/** Our row by the thing's id in lower case; null: there is none. */
type Matches = Map<string, string | null>;
type Seen = ReadonlyMap<string, Observation>;

/** The row that the thing stood for so far, if it is still there; else one with its id; else one with its email or name. */
export async function matchOurs(
  act: Act,
  kind: MirroredKind,
  seen: Seen,
  known: ReadonlyMap<string, AzureThing>,
): Promise<Matches> {
  const alike = kind === 'account' ? await accountsLike(act, seen) : await rowsLike(act, kind, seen);
  const former = [...known.values()].flatMap(({ ourId }) => ourId ?? []);
  const live = await liveOf(act, kind, former);
  const linked = await linkedElsewhere(act, kind, seen, [...alike.values()]);
  const matches: Matches = new Map();
  // A row stands for one thing: the one it stood for, before another one that is like it.
  const taken = new Set<string | null>(linked);
  for (const id of seen.keys()) {
    const before = known.get(id)?.ourId ?? null;
    if (before === null || !live.has(before)) continue;
    matches.set(id, before);
    taken.add(before);
  }
  for (const id of seen.keys()) {
    if (matches.has(id)) continue;
    const like = alike.get(id);
    const isFree = like !== undefined && !taken.has(like);
    matches.set(id, isFree ? like : (known.get(id)?.ourId ?? null));
    if (isFree) taken.add(like);
  }
  return matches;
}

async function accountsLike(act: Act, seen: Seen): Promise<Map<string, string>> {
  const emailOf = ({ record }: Observation) =>
    (record?.kind === 'account' && canonicalEmail(record.email)) || null;
  const accounts = await listAccountsLike(act.tx, act.service.id, {
    ids: [...seen.keys()],
    addresses: [...seen.values()].flatMap((one) => emailOf(one) ?? []),
  });
  const live = accounts.filter(({ state }) => state !== 'deleted');
  const byId = new Map(live.map(({ id, resourceId }) => [(resourceId ?? id).toLowerCase(), id]));
  const named = new Set([...seen.keys()].flatMap((id) => byId.get(id) ?? []));
  const others = live.filter(({ id }) => !named.has(id));
  const byEmail = new Map(others.map(({ id, emailCanonical }) => [emailCanonical, id]));
  return mapped(seen, (id, one) => byId.get(id) ?? byEmail.get(emailOf(one) ?? ''));
}

async function rowsLike(
  act: Act,
  kind: Exclude<MirroredKind, 'account'>,
  seen: Seen,
): Promise<Map<string, string>> {
  const serviceId = act.service.id;
  if (kind === 'template' || kind === 'notification') {
    const names: string[] = kind === 'template' ? TEMPLATES.map(({ name }) => name) : [...NOTIFICATION_NAMES];
    return mapped(seen, (id) => names.find((name) => name.toLowerCase() === id));
  }
  const ids = await listIdsInAnyCase(act.tx, { serviceId, kind, ids: [...seen.keys()] });
  if (kind !== 'group') return ids;
  const groups = await listGroups(act.tx, serviceId);
  const named = new Set(ids.values());
  const others = groups.filter(({ id }) => !named.has(id));
  const byName = new Map(others.map(({ id, name }) => [name.toLowerCase(), id]));
  return mapped(
    seen,
    (id, { record }) =>
      ids.get(id) ?? (record?.kind === 'group' ? byName.get(record.name.trim().toLowerCase()) : undefined),
  );
}

function mapped(seen: Seen, find: (id: string, one: Observation) => string | undefined): Map<string, string> {
  return new Map(
    [...seen].flatMap(([id, one]) => {
      const found = find(id, one);
      return found === undefined ? [] : [[id, found] as const];
    }),
  );
}

async function liveOf(act: Act, kind: MirroredKind, ids: string[]): Promise<Set<string>> {
  const serviceId = act.service.id;
  if (kind === 'template' || kind === 'notification') return new Set(ids);
  if (kind !== 'account') return new Set((await listIdsInAnyCase(act.tx, { serviceId, kind, ids })).values());
  const accounts = await findAccounts(act.tx, serviceId, ids);
  return new Set(accounts.flatMap(({ id, state }) => (state === 'deleted' ? [] : id)));
}

/** Our rows that stand for another thing, which Azure had when it was last read. */
async function linkedElsewhere(
  act: Act,
  kind: MirroredKind,
  seen: Seen,
  ourIds: string[],
): Promise<Set<string | null>> {
  const things = await listThingsOfOurs(act.tx, { serviceId: act.service.id, kind, ourIds });
  const others = things.filter((thing) => !seen.has(thing.id) && Object.keys(thing.seen).length > 0);
  return new Set(others.map(({ ourId }) => ourId));
}
