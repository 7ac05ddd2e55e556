import { findListedDrift } from '../../db/azure/decisions.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { defineOperation, input, OPERATORS } from '../frame/operation.ts';
import { queueDriftRepaint } from '../frame/outbox.ts';

/**
 * Looks at the thing again and repaints the cards of its difference, after a person clicked on an outdated one.
 * Errors: `drift_not_found`.
 */
export const repaintDriftCards = defineOperation({
  name: 'cards/repaint-drift',
  allowed: OPERATORS,
  effect: 'bookkeeping',
  input: { driftId: input.rowId },
  async run({ tx, service }, { driftId }) {
    const drift = await findListedDrift(tx, service.id, driftId);
    if (!drift) throw new DomainError('drift_not_found');
    const { kind, azureId: id } = drift;
    await addJob(tx, 'azure-look', { serviceId: service.id, kind, id });
    await queueDriftRepaint({ tx, service }, driftId);
  },
});
