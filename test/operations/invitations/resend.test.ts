import { describe, expect, it } from 'vitest';
import { resendInvitation } from '../../../src/operations/invitations/resend.ts';
import { ADMIN, createTestContext, refusalOf } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { accept, INVITATION, invited } from '../../support/mailed-links.ts';

const t = forAllTests(createTestContext);

describe('resending an invitation', () => {
  it('T7: mails a link that works, and ends the earlier one', async () => {
    const { invitationId, ticket: first, email } = await invited(t);
    await resendInvitation(t.as(ADMIN), { invitationId });
    const second = await t.ticketTo(email, INVITATION);
    expect(second).not.toBe(first);
    expect(await refusalOf(accept(t, first))).toBe('ticket_refused');
    expect(await refusalOf(accept(t, second))).toBe('done');
  });
});
