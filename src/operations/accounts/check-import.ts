import { z } from 'zod';
import { listGroups } from '../../db/accounts/groups.ts';
import { findLastMailDue } from '../../db/batches/batches.ts';
import { listOpenInvitationsTo, listStatesOfAddresses } from '../../db/imports/addresses.ts';
import { ADMINS, defineOperation, input } from '../frame/operation.ts';

export const MAX_IMPORT_ROWS = 10_000;
const ADDRESSES_AT_ONCE = 1_000;

export type KnownAddress = 'existing' | 'blocked' | 'invited';

/** Which canonical emails are known, the custom groups by name, and when the last waiting mail is due. */
export const checkImport = defineOperation({
  name: 'accounts/check-import',
  allowed: ADMINS,
  effect: 'read',
  input: { addresses: z.array(input.email).max(MAX_IMPORT_ROWS) },
  async run(act, { addresses }) {
    const serviceId = act.service.id;
    const known = new Map<string, KnownAddress>();
    for (let at = 0; at < addresses.length; at += ADDRESSES_AT_ONCE) {
      const some = addresses.slice(at, at + ADDRESSES_AT_ONCE);
      for (const { address, expiresAt } of await listOpenInvitationsTo(act.tx, serviceId, some))
        if (expiresAt > act.now) known.set(address, 'invited');
      for (const { address, state } of await listStatesOfAddresses(act.tx, serviceId, some))
        known.set(address, state === 'blocked' ? 'blocked' : 'existing');
    }
    const custom = (await listGroups(act.tx, serviceId)).filter((group) => group.type === 'custom');
    return {
      known: Object.fromEntries(known),
      groups: Object.fromEntries(custom.map(({ name, id }) => [name.toLowerCase(), id])),
      lastMailDue: await findLastMailDue(act.tx, serviceId),
    };
  },
});
