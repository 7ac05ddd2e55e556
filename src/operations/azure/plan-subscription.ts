// Takes in a subscription. Its keys are Azure's only where the setting says so; else it gets keys of its own here.
import { EXISTS } from '../../domain/azure-mirror.ts';
import type { Mirrored } from '../../domain/azure-record.ts';
import { approveSubscription } from '../subscriptions/approve.ts';
import { cancelSubscription } from '../subscriptions/cancel.ts';
import { deleteSubscription } from '../subscriptions/delete.ts';
import { extendSubscription } from '../subscriptions/extend.ts';
import { grantSubscription } from '../subscriptions/grant.ts';
import { putKey } from '../subscriptions/put-key.ts';
import { rejectSubscription } from '../subscriptions/reject.ts';
import { renameSubscription } from '../subscriptions/rename.ts';
import { resumeSubscription } from '../subscriptions/resume.ts';
import { suspendSubscription } from '../subscriptions/suspend.ts';
import type { Change, Draft, Planner, References } from './planned-change.ts';
import { BUILT_IN_USER } from './record-fields.ts';
import { lastPartOf } from './references.ts';

export const planSubscription: Planner<'subscription'> = (draft, change, of) => {
  const { ourId: subscriptionId, ours, theirs } = change;
  if (!theirs) {
    if (subscriptionId) draft.step(deleteSubscription, { subscriptionId }, [EXISTS]);
    return;
  }
  if (!subscriptionId || !ours) return planNew(draft, theirs, of);
  draft.refuse('owner', 'a subscription here keeps its owner');
  draft.refuse('scope', 'a subscription here stays for what it was made for');
  if (draft.takes('name') && theirs.name !== null)
    draft.step(renameSubscription, { subscriptionId, name: theirs.name }, ['name']);
  for (const [field, slot] of KEYS)
    if (draft.takes(field) && theirs[field] !== null)
      draft.step(putKey, { subscriptionId, slot, key: theirs[field] }, [field]);
  if (draft.takes('endsAt'))
    draft.step(extendSubscription, { subscriptionId, endsAt: theirs.endsAt }, ['endsAt']);
  if (draft.takes('state', 'stateComment')) planState(draft, { ...change, ours, theirs }, subscriptionId);
};

const KEYS = [
  ['primaryKey', 'primary'],
  ['secondaryKey', 'secondary'],
] as const;

type Both = Change<'subscription'> & { ours: Mirrored<'subscription'>; theirs: Mirrored<'subscription'> };

/** A comment changes with the state alone. */
function planState(draft: Draft, { ours, theirs }: Both, subscriptionId: string): void {
  const { state, stateComment: reason } = theirs;
  const fields = ['state', 'stateComment'];
  const isSilent = { tellDeveloper: false };
  // A later end makes an expired one active.
  const from = draft.takes('endsAt') && ours.state === 'expired' ? 'active' : ours.state;
  if (state === from) {
    if (state === ours.state) draft.refuse('stateComment', 'here it changes with the state alone');
  } else if (state === 'active' && from === 'submitted')
    draft.step(approveSubscription, { subscriptionId, ...isSilent }, fields);
  else if (state === 'active') draft.step(resumeSubscription, { subscriptionId }, fields);
  else if (state === 'suspended') draft.step(suspendSubscription, { subscriptionId, reason }, fields);
  else if (state === 'cancelled') draft.step(cancelSubscription, { subscriptionId, reason }, fields);
  else if (state === 'rejected') {
    const needed = reason || 'Rejected in Azure';
    draft.step(rejectSubscription, { subscriptionId, reason: needed, ...isSilent }, fields);
  } else draft.refuse('state', `a subscription here can't become ${state}`);
}

function planNew(draft: Draft, theirs: Mirrored<'subscription'>, of: References): void {
  const { id, name, stateComment, startsAt, primaryKey, secondaryKey } = theirs;
  const state = STATES.find((one) => one === theirs.state);
  if (!state) return void draft.refuse(EXISTS, `no subscription here can be ${theirs.state}`);
  const owner = ownerOf(theirs, of);
  const scope = scopeOf(theirs, of);
  if (owner === null) return void draft.refuse(EXISTS, 'its owner is not here');
  if (scope === null) return void draft.refuse(EXISTS, 'what it is for is not here');
  draft.step(
    grantSubscription,
    {
      ...{ id, state, stateComment, startsAt, endsAt: endOf(theirs, of.now) },
      ...{ ...owner, ...scope, tellDeveloper: false },
      ...(name === null ? {} : { name }),
      ...(primaryKey === null ? {} : { primaryKey }),
      ...(secondaryKey === null ? {} : { secondaryKey }),
    },
    [EXISTS],
  );
}

const STATES = ['active', 'submitted', 'suspended', 'cancelled', 'rejected', 'expired'] as const;

/** Azure records an end and enforces none, so one that is past has not ended the subscription there. */
function endOf({ endsAt, startsAt, state }: Mirrored<'subscription'>, now: Date): string | null {
  const isPast = endsAt !== null && new Date(endsAt) <= now;
  const isBefore = endsAt !== null && startsAt !== null && new Date(endsAt) <= new Date(startsAt);
  return isBefore || (isPast && state === 'active') ? null : endsAt;
}

/** Null when the owner is not here. */
function ownerOf({ owner }: Mirrored<'subscription'>, of: References): { accountId?: string } | null {
  const id = owner === null ? BUILT_IN_USER : lastPartOf(owner);
  if (id === BUILT_IN_USER) return {};
  const accountId = of.idOf('account', id);
  return accountId === null ? null : { accountId };
}

type Scope = { productId?: string; apiId?: string };

/** Null when the product or API is not here. */
function scopeOf({ scope }: Mirrored<'subscription'>, of: References): Scope | null {
  const isOfProduct = /(^|\/)products\/[^/]+\/?$/i.test(scope);
  if (!isOfProduct && /(^|\/)apis\/?$/i.test(scope)) return {};
  const id = of.idOf(isOfProduct ? 'product' : 'api', lastPartOf(scope));
  if (id === null) return null;
  return isOfProduct ? { productId: id } : { apiId: id };
}
