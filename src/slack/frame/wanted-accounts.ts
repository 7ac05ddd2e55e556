import { readAccountFilter } from '../../domain/account-filter.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { WantedAccounts } from '../../operations/accounts/wanted.ts';
import { DEVELOPERS_GROUP } from '../../operations/groups/group.ts';
import { listGroups } from '../../operations/groups/list.ts';
import type { SlackRequest } from './feature.ts';

/** The accounts that the words name, such as `state:active idle:90d`. Errors: `invalid_input`, `group_not_found`. */
export async function wantedAccounts(
  { context }: Pick<SlackRequest, 'context'>,
  words: readonly string[],
): Promise<WantedAccounts> {
  const { group: name, ...wanted } = readAccountFilter(words);
  if (name === undefined) return wanted;
  const { groups } = await listGroups(context, {});
  const group = groups.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (!group) throw new DomainError('group_not_found');
  return group.id === DEVELOPERS_GROUP ? wanted : { ...wanted, groupId: group.id };
}
