import { z } from 'zod';
import { stopImports } from '../../db/imports/imports.ts';
import { defineOperation } from '../frame/operation.ts';

/**
 * Ends every import that is being applied or could be, and says how many: in a database that was brought back from a
 * backup it would add again whom somebody has shut out since.
 */
export const stopAllImports = defineOperation({
  name: 'imports/stop-all',
  allowed: ['console'],
  effect: 'change',
  input: z.strictObject({}),
  async run(act) {
    const count = await stopImports(act.tx, act.service.id, act.now);
    if (count === 0) act.nothingChanged();
    else act.record({ after: { count } });
    return { count };
  },
});
