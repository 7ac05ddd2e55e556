import { z } from 'zod';
import { isDigestOn, saveDigestIsOn } from '../../db/outbox/digests.ts';
import { ADMINS, defineOperation } from '../frame/operation.ts';
import { lastMonday } from './post-due.ts';

/** Turns Monday's digest on or off for all operators of the service. It is on at first, and turned on it comes next Monday. */
export const setDigest = defineOperation({
  name: 'digests/set',
  allowed: ADMINS,
  effect: 'change',
  input: { isOn: z.boolean() },
  async run(act, { isOn }) {
    const serviceId = act.service.id;
    const wasOn = await isDigestOn(act.tx, serviceId);
    if (wasOn === isOn) return act.nothingChanged();
    await saveDigestIsOn(act.tx, { serviceId, isOn, postedFor: lastMonday(act.now) });
    act.record({ before: { isOn: wasOn }, after: { isOn } });
  },
});
