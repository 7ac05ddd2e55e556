// Brings our rows to what was decided in Azure, by ordinary operations.
import pLimit from 'p-limit';
import { listVersions } from '../../db/azure/ours.ts';
import type { Transaction } from '../../db/connection/connect.ts';
import { withSavepoint } from '../../db/connection/write-together.ts';
import { MIRROR_NAME, type MirroredKind } from '../../domain/azure-mirror.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { recordRefusal } from '../frame/audit-row.ts';
import type { Act, Context } from '../frame/context.ts';
import { SYSTEM, withRetries } from '../frame/operation.ts';
import {
  addTogether,
  batchesOf,
  contextOf,
  isAddition,
  type Planned,
  type Refused,
  refusedBy,
} from './add-together.ts';
import type { Observed } from './observe.ts';
import { findOurs } from './ours.ts';
import { planAccount } from './plan-account.ts';
import { planApi, planGroup, planProduct } from './plan-catalog.ts';
import { planNotification, planTemplate } from './plan-mails.ts';
import { planSubscription } from './plan-subscription.ts';
import { type Plan, type Planner, type References, type Step, startPlan } from './planned-change.ts';
import { fingerprintsOf } from './record-fields.ts';
import { findReferences } from './references.ts';

const PLANNERS: { [Kind in MirroredKind]: Planner<Kind> } = {
  group: planGroup,
  api: planApi,
  product: planProduct,
  account: planAccount,
  subscription: planSubscription,
  template: planTemplate,
  notification: planNotification,
};

/** The pool has ten connections, and people wait for the others. */
const limitChanges = pLimit(3);

/**
 * Takes in what Azure has the say about, each thing in a transaction of its own. Takes in nothing of a row that was changed here
 * since it was compared: the next comparison sees that. Returns what can't be taken in.
 */
export async function takeIn(
  context: Context,
  observed: readonly Observed[],
  withKeys: boolean,
): Promise<Refused[]> {
  const wanted = observed.filter(({ take }) => take.length > 0);
  const [first] = wanted;
  if (!first) return [];
  const actor = { kind: 'system', name: MIRROR_NAME } as const;
  const asAzure = { ...context, actor };
  const unchanged = await withoutChanged(asAzure, first.kind, wanted, withKeys);
  const records = unchanged.flatMap(({ found }) => found.theirs ?? []);
  const references = await findReferences(asAzure, records);
  const planned = unchanged.map(({ found, version }) => ({
    id: found.id,
    plan: planFor(found, references),
    version,
  }));
  const batches = batchesOf(planned.filter(isAddition));
  const ended = await Promise.allSettled([
    ...batches.map((batch) => limitChanges(() => addTogether(asAzure, batch))),
    ...planned.filter((one) => !isAddition(one)).map((one) => limitChanges(() => changeOne(asAzure, one))),
  ]);
  const failed = ended.find((work) => work.status === 'rejected');
  if (failed) throw failed.reason;
  return ended.flatMap((work) => (work.status === 'fulfilled' ? work.value : []));
}

function planFor({ kind, ...change }: Observed, references: References): Plan {
  const draft = startPlan(change.take);
  (PLANNERS[kind] as Planner<MirroredKind>)(draft, change, references);
  return draft.plan;
}

/** Those of which our row still is as it was compared, with its version. */
async function withoutChanged(
  context: Context,
  kind: MirroredKind,
  wanted: readonly Observed[],
  withKeys: boolean,
): Promise<{ found: Observed; version: number | null }[]> {
  const ids = wanted.flatMap(({ ourId }) => ourId ?? []);
  // Read before the rows, so that a change in between is refused by the operation.
  const versions = await listVersions(context.db, { serviceId: context.service.id, kind, ids });
  const act = { ...context, tx: context.db as unknown as Transaction, now: context.clock() };
  const present = await findOurs(act as Act, kind, ids, withKeys);
  return wanted.flatMap((found) => {
    const here = (found.ourId !== null && present.get(found.ourId)) || null;
    const [before, now] = [found.ours, here].map((record) => record && fingerprintsOf(record));
    const isSame =
      before && now ? found.take.every((field) => before[field] === now[field]) : !before === !now;
    const version = (here && found.ourId !== null && versions.get(found.ourId)) || null;
    return isSame ? [{ found, version }] : [];
  });
}

async function changeOne(context: Context, { id, plan, version }: Planned): Promise<Refused[]> {
  const impossible = Object.entries(plan.impossible).map(([field, words]) => ({ id, field, words }));
  if (plan.steps.length === 0) return impossible;
  const refused = await withRetries(context, async (tx) => {
    const refusals: Refused[] = [];
    let expectedVersion = version;
    for (const step of plan.steps) {
      const refusal = await runStep(context, tx, step, expectedVersion);
      if (refusal && STALE.includes(refusal.code)) return [];
      if (refusal) refusals.push(...refusedBy(refusal, id, step));
      // The row is locked, and has another version.
      else expectedVersion = null;
    }
    return refusals;
  });
  return [...impossible, ...refused];
}

/** Somebody was faster. What they did is compared next. */
const STALE: readonly DomainError['code'][] = [
  ...(['account_changed', 'subscription_changed', 'catalog_changed'] as const),
  ...(['template_changed', 'overtaken', 'try_again'] as const),
];

/** Null when it is done. */
async function runStep(
  context: Context,
  tx: Transaction,
  { operation, input, reason }: Step,
  expectedVersion: number | null,
): Promise<DomainError | null> {
  const given = { ...input, ...(expectedVersion === null ? {} : { expectedVersion }) };
  const one = contextOf(context, reason);
  try {
    await withSavepoint(tx, () =>
      operation.runInTransaction(one, tx, given, { allowed: SYSTEM, prepared: null }),
    );
    return null;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    await recordRefusal(operation.operation, one, input, error, tx);
    return error;
  }
}
