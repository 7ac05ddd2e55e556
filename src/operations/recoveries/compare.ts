import { z } from 'zod';
import { findAccounts } from '../../db/accounts/accounts.ts';
import { findLinksOfRows } from '../../db/audit/links.ts';
import {
  findAccountsWithWayIn,
  findLastOperations,
  findSubscriptionStates,
} from '../../db/audit/recoveries.ts';
import { findAuditIds } from '../../db/audit/rows.ts';
import { findRoles } from '../../db/operators/operators.ts';
import { WAYS_IN_ENDED } from '../../domain/past-changes.ts';
import { fullName } from '../../domain/person-name.ts';
import { subscriptionId } from '../catalog/input.ts';
import { defineOperation, input } from '../frame/operation.ts';

/** The most of each kind in one call. */
export const MAX_COMPARED = 1_000;

/**
 * Compares a part of an audit export with this database: which rows it has, which of those have another hash in the chain,
 * and the present state of the accounts, subscriptions and operators that the rows are about.
 */
export const compareRecovered = defineOperation({
  name: 'recoveries/compare',
  allowed: ['console'],
  effect: 'read',
  input: {
    rows: z
      .array(z.strictObject({ id: input.rowId, hash: z.string().max(64).nullable() }))
      .max(MAX_COMPARED)
      .default([]),
    accountIds: z.array(input.accountId).max(MAX_COMPARED).default([]),
    subscriptionIds: z.array(subscriptionId).max(MAX_COMPARED).default([]),
    operators: z.array(z.string().max(90)).max(MAX_COMPARED).default([]),
  },
  async run(act, { rows, accountIds, subscriptionIds, operators }) {
    const serviceId = act.service.id;
    const hashes = new Map(rows.map(({ id, hash }) => [id, hash]));
    const ids = [...hashes.keys()];
    const links = await findLinksOfRows(act.tx, serviceId, ids);
    const isOther = ({ auditId, hash }: (typeof links)[number]) => {
      const exported = hashes.get(auditId);
      return typeof exported === 'string' && exported !== hash;
    };
    const accounts = await findAccounts(act.tx, serviceId, accountIds);
    const withWayIn = new Set(await findAccountsWithWayIn(act.tx, serviceId, accountIds));
    const ended = await findLastOperations(act.tx, { serviceId, accountIds, operations: WAYS_IN_ENDED });
    return {
      knownIds: await findAuditIds(act.tx, serviceId, ids),
      otherIds: links.filter(isOther).map((link) => link.auditId),
      accounts: accounts.map(({ id, state, email, blockEndsAt, ...names }) => ({
        id,
        state,
        blockEndsAt,
        hasWayIn: withWayIn.has(id),
        waysInEndedAt: ended.get(id) ?? null,
        label: email ? `${fullName(names)} <${email}>` : '',
      })),
      subscriptions: await findSubscriptionStates(act.tx, serviceId, subscriptionIds),
      operators: await findRoles(act.tx, serviceId, operators),
    };
  },
});
