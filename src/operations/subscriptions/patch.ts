// Changes that a program makes to a subscription in one request.
import { DomainError } from '../../domain/domain-error.ts';
import type { SubscriptionState } from '../../domain/subscription-state.ts';
import { type BatchPart, runBatch } from '../frame/batch.ts';
import type { Context } from '../frame/context.ts';
import { approveSubscription } from './approve.ts';
import { cancelSubscription } from './cancel.ts';
import { extendSubscription } from './extend.ts';
import { rejectSubscription } from './reject.ts';
import { renameSubscription } from './rename.ts';
import { resumeSubscription } from './resume.ts';
import type { SubscriptionView } from './subscription.ts';
import { suspendSubscription } from './suspend.ts';

/** What `subscriptions/rename` changes. */
const LABELS = ['name', 'scopeAsWritten', 'ownerAsWritten', 'allowsTracing'] as const;
type PresentSubscription = Pick<
  SubscriptionView,
  'id' | 'version' | 'state' | 'endsAt' | (typeof LABELS)[number]
>;
type SubscriptionChange = {
  [Field in (typeof LABELS)[number] | 'state' | 'stateComment']?: SubscriptionView[Field] | undefined;
} & { endsAt?: Date | null | undefined };

/**
 * Changes the fields of a subscription that differ, in one transaction.
 * Errors: those of the operations; `subscription_state_unfitting` for a state that can't follow the present one.
 */
export async function changeSubscription(
  context: Context,
  present: PresentSubscription,
  wanted: SubscriptionChange,
): Promise<void> {
  await operationOf(wanted).attempt(context, { subscriptionId: present.id }, (attempting) =>
    runBatch(attempting, partsOf(present, wanted), present.version),
  );
}

/** What the request is about, for a refusal before the parts run. */
function operationOf({ state, endsAt }: SubscriptionChange) {
  if (state === 'rejected') return rejectSubscription;
  if (state === 'suspended') return suspendSubscription;
  if (state === 'cancelled') return cancelSubscription;
  if (state !== undefined) return resumeSubscription;
  return endsAt === undefined ? renameSubscription : extendSubscription;
}

function partsOf(present: PresentSubscription, wanted: SubscriptionChange): BatchPart[] {
  const subscriptionId = present.id;
  const parts: BatchPart[] = [];
  const label = Object.fromEntries(
    LABELS.flatMap((field) =>
      wanted[field] === undefined || wanted[field] === present[field] ? [] : [[field, wanted[field]]],
    ),
  );
  if (Object.keys(label).length > 0)
    parts.push({ operation: renameSubscription, input: { subscriptionId, ...label }, field: 'displayName' });
  const isExtended = wanted.endsAt !== undefined && wanted.endsAt?.getTime() !== present.endsAt?.getTime();
  if (isExtended)
    parts.push({
      operation: extendSubscription,
      input: { subscriptionId, endsAt: wanted.endsAt },
      field: 'expirationDate',
    });
  // A new end alone makes an expired one active.
  const from = isExtended && present.state === 'expired' ? 'active' : present.state;
  if (wanted.state !== undefined && wanted.state !== from)
    parts.push(toState(present, from, wanted.state, wanted.stateComment ?? ''));
  return parts;
}

function toState(
  present: PresentSubscription,
  from: SubscriptionState,
  to: SubscriptionState,
  reason: string,
): BatchPart {
  const subscriptionId = present.id;
  const field = 'state';
  if (to === 'active' && from === 'submitted')
    return { operation: approveSubscription, input: { subscriptionId }, field };
  if (to === 'active' && from === 'suspended')
    return { operation: resumeSubscription, input: { subscriptionId }, field };
  if (to === 'rejected') return { operation: rejectSubscription, input: { subscriptionId, reason }, field };
  if (to === 'suspended') return { operation: suspendSubscription, input: { subscriptionId, reason }, field };
  if (to === 'cancelled') return { operation: cancelSubscription, input: { subscriptionId, reason }, field };
  throw new DomainError('subscription_state_unfitting', {
    id: subscriptionId,
    current: { state: present.state, version: present.version },
  });
}
