// An account in Azure's form of a user.
import type { AccountView } from '../operations/accounts/account.ts';
import { type Address, resourceId } from './address.ts';
import { choiceField, dateField, textField } from './filter.ts';

export type { AccountView };

export const identitiesOf = ({ email }: Pick<AccountView, 'email'>) => [{ provider: 'Basic', id: email }];

/** With `groups` only where Azure has them. Never tells a password, nor whether there is one. */
export function viewUser(
  address: Address,
  account: AccountView,
  groups?: unknown[],
  type = 'users',
): Record<string, unknown> {
  const { id, firstName, lastName, email, state, note, registeredAt } = account;
  return {
    id: resourceId(address, 'users', id),
    type: `Microsoft.ApiManagement/service/${type}`,
    name: id,
    properties: {
      firstName,
      lastName,
      email,
      state,
      registrationDate: registeredAt.toISOString(),
      ...(note === '' ? {} : { note }),
      ...(groups ? { groups } : {}),
      identities: identitiesOf(account),
    },
  };
}

export const MEMBER_FILTER = {
  name: textField('id'),
  firstName: textField('firstName'),
  lastName: textField('lastName'),
  email: textField('email'),
  note: textField('note'),
  registrationDate: dateField('registeredAt'),
};

/** Azure has no `state` among the members of a group. */
export const USER_FILTER = {
  ...MEMBER_FILTER,
  state: choiceField('state', {
    active: 'active',
    blocked: 'blocked',
    pending: 'pending',
    deleted: 'deleted',
  }),
};
