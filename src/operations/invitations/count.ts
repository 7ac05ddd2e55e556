import { listInvitations } from '../../db/accounts/invitations.ts';
import { ADMINS, defineOperation } from '../frame/operation.ts';

/** How many invitations can still be accepted. */
export const countOpenInvitations = defineOperation({
  name: 'invitations/count',
  allowed: ADMINS,
  effect: 'read',
  input: {},
  run: (act) => listInvitations(act.tx, act.service.id, { onlyOpenAt: act.now }).count(),
});
