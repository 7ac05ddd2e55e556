// An account in Azure's form of a user.
import { ADMINISTRATOR_ID, type ProgramAccount } from '../operations/accounts/administrator.ts';
import { type Address, resourceId as idOf } from './address.ts';
import { choiceField, dateField, textField } from './filter.ts';

/** Azure's administrator signs in to Azure itself. */
export const identitiesOf = ({ id, email }: Pick<ProgramAccount, 'id' | 'email'>) => [
  { provider: id === ADMINISTRATOR_ID ? 'Azure' : 'Basic', id: email },
];

/** With `groups` only where Azure has them. Never tells a password, nor whether there is one. */
export function viewUser(
  address: Address,
  account: ProgramAccount,
  groups?: unknown[],
  type = 'users',
): Record<string, unknown> {
  const { resourceId: id, firstName, lastName, email, state, note, registeredAt } = account;
  return {
    id: idOf(address, 'users', id),
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
