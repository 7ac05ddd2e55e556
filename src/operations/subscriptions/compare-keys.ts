import { listKeys } from '../../db/subscriptions/keys.ts';
import { apiKeyHash } from '../../security/api-key.ts';
import * as catalog from '../catalog/input.ts';
import { ADMINS_AND_PROGRAMS, defineOperation } from '../frame/operation.ts';

const key = catalog.foreignKey.optional();

/** Whether a subscription has these keys, each in its slot; true for one that is left out. Shows none. */
export const compareKeys = defineOperation({
  name: 'subscriptions/compare-keys',
  allowed: ADMINS_AND_PROGRAMS,
  effect: 'read',
  input: { subscriptionId: catalog.subscriptionId, primaryKey: key, secondaryKey: key },
  async run(act, { subscriptionId, primaryKey, secondaryKey }) {
    const rows = await listKeys(act.tx, act.service.id, subscriptionId);
    const hashes = new Map(rows.map(({ slot, hash }) => [slot, hash]));
    return {
      primaryKey: primaryKey === undefined || hashes.get('primary') === apiKeyHash(primaryKey),
      secondaryKey: secondaryKey === undefined || hashes.get('secondary') === apiKeyHash(secondaryKey),
    };
  },
});
