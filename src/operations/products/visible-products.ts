// The portal shows a product to the groups that it is published to.
import { listGroupIdsOfAccounts } from '../../db/accounts/accounts.ts';
import type { Act } from '../frame/context.ts';
import { DEVELOPERS_GROUP, GUESTS_GROUP } from '../groups/built-in.ts';

/** The groups of the actor: a visitor is a guest; a signed-in developer is in Developers too. */
export async function groupsOfViewer(act: Act): Promise<string[]> {
  const { actor } = act;
  if (actor.kind !== 'account') return [GUESTS_GROUP];
  const own = await listGroupIdsOfAccounts(act.tx, act.service.id, [actor.accountId]);
  return [GUESTS_GROUP, DEVELOPERS_GROUP, ...(own.get(actor.accountId) ?? [])];
}
