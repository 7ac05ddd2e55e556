import { z } from 'zod';
import {
  listAccountsChangedBy,
  listAccountsLike,
  listApisAt,
  listKeysOfHashes,
} from '../../db/imports/copies.ts';
import { listSubscriptionsOfIds } from '../../db/subscriptions/subscriptions.ts';
import { subscriptionStateAt } from '../../domain/subscription-state.ts';
import { apiKeyHash } from '../../security/api-key.ts';
import { viewAccounts } from '../accounts/account.ts';
import { defineOperation, input } from '../frame/operation.ts';

/** At most so many of each kind at a time. */
export const MAX_COMPARED = 100;
const MAX_TEXT_LENGTH = 500;

const texts = z.array(z.string().max(MAX_TEXT_LENGTH)).max(MAX_COMPARED).default([]);

/**
 * What exists here of the records to copy: accounts by id for programs (deleted ones by the id of their row) and by canonical email, APIs by path,
 * subscriptions by id, and the subscriptions that have these keys. Returns no key.
 */
export const compareCopied = defineOperation({
  name: 'copies/compare',
  allowed: ['console'],
  effect: 'read',
  input: {
    accountIds: texts,
    addresses: z.array(input.email).max(MAX_COMPARED).default([]),
    apiPaths: texts,
    subscriptionIds: texts,
    keys: z
      .array(z.string().max(MAX_TEXT_LENGTH))
      .max(2 * MAX_COMPARED)
      .default([]),
  },
  async run(act, { accountIds, addresses, apiPaths, subscriptionIds, keys }) {
    const serviceId = act.service.id;
    const accounts = await listAccountsLike(act.tx, serviceId, { ids: accountIds, addresses });
    const canonical = new Map(accounts.map(({ id, emailCanonical }) => [id, emailCanonical]));
    const views = await viewAccounts(act, act.tx, accounts);
    const mailed = await listAccountsChangedBy(act.tx, serviceId, {
      operation: 'passwords/send-reset',
      accountIds: accounts.map(({ id }) => id),
    });
    const hashes = keys.map(apiKeyHash);
    const apis = await listApisAt(act.tx, serviceId, apiPaths);
    const owners = await listKeysOfHashes(
      act.tx,
      serviceId,
      hashes.filter((hash) => hash !== null),
    );
    const subscriptions = await listSubscriptionsOfIds(act.tx, serviceId, subscriptionIds);
    return {
      accounts: views.map((account) => ({
        ...account,
        canonical: canonical.get(account.id) ?? '',
        wasMailedToSetPassword: mailed.includes(account.id),
      })),
      apis: apis.map(({ id, path }) => ({ id, path })),
      subscriptions: subscriptions.map(({ serviceId: _, ...row }) => ({
        ...row,
        state: subscriptionStateAt(row, act.now),
      })),
      /** The subscription of each key, in their order; null for none. */
      keys: hashes.map((hash) => {
        const owner = owners.find((one) => one.hash === hash);
        return owner ? { subscriptionId: owner.subscriptionId, slot: owner.slot } : null;
      }),
    };
  },
});
