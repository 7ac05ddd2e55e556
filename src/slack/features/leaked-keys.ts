// A key that a scanner found in public: its card's buttons. See also regenerate-key.ts, for a key that a person found.
import { endLeakedKey } from '../../operations/leaked-keys/end.ts';
import { leaveLeakedKey } from '../../operations/leaked-keys/leave.ts';
import type { Feature } from '../frame/feature.ts';
import { outcomeOf } from '../present/leaked-key.ts';

export const leakedKeysFeature: Feature = {
  buttons: {
    'leaked-key-end': async (request, leakedKeyId) => {
      const { leakedKey, isTold } = await endLeakedKey(request.context, { leakedKeyId });
      const told = isTold ? ' A mail tells the owner why.' : '';
      await request.reply({ text: `${outcomeOf(leakedKey, false)}.${told}` });
    },
    'leaked-key-leave': async (request, leakedKeyId) => {
      const leakedKey = await leaveLeakedKey(request.context, { leakedKeyId });
      await request.reply({ text: `${outcomeOf(leakedKey, false)}.` });
    },
  },
};
