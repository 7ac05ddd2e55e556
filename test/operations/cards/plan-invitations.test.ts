import { expect, it } from 'vitest';
import { planInvitationsCard } from '../../../src/operations/cards/plan-invitations.ts';
import { expireInvitation } from '../../../src/operations/invitations/expire.ts';
import { invite } from '../../../src/operations/invitations/invite.ts';
import { revokeInvitation } from '../../../src/operations/invitations/revoke.ts';
import { setInvitationMessages } from '../../../src/operations/invitations/set-messages.ts';
import { ADMIN, createTestContext, SYSTEM } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';

const HOUR_MS = 3_600_000;
const TEAM = 'T0TEST';

const t = forAllTests(createTestContext);

const plan = (batchId: string, userId = 'U0ADMIN') =>
  planInvitationsCard(t.as(SYSTEM), { batchId, person: { teamId: TEAM, userId }, channelId: `D${userId}` });

it('the message of a batch counts all, lists the ten that ended last, newest first, and gets a card at the first end', async () => {
  const batchId = crypto.randomUUID();
  const ids: string[] = [];
  for (let n = 0; n < 14; n++) {
    const { invitationId } = await invite(t.as(ADMIN), { email: `batch${n}@example.com`, batchId });
    ids.push(invitationId);
  }
  await invite(t.as(ADMIN), { email: 'alone@example.com' });
  expect(await plan(batchId)).toMatchObject({ cards: [], report: { total: 14, counts: { open: 14 } } });

  await revokeInvitation(t.as(ADMIN), { invitationId: ids[0] ?? '' });
  const revoked = await plan(batchId);
  expect(revoked).toMatchObject({ cards: [], report: { counts: { open: 13, revoked: 1 } } });

  t.advance(49 * HOUR_MS);
  for (const invitationId of ids.slice(1, 12)) await expireInvitation(t.as(SYSTEM), { invitationId });
  const { report, cards } = await plan(batchId);
  expect(report).toMatchObject({ total: 14, counts: { open: 2, revoked: 1, expired: 11 }, role: 'admin' });
  expect(report.latest.map(({ id }) => id)).toEqual(ids.slice(2, 12).reverse());
  expect(report.version).toBeGreaterThan(revoked.report.version);
  expect(cards).toMatchObject([{ channelId: 'DU0ADMIN', messageTs: null }]);
  expect((await plan(batchId)).cards.map(({ id }) => id)).toEqual(cards.map(({ id }) => id));
  // Only a person who sent or approved one of them has a part in it.
  expect(await plan(batchId, 'U0APPROVER')).toMatchObject({ cards: [], report: { total: 0, latest: [] } });
});

it('a person who turned such messages off gets none', async () => {
  const batchId = crypto.randomUUID();
  const { invitationId } = await invite(t.as(ADMIN), { email: 'quiet@example.com', batchId });
  await setInvitationMessages(t.as(ADMIN), { isOn: false });
  t.advance(49 * HOUR_MS);
  await expireInvitation(t.as(SYSTEM), { invitationId });
  expect((await plan(batchId)).cards).toEqual([]);
  await setInvitationMessages(t.as(ADMIN), { isOn: true });
  expect((await plan(batchId)).cards).toHaveLength(1);
});
