import { z } from 'zod';
import { listInvitations as listInvitationRows } from '../../db/accounts/invitations.ts';
import { listMailStatesOfInvitations } from '../../db/outbox/mails.ts';
import * as input from '../frame/input.ts';
import { ADMINS, defineOperation } from '../frame/operation.ts';

const INVITATIONS_A_PAGE = 10;

/** A page of invitations, newest first: the open ones, or all. An invitation past its end reads as `expired`. */
export const listInvitations = defineOperation({
  name: 'invitations/list',
  allowed: ADMINS,
  effect: 'read',
  input: z.strictObject({
    all: z.boolean().default(false),
    after: z.strictObject({ createdAt: z.coerce.date(), id: input.rowId }).optional(),
  }),
  async run(act, { all, after }) {
    const serviceId = act.service.id;
    const rows = await listInvitationRows(
      act.tx,
      serviceId,
      { onlyOpenAt: all ? null : act.now },
      { limit: INVITATIONS_A_PAGE + 1, ...(after ? { after } : {}) },
    );
    const page = rows.slice(0, INVITATIONS_A_PAGE);
    const mailStates = await listMailStatesOfInvitations(
      act.tx,
      serviceId,
      page.map((row) => row.id),
    );
    const last = page.at(-1);
    return {
      invitations: page.map(({ serviceId: _s, emailCanonical: _e, ...invitation }) => ({
        ...invitation,
        state:
          invitation.state === 'open' && invitation.expiresAt <= act.now
            ? ('expired' as const)
            : invitation.state,
        mailState: mailStates.get(invitation.id) ?? null,
      })),
      next: rows.length > INVITATIONS_A_PAGE && last ? { createdAt: last.createdAt, id: last.id } : null,
    };
  },
});
