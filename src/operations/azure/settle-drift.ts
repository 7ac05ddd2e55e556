import { z } from 'zod';
import { findListedDrift, type ListedDrift } from '../../db/azure/decisions.ts';
import { endDrift, lockDrift } from '../../db/azure/drifts.ts';
import { type AzureThing, lockThings, saveThings } from '../../db/azure/things.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import { type Decision, EXISTS, rememberDecision } from '../../domain/azure-mirror.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { deleteAccount } from '../accounts/delete.ts';
import { restoreAccount } from '../accounts/restore.ts';
import { actorId } from '../frame/actor.ts';
import type { Act, AuditEntry } from '../frame/context.ts';
import { defineOperation, input, OPERATORS } from '../frame/operation.ts';
import { queueDriftRepaint } from '../frame/outbox.ts';
import { demandPermission } from '../frame/permission.ts';
import { viewDrift } from './drift-view.ts';
import { findOurs } from './ours.ts';
import { fingerprintsOf } from './record-fields.ts';

const STATES = { take: 'taken', keep: 'kept', leave: 'left' } as const;

/**
 * Decides a difference with Azure: take Azure's value in, keep ours and write it there, or leave both as they are until
 * one of them changes. What follows is a job's: it reads the thing again first. A thing that is gone in Azure can't be
 * taken: that would delete it here, which has operations of its own.
 * Errors: `drift_not_found`; `drift_ended` with who decided; `drift_changed` when a value isn't the one that the person
 * saw; `drift_gone_there`; `not_permitted` for a decision that deletes or restores, which is for admins.
 */
export const settleDrift = defineOperation({
  name: 'azure/settle-drift',
  allowed: OPERATORS,
  effect: 'change',
  input: {
    driftId: input.rowId,
    expectedVersion: input.expectedVersion,
    decision: z.enum(['take', 'keep', 'leave']),
    reason: input.reason.default(''),
  },
  async run(act, { driftId, expectedVersion, decision, reason }) {
    const serviceId = act.service.id;
    const found = await findListedDrift(act.tx, serviceId, driftId);
    if (!found) throw new DomainError('drift_not_found');
    await demandMayDecide(act, found, decision);
    // The thing comes first, as where things are compared.
    const [thing] = await lockThings(act.tx, { serviceId, kind: found.kind, ids: [found.thingId] });
    const drift = await lockDrift(act.tx, serviceId, driftId);
    if (!thing || !drift) throw new DomainError('drift_not_found');
    const { field, ours, theirs, kind, thingId } = drift;
    if (drift.state !== 'open')
      throw new DomainError('drift_ended', {
        id: driftId,
        current: { state: drift.state, by: drift.settledByName, at: drift.endedAt ?? act.now },
      });
    const isAsSeen = expectedVersion === undefined || expectedVersion === drift.version;
    if (!isAsSeen || (await presentFingerprint(act, thing, field)) !== ours)
      throw new DomainError('drift_changed', { id: driftId, current: { version: drift.version } });
    const memory = rememberDecision(thing.memory, { field, ours, theirs }, decision);
    await saveThings(act.tx, [{ ...thing, memory }]);
    const state = STATES[decision];
    const by = { settledBy: actorId(act.actor), settledByName: act.actorName };
    const ended = await endDrift(act, drift, { state, ...by });
    await queueDriftRepaint(act, driftId);
    if (decision !== 'leave') await addJob(act.tx, 'azure-look', { serviceId, kind, id: thing.azureId });
    act.record({
      ...targetOf(thing),
      ...(reason ? { reason } : {}),
      after: { difference: field, decision },
    });
    return viewDrift(act, { ...found, ...ended, thingId });
  },
});

/** Restoring and deleting are for admins, on either side. Errors: `not_permitted`, `drift_gone_there`. */
async function demandMayDecide(act: Act, drift: ListedDrift, decision: Decision): Promise<void> {
  if (drift.field !== EXISTS || decision === 'leave') return;
  if (drift.theirs === 'no') {
    if (decision === 'take') throw new DomainError('drift_gone_there', { id: drift.id });
    return;
  }
  const { allowed } = decision === 'take' ? restoreAccount : deleteAccount;
  await demandPermission(act, act.tx, allowed);
}

/** Of our side, as it is now. */
async function presentFingerprint(act: Act, { kind, ourId }: AzureThing, field: string): Promise<string> {
  const record =
    ourId === null ? undefined : (await findOurs(act, kind, [ourId], field.endsWith('Key'))).get(ourId);
  if (field === EXISTS) return record ? 'yes' : 'no';
  return (record && fingerprintsOf(record)[field]) ?? '';
}

/** The audit names what is ours. */
const targetOf = ({ kind, ourId }: AzureThing): Pick<AuditEntry, 'target'> =>
  ourId === null ? {} : { target: { kind, id: ourId } };
