// Groups that are not here, such as a directory's, make no difference: their members are kept elsewhere.
import { listGroups } from '../../db/accounts/groups.ts';
import { listIdsInAnyCase } from '../../db/azure/ours.ts';
import { listThings } from '../../db/azure/things.ts';
import type { Act } from '../frame/context.ts';
import type { Observation } from './observe.ts';

/** The records without the groups that are not here. */
export async function withKnownGroups(
  act: Act,
  observations: readonly Observation[],
): Promise<Observation[]> {
  const serviceId = act.service.id;
  const ids = observations.flatMap(({ record }) => (record?.kind === 'product' ? record.groupIds : []));
  const hasAccounts = observations.some(({ record }) => record?.kind === 'account');
  if (ids.length === 0 && !hasAccounts) return [...observations];
  const of = { serviceId, kind: 'group' as const, ids: [...new Set(ids.map((id) => id.toLowerCase()))] };
  const things = (await listThings(act.tx, of)).filter(({ ourId }) => ourId !== null);
  const here = new Set([...(await listIdsInAnyCase(act.tx, of)).keys(), ...things.map(({ id }) => id)]);
  const groups = hasAccounts ? await listGroups(act.tx, serviceId) : [];
  const names = new Set(groups.map(({ name }) => name.toLowerCase()));
  return observations.map((one) => {
    const { record } = one;
    if (record?.kind === 'account') {
      const known = record.groups.filter((name) => names.has(name.trim().toLowerCase()));
      return { ...one, record: { ...record, groups: known } };
    }
    if (record?.kind !== 'product') return one;
    const known = record.groupIds.filter((id) => here.has(id.toLowerCase()));
    return { ...one, record: { ...record, groupIds: known } };
  });
}
