// Finds our rows that records of Azure's refer to.
import { listGroups } from '../../db/accounts/groups.ts';
import { listIdsInAnyCase } from '../../db/azure/ours.ts';
import { listThings } from '../../db/azure/things.ts';
import { listAccountsLike } from '../../db/imports/copies.ts';
import type { Mirrored, MirroredRecord } from '../../domain/azure-record.ts';
import type { Context } from '../frame/context.ts';
import type { References } from './planned-change.ts';

type Named = { kind: 'group' | 'api' | 'product' | 'account'; id: string };

/** What these records refer to, read at once. A thing that stands for one of our rows comes before a row with its id. */
export async function findReferences(
  context: Context,
  records: readonly MirroredRecord[],
): Promise<References> {
  const { db, service } = context;
  const named = records.flatMap(namesIn);
  const found = new Map<string, string>();
  for (const kind of ['group', 'api', 'product', 'account'] as const) {
    const ids = [...new Set(named.flatMap((one) => (one.kind === kind ? one.id.toLowerCase() : [])))];
    if (ids.length === 0) continue;
    const rows =
      kind === 'account'
        ? await accountsOf(context, ids)
        : await listIdsInAnyCase(db, { serviceId: service.id, kind, ids });
    for (const [id, ourId] of rows) found.set(`${kind} ${id}`, ourId);
    for (const { id, ourId } of await listThings(db, { serviceId: service.id, kind, ids }))
      if (ourId !== null) found.set(`${kind} ${id}`, ourId);
  }
  const hasGroups = records.some(({ kind }) => kind === 'account');
  const groups = hasGroups ? await listGroups(db, service.id) : [];
  const byName = new Map(groups.map(({ id, name }) => [name.toLowerCase(), id]));
  return {
    now: context.clock(),
    groupNamed: (name) => byName.get(name.trim().toLowerCase()) ?? null,
    idOf: (kind, azureId) => found.get(`${kind} ${azureId.toLowerCase()}`) ?? null,
  };
}

async function accountsOf({ db, service }: Context, ids: string[]): Promise<Map<string, string>> {
  const accounts = await listAccountsLike(db, service.id, { ids, addresses: [] });
  const live = accounts.filter(({ state }) => state !== 'deleted');
  return new Map(live.map(({ id, resourceId }) => [(resourceId ?? id).toLowerCase(), id]));
}

function namesIn(record: MirroredRecord): Named[] {
  const all = (kind: Named['kind'], ids: readonly string[]) => ids.map((id) => ({ kind, id }));
  if (record.kind === 'product') return [...all('api', record.apiIds), ...all('group', record.groupIds)];
  if (record.kind === 'notification') return all('account', record.users);
  return record.kind === 'subscription' ? namesInSubscription(record) : [];
}

function namesInSubscription({ owner, scope }: Mirrored<'subscription'>): Named[] {
  const [, kind, id] = /(?:^|\/)(products|apis)\/([^/]+)\/?$/i.exec(scope) ?? [];
  return [
    ...(owner === null ? [] : [{ kind: 'account' as const, id: lastPartOf(owner) }]),
    ...(id === undefined
      ? []
      : [{ kind: kind?.toLowerCase() === 'apis' ? ('api' as const) : ('product' as const), id }]),
  ];
}

export const lastPartOf = (path: string): string => path.replace(/\/$/, '').split('/').at(-1) ?? '';
