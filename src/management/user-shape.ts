// An account in Azure's form of a user.
import { ADMINISTRATOR_ID, type ProgramAccount } from '../operations/accounts/administrator.ts';
import { type Address, resourceId as idOf } from './address.ts';
import { choiceField, dateField, textField } from './filter.ts';

type Signing = Pick<ProgramAccount, 'id' | 'email' | 'hasPassword' | 'signIns'>;

/** The ways to sign in. `Basic` is the email with a password, which an account without another way may still choose. */
export function identitiesOf({ id, email, hasPassword, signIns }: Signing) {
  // Azure's administrator signs in to Azure itself.
  if (id === ADMINISTRATOR_ID) return [{ provider: 'Azure', id: email }];
  const basic = hasPassword || signIns.length === 0 ? [{ provider: 'Basic', id: email }] : [];
  return [...basic, ...signIns.map(({ kind, subject }) => ({ provider: kind, id: subject }))];
}

/** With `groups` only where Azure has them. Never tells a password. */
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
