import { z } from 'zod';
import { listOpenInvitationsOfInviter } from '../../db/accounts/invitations.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';

const MAX_LISTED = 20;

/** The open invitations that one person sent, oldest first, at most 20. `invitedBy` is `T012/U034`. */
export const listInvitationsOfInviter = defineOperation({
  name: 'invitations/list-of-inviter',
  allowed: SYSTEM,
  effect: 'read',
  input: { invitedBy: z.string().max(200) },
  async run(act, { invitedBy }) {
    const query = { serviceId: act.service.id, invitedBy, now: act.now, limit: MAX_LISTED + 1 };
    const rows = await listOpenInvitationsOfInviter(act.tx, query);
    const invitations = rows
      .slice(0, MAX_LISTED)
      .map(({ id, email, expiresAt }) => ({ id, email, expiresAt }));
    return { invitations, more: rows.length > MAX_LISTED };
  },
});
