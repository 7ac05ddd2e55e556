import { lockLeakedKey } from '../../db/subscriptions/leaked-keys.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { defineOperation, input, OPERATORS } from '../frame/operation.ts';
import { demandOpen, settleLeak, targetOf, viewLeakedKey } from './leaked-key.ts';

/**
 * Decides that a key that was found in public goes on, because it's no danger: the subscription is for tests, or has ended.
 * Errors: `leaked_key_not_found`; `leaked_key_settled` with how, when and the name of the person.
 */
export const leaveLeakedKey = defineOperation({
  name: 'leaked-keys/leave',
  allowed: OPERATORS,
  effect: 'change',
  input: { leakedKeyId: input.rowId, reason: input.reason.default('') },
  async run(act, { leakedKeyId, reason }) {
    const leak = await lockLeakedKey(act.tx, act.service.id, leakedKeyId);
    if (!leak) throw new DomainError('leaked_key_not_found');
    demandOpen(leak);
    const settled = await settleLeak(act, leak, 'left');
    act.record({
      target: targetOf(leak),
      ...(reason ? { reason } : {}),
      after: { leakedKey: 'left' },
    });
    return viewLeakedKey(act, settled);
  },
});
