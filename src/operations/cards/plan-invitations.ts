import { z } from 'zod';
import { findAccounts } from '../../db/accounts/accounts.ts';
import { countPartOfBatch, type Invitation, listEndedOfBatch } from '../../db/accounts/invitations.ts';
import { findStanding } from '../../db/operators/operators.ts';
import { hearsOfInvitations } from '../../db/operators/person-settings.ts';
import { fullName } from '../../domain/person-name.ts';
import type { Act, Role } from '../frame/context.ts';
import { defineOperation, input, SYSTEM } from '../frame/operation.ts';
import { planCardsOf } from './planned-cards.ts';

const MAX_LISTED = 10;

/** What became of a batch of invitations, as one of the people who sent or approved them is told. */
export type BatchReport = {
  total: number;
  counts: Partial<Record<Invitation['state'], number>>;
  /** The last ten that ended. */
  latest: (Pick<Invitation, 'id' | 'version' | 'email' | 'state' | 'endedAt'> & {
    account: { id: string; name: string } | null;
  })[];
  version: number;
  role: Role | null;
};

/**
 * Where a person's message about a batch of invitations is, and what it should show. There is one from the first that is
 * accepted or expires, unless the person turned such messages off; one that exists is always repainted.
 */
export const planInvitationsCard = defineOperation({
  name: 'cards/plan-invitations',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: {
    batchId: input.rowId,
    person: z.strictObject(input.slackPerson),
    channelId: z.string().max(40),
  },
  async run(act, { batchId, person, channelId }) {
    const key = { serviceId: act.service.id, teamId: person.teamId, slackUserId: person.userId };
    const report = await reportOn(act, batchId, person);
    const { accepted = 0, expired = 0 } = report.counts;
    const isWaiting = accepted + expired > 0 && (await hearsOfInvitations(act.tx, key));
    const subject = { invitationBatchId: batchId };
    const cards = await planCardsOf(act, subject, { isWaiting, channels: [channelId] });
    return { report, cards: cards.filter((card) => card.channelId === channelId) };
  },
});

async function reportOn(
  act: Act,
  batchId: string,
  { teamId, userId }: { teamId: string; userId: string },
): Promise<BatchReport> {
  const part = { serviceId: act.service.id, batchId, person: `${teamId}/${userId}` };
  const { counts, version } = await countPartOfBatch(act.tx, part);
  const ended = await listEndedOfBatch(act.tx, { ...part, limit: MAX_LISTED });
  const ids = ended.flatMap(({ accountId }) => accountId ?? []);
  const found = await findAccounts(act.tx, part.serviceId, ids);
  const accounts = new Map(found.map((account) => [account.id, { id: account.id, name: fullName(account) }]));
  const { role } = await findStanding(act.tx, part.serviceId, teamId, userId);
  return {
    total: Object.values(counts).reduce((sum, count) => sum + count, 0),
    counts,
    latest: ended.map(({ id, version: itsVersion, email, state, endedAt, accountId }) => ({
      id,
      version: itsVersion,
      email,
      state,
      endedAt,
      account: accounts.get(accountId ?? '') ?? null,
    })),
    version,
    role,
  };
}
