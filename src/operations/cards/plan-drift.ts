import { countDriftCards, findListedDrift } from '../../db/azure/decisions.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import { holdLock } from '../../db/rows.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { MAX_OPEN_DRIFT_CARDS, queueMissingDriftCards } from '../azure/drift-cards.ts';
import { viewDrift } from '../azure/drift-view.ts';
import { defineOperation, input, SYSTEM } from '../frame/operation.ts';
import { minutesAfter } from '../frame/outbox.ts';
import { channels, planCardsOf } from './planned-cards.ts';

/** Azure's activity log shows a change after some minutes. */
const LOG_IS_LATE_MINUTES = 10;

/**
 * Where the cards of a difference with Azure are, and what they should show. An open one that a person has to decide gets
 * a card in each of `channels`, while fewer than 20 others have one; once one ends, the oldest without a card gets its own.
 * Errors: `drift_not_found`.
 */
export const planDriftCards = defineOperation({
  name: 'cards/plan-drift',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: { driftId: input.rowId, channels },
  async run(act, { driftId, channels }) {
    const serviceId = act.service.id;
    const drift = await findListedDrift(act.tx, serviceId, driftId);
    if (!drift) throw new DomainError('drift_not_found');
    // One at a time, so that no two take the last place.
    await holdLock(act.tx, `cards of differences of ${serviceId}`);
    const others = await countDriftCards(act.tx, { serviceId, except: driftId });
    const isWaiting = drift.state === 'open' && drift.isAsked && others < MAX_OPEN_DRIFT_CARDS;
    const cards = await planCardsOf(act, { driftId }, { isWaiting, channels });
    if (drift.state !== 'open') await queueMissingDriftCards(act);
    const isNew = isWaiting && cards.some(({ messageTs }) => messageTs === null);
    if (isNew && drift.changedAt === null)
      await addJob(
        act.tx,
        'azure-who',
        { serviceId, driftId },
        { runAt: minutesAfter(act.now, LOG_IS_LATE_MINUTES) },
      );
    return { drift: await viewDrift(act, drift), cards };
  },
});
