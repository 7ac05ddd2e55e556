import { findLeakedKey } from '../../db/subscriptions/leaked-keys.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { defineOperation, input, SYSTEM } from '../frame/operation.ts';
import { viewLeakedKey } from '../leaked-keys/leaked-key.ts';
import { channels, planCardsOf } from './planned-cards.ts';

/**
 * Where the cards of a key are that was found in public, and what they should show. Each of `channels` gets one, also when
 * the key ended at once: operators hear of every leak. Errors: `leaked_key_not_found`.
 */
export const planLeakedKeyCards = defineOperation({
  name: 'cards/plan-leaked-key',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: { leakedKeyId: input.rowId, channels },
  async run(act, { leakedKeyId, channels }) {
    const found = await findLeakedKey(act.tx, act.service.id, leakedKeyId);
    if (!found) throw new DomainError('leaked_key_not_found');
    const cards = await planCardsOf(act, { leakedKeyId }, { isWaiting: true, channels });
    return { leakedKey: await viewLeakedKey(act, found), cards };
  },
});
