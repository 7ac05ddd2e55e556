import { findListedDrift } from '../../db/azure/decisions.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { defineOperation, input, OPERATORS } from '../frame/operation.ts';
import { viewDrift } from './drift-view.ts';

/** A difference with Azure, open or ended. Errors: `drift_not_found`. */
export const showDrift = defineOperation({
  name: 'azure/show-drift',
  allowed: OPERATORS,
  effect: 'read',
  input: { driftId: input.rowId },
  async run(act, { driftId }) {
    const drift = await findListedDrift(act.tx, act.service.id, driftId);
    if (!drift) throw new DomainError('drift_not_found');
    return viewDrift(act, drift);
  },
});
