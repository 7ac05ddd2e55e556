import { stopBatches } from '../../db/batches/batches.ts';
import { defineOperation } from '../frame/operation.ts';

/**
 * Ends every stored or running batch, and returns how many: in a restored database an import could add people again who
 * were blocked or deleted since the backup.
 */
export const stopAllBatches = defineOperation({
  name: 'batches/stop-all',
  allowed: ['console'],
  effect: 'change',
  input: {},
  async run(act) {
    const count = await stopBatches(act.tx, act.service.id, act.now);
    if (count === 0) act.nothingChanged();
    else act.record({ after: { count } });
    return { count };
  },
});
