// A key that was found in public: as operators see it, and how it ends.

import { findToken } from '../../db/operators/tokens.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import { type LeakedKey, listReplacedLeaks, updateLeakedKey } from '../../db/subscriptions/leaked-keys.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { Act, AuditEntry } from '../frame/context.ts';
import { type SubscriptionView, viewOneSubscription } from '../subscriptions/subscription.ts';
import { type TokenView, viewToken } from '../tokens/token.ts';

export type LeakedKeyView = Omit<LeakedKey, 'serviceId' | 'hash' | 'subscriptionId' | 'tokenId'> & {
  /** Whose key it is; null for a token, and while the account is deleted. */
  subscription: SubscriptionView | null;
  token: TokenView | null;
};

export async function viewLeakedKey(act: Act, leak: LeakedKey): Promise<LeakedKeyView> {
  const { serviceId, hash: _h, subscriptionId, tokenId, ...rest } = leak;
  const token = tokenId ? await findToken(act.tx, serviceId, tokenId) : null;
  return {
    ...rest,
    subscription: subscriptionId ? await viewUnlessDeleted(act, subscriptionId) : null,
    token: token && viewToken(act, token),
  };
}

async function viewUnlessDeleted(act: Act, subscriptionId: string): Promise<SubscriptionView | null> {
  try {
    return await viewOneSubscription(act, subscriptionId);
  } catch (error) {
    if (error instanceof DomainError && error.code === 'subscription_not_found') return null;
    throw error;
  }
}

/** The audit names what the key is of. */
export const targetOf = ({ subscriptionId, tokenId }: LeakedKey): NonNullable<AuditEntry['target']> =>
  subscriptionId === null
    ? { kind: 'token', id: tokenId ?? '' }
    : { kind: 'subscription', id: subscriptionId };

/** Queues a repaint of its cards. The first one posts them. */
export async function queueLeakRepaint({ tx, service }: Pick<Act, 'tx' | 'service'>, leakedKeyId: string) {
  await addJob(tx, 'repaint-leaked-key', { serviceId: service.id, leakedKeyId });
}

/** Errors: `leaked_key_settled` with how, when and by which person; by none when it lapsed. */
export function demandOpen(leak: LeakedKey): void {
  if (leak.state === 'open') return;
  const { id, state, settledBy: by, settledAt: at } = leak;
  throw new DomainError('leaked_key_settled', { id, current: { state, by, ...(at ? { at } : {}) } });
}

/** Of a locked row. */
export async function settleLeak(act: Act, leak: LeakedKey, state: LeakedKey['state']): Promise<LeakedKey> {
  const settled = await updateLeakedKey(act.tx, leak, {
    ...{ state, settledBy: state === 'ended' || state === 'left' ? act.actorName : '' },
    ...{ settledAt: state === 'open' ? null : act.now, changedAt: act.now },
  });
  await queueLeakRepaint(act, leak.id);
  return settled;
}

/** Settles what was found of a subscription's keys that it has no more, in whichever way they were replaced. */
export async function settleReplacedKeys(act: Act, subscriptionId: string): Promise<void> {
  const of = { serviceId: act.service.id, subscriptionId, now: act.now };
  for (const leak of await listReplacedLeaks(act.tx, of)) await settleLeak(act, leak, 'ended');
}
