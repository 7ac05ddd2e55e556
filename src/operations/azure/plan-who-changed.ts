import { findListedDrift } from '../../db/azure/decisions.ts';
import { defineOperation, input, SYSTEM } from '../frame/operation.ts';
import { hoursAfter } from '../frame/outbox.ts';

/** An older change has nothing to do with a difference that was just found. */
const LOOKED_BACK_HOURS = 24;

/** The thing in Azure whose last change explains an open difference, and since when. Null when that is known or over. */
export const planWhoChanged = defineOperation({
  name: 'azure/plan-who-changed',
  allowed: SYSTEM,
  effect: 'read',
  input: { driftId: input.rowId },
  async run(act, { driftId }) {
    const drift = await findListedDrift(act.tx, act.service.id, driftId);
    if (drift?.state !== 'open' || drift.changedAt !== null) return null;
    const { kind, azureId: id, foundAt, writtenAt } = drift;
    const earliest = hoursAfter(foundAt, -LOOKED_BACK_HOURS);
    // Our own last write is in Azure's log too.
    return { kind, id, since: writtenAt && writtenAt > earliest ? writtenAt : earliest };
  },
});
