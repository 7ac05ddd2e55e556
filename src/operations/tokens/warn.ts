import { takeEndingTokens } from '../../db/operators/tokens.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';
import { hoursAfter } from '../frame/outbox.ts';

const WARNED_DAYS_AHEAD = 14;
const MAX_WARNED = 100;

/** Queues a warning to the owners of tokens that end within 14 days, once a token. Returns how many. */
export const warnOfTokens = defineOperation({
  name: 'tokens/warn',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: {},
  async run(act) {
    const serviceId = act.service.id;
    const endsBefore = hoursAfter(act.now, WARNED_DAYS_AHEAD * 24);
    const ending = await takeEndingTokens(act.tx, { serviceId, now: act.now, endsBefore, limit: MAX_WARNED });
    for (const { id: tokenId } of ending)
      await addJob(act.tx, 'tell-of-ending-token', { serviceId, tokenId });
    return ending.length;
  },
});
