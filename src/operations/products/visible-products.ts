// Who sees which products in the portal: those that are published to a group of theirs.
import { listGroupIdsOfAccounts } from '../../db/accounts/accounts.ts';
import type { Act } from '../frame/context.ts';
import { DEVELOPERS_GROUP } from '../groups/list.ts';

const GUESTS_GROUP = 'guests';

/** The groups of whoever looks: a visitor is a guest; whoever is signed in is one of the developers as well. */
export async function groupsOfViewer(act: Act): Promise<string[]> {
  const { actor } = act;
  if (actor.kind !== 'account') return [GUESTS_GROUP];
  const own = await listGroupIdsOfAccounts(act.tx, act.service.id, [actor.accountId]);
  return [GUESTS_GROUP, DEVELOPERS_GROUP, ...(own.get(actor.accountId) ?? [])];
}
