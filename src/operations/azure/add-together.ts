// Adds new accounts and subscriptions, many to a transaction: the first comparison of a big instance is little else.
import { lockAccounts } from '../../db/accounts/accounts.ts';
import { holdEmails } from '../../db/accounts/email-lock.ts';
import { newId } from '../../db/ids.ts';
import type { DomainError } from '../../domain/domain-error.ts';
import { canonicalEmail } from '../../domain/email-address.ts';
import { addAccount } from '../accounts/add.ts';
import { describeRefusal } from '../copies/planned-copy.ts';
import { runEach } from '../frame/batch.ts';
import type { Context } from '../frame/context.ts';
import { SYSTEM } from '../frame/operation.ts';
import { grantSubscription } from '../subscriptions/grant.ts';
import type { Plan, Step } from './planned-change.ts';

/** Postgres keeps 64 savepoints of a transaction in memory. */
const ROWS_A_BATCH = 50;

/** The id of the thing, the field, and why it can't be taken in. */
export type Refused = { id: string; field: string; words: string };

/** The plan for one thing, and the version of our row that it was made for. */
export type Planned = { id: string; plan: Plan; version: number | null };

const TOGETHER: readonly Step['operation'][] = [addAccount, grantSubscription];

/** Whether it can be done with others in one transaction. */
export const isAddition = ({ plan }: Planned): boolean =>
  plan.steps.length === 1 && plan.steps.every(({ operation }) => TOGETHER.includes(operation));

/** No two subscriptions of one account are in a batch, since the number of them may be limited. */
export function batchesOf(additions: readonly Planned[]): Planned[][] {
  const batches: { rows: Planned[]; owners: Set<unknown> }[] = [];
  for (const one of additions) {
    const owner = ownerOf(one);
    const isFree = ({ rows, owners }: (typeof batches)[number]) =>
      rows.length < ROWS_A_BATCH && (owner === undefined || !owners.has(owner));
    const batch = batches.find(isFree) ?? { rows: [], owners: new Set() };
    if (batch.rows.length === 0) batches.push(batch);
    batch.rows.push(one);
    batch.owners.add(owner);
  }
  return batches.map(({ rows }) => rows);
}

/** Of a new subscription. */
function ownerOf({ plan }: Planned): string | undefined {
  const [step] = plan.steps;
  return step?.operation === addAccount ? undefined : (step?.input.accountId as string | undefined);
}

export async function addTogether(context: Context, batch: readonly Planned[]): Promise<Refused[]> {
  const parts = batch.flatMap(({ plan }) =>
    plan.steps.map(({ operation, input, reason }) => ({
      context: contextOf(context, reason),
      ...{ operation, input, prepared: null, allowed: SYSTEM },
    })),
  );
  const emails = parts.flatMap(({ input }) => canonicalEmail(String(input.email ?? '')) ?? []);
  const owners = batch.flatMap((one) => ownerOf(one) ?? []);
  const refusals = await runEach(context, parts, async (tx) => {
    await holdEmails(tx, context.service.id, emails);
    await lockAccounts(tx, context.service.id, owners);
  });
  return batch.flatMap(({ id, plan }, at) => {
    const refusal = refusals[at];
    return plan.steps.flatMap((step) => (refusal ? refusedBy(refusal, id, step) : []));
  });
}

/** A request of its own in the audit. */
export const contextOf = (context: Context, reason?: string): Context => ({
  ...context,
  requestId: newId(context.clock(), context.random),
  ...(reason === undefined ? {} : { reason }),
});

export const refusedBy = (refusal: DomainError, id: string, { fields }: Step): Refused[] =>
  fields.map((field) => ({ id, field, words: describeRefusal(refusal) }));
