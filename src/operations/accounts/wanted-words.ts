import { readAccountFilter } from '../../domain/account-filter.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { Context } from '../frame/context.ts';
import { DEVELOPERS_GROUP } from '../groups/group.ts';
import { listGroups } from '../groups/list.ts';
import type { WantedAccounts } from './wanted.ts';

/** The accounts that typed words name, such as `state:active idle:90d`. Errors: `invalid_input`, `group_not_found`. */
export async function wantedAccounts(context: Context, words: readonly string[]): Promise<WantedAccounts> {
  const { group: name, ...wanted } = readAccountFilter(words);
  if (name === undefined) return wanted;
  const { groups } = await listGroups(context, {});
  const group = groups.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (!group) throw new DomainError('group_not_found');
  return group.id === DEVELOPERS_GROUP ? wanted : { ...wanted, groupId: group.id };
}
