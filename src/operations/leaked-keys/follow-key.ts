import { isLeakAlive, lockLeakedKey } from '../../db/subscriptions/leaked-keys.ts';
import { defineOperation, input, SYSTEM } from '../frame/operation.ts';
import { settleLeak, targetOf } from './leaked-key.ts';

/**
 * Closes a leaked key that lets no call pass any more, though no person ended it for that: its own end came, or its account or
 * subscription is blocked, suspended or over. Opens it again when calls pass again. What changes meanwhile is for the next
 * minute, so the subscription isn't locked.
 */
export const followLeakedKey = defineOperation({
  name: 'leaked-keys/follow-key',
  allowed: SYSTEM,
  effect: 'change',
  input: { leakedKeyId: input.rowId },
  async run(act, { leakedKeyId }) {
    const leak = await lockLeakedKey(act.tx, act.service.id, leakedKeyId);
    // Its subscription was deleted, or a person decided meanwhile.
    if (leak?.state !== 'open' && leak?.state !== 'lapsed') return act.nothingChanged();
    const state = (await isLeakAlive(act.tx, leak, act.now)) ? 'open' : 'lapsed';
    if (state === leak.state) return act.nothingChanged();
    await settleLeak(act, leak, state);
    act.record({ target: targetOf(leak), before: { leakedKey: leak.state }, after: { leakedKey: state } });
  },
});
