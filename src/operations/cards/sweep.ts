import { listStaleSubjects, type StaleSubject } from '../../db/outbox/cards.ts';
import { queueMissingDriftCards } from '../azure/drift-cards.ts';
import { type Act, defineOperation, SYSTEM } from '../frame/operation.ts';
import {
  minutesAfter,
  queueApprovalRepaint,
  queueDriftRepaint,
  queueInvitationsRepaint,
  queueRepaint,
  queueSubscriptionRepaint,
  queueSummaryRepaint,
} from '../frame/outbox.ts';
import { queueLeakRepaint } from '../leaked-keys/leaked-key.ts';
import { queueReviewRepaint } from '../reviews/review.ts';

const MAX_SWEPT = 100;

const QUEUES: Record<StaleSubject['kind'], (act: Act, id: string) => Promise<void>> = {
  account: queueRepaint,
  approval: ({ tx, service }, id) => queueApprovalRepaint(tx, { serviceId: service.id, id }),
  subscription: queueSubscriptionRepaint,
  'sign-ups': queueSummaryRepaint,
  invitations: queueInvitationsRepaint,
  drift: queueDriftRepaint,
  'leaked-key': queueLeakRepaint,
  review: queueReviewRepaint,
};

/**
 * Queues the repaint again of everything whose card is outdated or missing: after an outage of Slack each card is posted
 * once, in its present state, and what was decided meanwhile gets none. Returns how many.
 */
export const sweepCards = defineOperation({
  name: 'cards/sweep',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: {},
  async run(act) {
    const serviceId = act.service.id;
    const query = { serviceId, now: act.now, before: minutesAfter(act.now, -1), limit: MAX_SWEPT };
    const stale = await listStaleSubjects(act.tx, query);
    for (const { kind, id } of stale) await QUEUES[kind](act, id);
    await queueMissingDriftCards(act);
    return stale.length;
  },
});
