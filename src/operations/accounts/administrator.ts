// Azure's built-in administrator. It has no row here: no person can sign in as it, and nothing of it can be changed.
import { findBuiltInAccount } from '../../db/accounts/lists.ts';
import type { Act } from '../frame/context.ts';
import { ADMINISTRATORS_GROUP, DEVELOPERS_GROUP } from '../groups/group.ts';
import { publisherOf } from '../services/show.ts';
import type { AccountView } from './account.ts';

export const ADMINISTRATOR_ID = '1';

/** What programs read of an account. */
export type ProgramAccount = Pick<
  AccountView,
  | 'id'
  | 'resourceId'
  | 'email'
  | 'firstName'
  | 'lastName'
  | 'note'
  | 'state'
  | 'stateChangedBy'
  | 'stateChangedAt'
  | 'registeredAt'
  | 'version'
  | 'hasPassword'
  | 'signIns'
> & { groups: { id: string }[] };

/** It has the publisher's email, and is as old as the service. Null when the filter leaves it out. */
export async function viewAdministrator(
  { tx, service, policy }: Pick<Act, 'tx' | 'service' | 'policy'>,
  filter?: Parameters<typeof findBuiltInAccount>[3],
): Promise<ProgramAccount | null> {
  const values = {
    id: ADMINISTRATOR_ID,
    email: publisherOf(policy).email,
    firstName: 'Administrator',
    lastName: '',
    note: '',
    state: 'active' as const,
  };
  const found = await findBuiltInAccount(tx, service.id, values, filter);
  return (
    found && {
      ...values,
      resourceId: ADMINISTRATOR_ID,
      stateChangedBy: '',
      stateChangedAt: found.registeredAt,
      registeredAt: found.registeredAt,
      version: 1,
      hasPassword: false,
      signIns: [],
      groups: [{ id: ADMINISTRATORS_GROUP }, { id: DEVELOPERS_GROUP }],
    }
  );
}
