import { z } from 'zod';
import { listInvitations as listInvitationRows } from '../../db/accounts/invitations.ts';
import { listMailStatesOfInvitations } from '../../db/outbox/mails.ts';
import * as lists from '../frame/lists.ts';
import { ADMINS, defineOperation, input } from '../frame/operation.ts';

const INVITATIONS_A_PAGE = 10;

/**
 * A page of invitations, newest first: the open ones, or all; with `undelivered` those of them whose last mail bounced or
 * failed. An invitation past its end reads as `expired`.
 */
export const listInvitations = defineOperation({
  name: 'invitations/list',
  allowed: ADMINS,
  effect: 'read',
  input: {
    all: z.boolean().default(false),
    undelivered: z.boolean().default(false),
    ...lists.pageInput(INVITATIONS_A_PAGE, z.strictObject({ createdAt: z.coerce.date(), id: input.rowId })),
  },
  async run(act, { all, undelivered, ...wanted }) {
    const serviceId = act.service.id;
    const which = { onlyOpenAt: all ? null : act.now, undelivered };
    const { page, ...more } = await lists.readPage(wanted, listInvitationRows(act.tx, serviceId, which));
    const mailStates = await listMailStatesOfInvitations(
      act.tx,
      serviceId,
      page.map((row) => row.id),
    );
    return {
      invitations: page.map(({ serviceId: _s, emailCanonical: _e, ...invitation }) => ({
        ...invitation,
        state:
          invitation.state === 'open' && invitation.expiresAt <= act.now
            ? ('expired' as const)
            : invitation.state,
        mailState: mailStates.get(invitation.id) ?? null,
      })),
      ...more,
    };
  },
});
