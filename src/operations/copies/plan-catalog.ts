// Plans the copy of groups, APIs and products.
import { isDeepStrictEqual } from 'node:util';
import { parseApiPath } from '../../domain/api-path.ts';
import type { Copied } from '../../domain/azure-record.ts';
import type { Limits } from '../../domain/call-limits.ts';
import { limitWords } from '../../domain/limit-words.ts';
import { createApi } from '../apis/create.ts';
import { listApis } from '../apis/list.ts';
import { type PolicyFault, readPolicy } from '../catalog/policy-document.ts';
import type { Context } from '../frame/context.ts';
import { createGroup } from '../groups/create.ts';
import { listGroups } from '../groups/list.ts';
import { createProduct } from '../products/create.ts';
import { listProducts } from '../products/list.ts';
import { compareCopied } from './compare.ts';
import {
  applyRule,
  type CopyMemory,
  inputFor,
  type PlannedCopy,
  planned,
  plannedComparison,
  plannedNew,
  sameMembers,
} from './planned-copy.ts';

/** A group here with the same name stands for one with another id. Built-in groups map to ours, external ones to none. */
export async function planGroups(
  context: Context,
  memory: CopyMemory,
  page: Copied<'group'>[],
): Promise<PlannedCopy[]> {
  const { groups: ours } = await listGroups(context, {});
  return page.map((group): PlannedCopy => {
    const { id, name, description, type } = group;
    const named = ours.find((one) => one.name.toLowerCase() === name.trim().toLowerCase());
    if (type === 'system') {
      memory.mapGroup(group, named?.isBuiltIn ? named.id : null);
      return planned('skipped', `${name} is built in, as it is here`);
    }
    if (type !== 'custom') {
      memory.mapGroup(group, null);
      return planned('skipped', `${name} is ${type}: its members are kept by a directory elsewhere`);
    }
    const { wanted, fault } = inputFor(createGroup.input, { groupId: id, name, description });
    if (!wanted) return fault;
    const there = ours.find((one) => one.id === id) ?? named;
    if (there?.isBuiltIn) return planned('conflict', `${there.name} is built in here`);
    if (there && named && named.id !== there.id)
      return planned('conflict', `another group here, ${named.id}, has its name`);
    memory.mapGroup(group, there?.id ?? id);
    if (!there) return plannedNew(() => createGroup(context, { groupId: id, name, description }));
    if (there.id !== id) return planned('same', `the group of that name here, ${there.id}, stands for it`);
    return plannedComparison({
      name: there.name === wanted.name,
      description: there.description === wanted.description,
    });
  });
}

export async function planApis(
  context: Context,
  memory: CopyMemory,
  page: Copied<'api'>[],
): Promise<PlannedCopy[]> {
  const { apis: ours } = await listApis(context, { ids: page.map(({ id }) => id.slice(0, 256)) });
  const paths = page.flatMap(({ path }) => applyRule(() => parseApiPath(path)).value ?? []);
  const { apis: taken } = await compareCopied(context, { apiPaths: paths });
  return page.map(({ id, name, path: typed, isCurrent, keyHeader, keyQuery }): PlannedCopy => {
    const given = { id, name, path: typed, keyHeader, keyQuery };
    if (!isCurrent) return planned('skipped', 'a revision that calls do not reach');
    const { wanted, fault } = inputFor(createApi.input, given);
    if (!wanted) return fault;
    const { value: path, fault: pathFault } = applyRule(() => parseApiPath(typed));
    if (path === null) return pathFault;
    const lower = path.toLowerCase();
    const before = memory.paths.get(lower) ?? id;
    if (before !== id) return planned('conflict', `its path, "${path}", is that of ${before} before it`);
    const there = ours.find((one) => one.id === id);
    const other = taken.find((one) => one.path.toLowerCase() === lower);
    if (!there && other) return planned('conflict', `its path, "${path}", is that of ${other.id} here`);
    memory.paths.set(lower, id);
    if (there)
      return plannedComparison({
        name: there.name === name.trim(),
        path: there.path.toLowerCase() === lower,
        'name of the key': there.keyHeader === keyHeader && there.keyQuery === keyQuery,
      });
    return plannedNew(() => createApi(context, { ...given, path }));
  });
}

export async function planProducts(
  context: Context,
  memory: CopyMemory,
  page: Copied<'product'>[],
): Promise<PlannedCopy[]> {
  const ids = page.map(({ id }) => id.slice(0, 256));
  const { products: ours } = await listProducts(context, { ids });
  return page.map(({ kind: _, groupIds, apiIds, policy, ...product }): PlannedCopy => {
    const lostApi = apiIds.find((id) => memory.isLost('api', id));
    if (lostApi !== undefined) return planned('impossible', `its API ${lostApi} is not copied`);
    const lostGroup = groupIds.find((id) => memory.groupOfId(id) === undefined);
    if (lostGroup !== undefined) return planned('impossible', `its group ${lostGroup} is not copied`);
    const seenBy = groupIds.flatMap((id) => memory.groupOfId(id) ?? []);
    const { limits, faults } = readPolicy(policy ?? '<policies />');
    const given = { ...product, ...limits, apiIds, groupIds: seenBy };
    const { wanted, fault } = inputFor(createProduct.input, given);
    if (!wanted) return fault;
    const there = ours.find((one) => one.id === product.id);
    const notes = [
      ...(seenBy.length < groupIds.length ? ['without the groups that are not copied'] : []),
      ...wordsOfPolicy(limits, faults),
    ];
    if (!there) return plannedNew(() => createProduct(context, given), notes);
    const idsOf = (some: readonly { id: string }[]) => some.map(({ id }) => id);
    return plannedComparison({
      name: there.name === wanted.name,
      description: there.description === wanted.description,
      terms: there.terms === wanted.terms,
      state: there.isPublished === wanted.isPublished,
      'whether it takes subscriptions': there.isSubscriptionRequired === wanted.isSubscriptionRequired,
      'whether they need an approval': there.isApprovalRequired === wanted.isApprovalRequired,
      'how many an account may have': there.subscriptionsLimit === wanted.subscriptionsLimit,
      rate: isDeepStrictEqual(there.rate, limits.rate),
      quota: isDeepStrictEqual(there.quota, limits.quota),
      'when keys end': [undefined, there.keysExpireAfterDays].includes(product.keysExpireAfterDays),
      APIs: sameMembers(idsOf(there.apis), wanted.apiIds),
      groups: sameMembers(idsOf(there.groups), wanted.groupIds),
    });
  });
}

const MAX_FAULTS = 5;

function wordsOfPolicy(limits: Limits, faults: readonly PolicyFault[]): string[] {
  const copied = limitWords(limits);
  const left = faults.slice(0, MAX_FAULTS).map(({ what }) => what.replace(/^has /, ''));
  if (faults.length > MAX_FAULTS) left.push(`${faults.length - MAX_FAULTS} more`);
  return [
    ...(copied ? [`limits from its policy: ${copied}`] : []),
    ...(left.length > 0 ? [`not copied from its policy: ${left.join(', ')}`] : []),
  ];
}
