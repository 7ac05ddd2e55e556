import { describe, expect, it } from 'vitest';
import { listInvitations } from '../../../src/operations/invitations/list.ts';
import { openInvitation } from '../../../src/operations/invitations/open.ts';
import { resendInvitation } from '../../../src/operations/invitations/resend.ts';
import { revokeInvitation } from '../../../src/operations/invitations/revoke.ts';
import { showInvitation } from '../../../src/operations/invitations/show.ts';
import { ADMIN, createTestContext, DEVELOPER, refusalOf } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { accept, accountsWith, INVITATION, invited } from '../../support/mailed-links.ts';

const t = forAllTests(createTestContext);

const admin = () => t.as(ADMIN);
const shown = (invitationId: string) => showInvitation(admin(), { invitationId });
const openIds = async () => (await listInvitations(admin(), {})).invitations.map(({ id }) => id);

describe('revoking an invitation', () => {
  it('ends it and its link at once, and neither the link nor a resend brings it back', async () => {
    const { invitationId, ticket, email } = await invited(t);
    expect(await openIds()).toContain(invitationId);

    await revokeInvitation(admin(), { invitationId });

    expect(await shown(invitationId)).toMatchObject({ state: 'revoked', endedAt: expect.any(Date) });
    expect(await openIds()).not.toContain(invitationId);
    expect(await refusalOf(openInvitation(t.as(DEVELOPER), { ticket }))).toBe('ticket_refused');
    expect(await refusalOf(accept(t, ticket))).toBe('ticket_refused');
    expect(await refusalOf(resendInvitation(admin(), { invitationId }))).toBe('invitation_not_open');
    const usable = await t.sql`
      select 1 from tickets where invitation_id = ${invitationId} and used_at is null and voided_at is null`;
    expect(usable).toEqual([]);
    expect(await accountsWith(t, email)).toEqual([]);
  });

  it('frees the email for another invitation, and only the link of that one works', async () => {
    const { invitationId, ticket: former, email } = await invited(t);
    await revokeInvitation(admin(), { invitationId });
    const next = await invited(t, email);
    expect(next.invitationId).not.toBe(invitationId);
    expect(await refusalOf(accept(t, former))).toBe('ticket_refused');
    expect(await refusalOf(accept(t, next.ticket))).toBe('done');
    expect((await shown(invitationId)).state).toBe('revoked');
  });

  it('is refused, and leaves the new link working, when it was resent since the operator saw it', async () => {
    const { invitationId, email } = await invited(t);
    const { version: expectedVersion } = await shown(invitationId);
    await resendInvitation(admin(), { invitationId });
    await expect(revokeInvitation(admin(), { invitationId, expectedVersion })).rejects.toMatchObject({
      code: 'invitation_not_open',
      detail: { current: { state: 'open' } },
    });
    expect(await refusalOf(accept(t, await t.ticketTo(email, INVITATION)))).toBe('done');
    expect(await refusalOf(revokeInvitation(admin(), { invitationId }))).toBe('invitation_not_open');
    expect((await shown(invitationId)).state).toBe('accepted');
  });
});
