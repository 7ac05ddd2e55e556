import { z } from 'zod';
import { newId } from '../../db/ids.ts';
import { findApproval } from '../../db/operators/approvals.ts';
import { insertCard, listCardsOfApproval } from '../../db/outbox/cards.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { viewApproval } from '../approvals/approval-view.ts';
import * as input from '../frame/input.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';

const MAX_CHANNELS = 50;

/**
 * Where the approval's cards are, and what they should show. An open approval gets a card in each of `channels`; one that
 * ended before Slack had a card gets none. Errors: `approval_not_found`.
 */
export const planApprovalCards = defineOperation({
  name: 'cards/plan-approval',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: z.strictObject({ approvalId: input.rowId, channels: z.array(z.string().max(40)).max(MAX_CHANNELS) }),
  async run(act, { approvalId, channels }) {
    const serviceId = act.service.id;
    const approval = await findApproval(act.tx, serviceId, approvalId);
    if (!approval) throw new DomainError('approval_not_found');
    const view = await viewApproval(act, approval);
    for (const channelId of view.state === 'open' ? channels : []) {
      const id = newId(act.now, act.random);
      await insertCard(act.tx, {
        serviceId,
        id,
        approvalId,
        channelId,
        createdAt: act.now,
        changedAt: act.now,
      });
    }
    const cards = await listCardsOfApproval(act.tx, serviceId, approvalId);
    return {
      approval: view,
      cards: cards
        .filter((card) => view.state === 'open' || card.messageTs !== null)
        .map(({ id, channelId, messageTs }) => ({ id, channelId, messageTs })),
    };
  },
});
