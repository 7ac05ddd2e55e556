import type { Subscription } from '../db/subscriptions.ts';
import { DomainError } from '../domain/domain-error.ts';
import type { Act } from './context.ts';
import { ownerOf } from './held-subscription.ts';

/** Nobody decides about themselves. Errors: `approval_about_oneself` when Slack tells the owner's own address. */
export async function demandOtherThanOwner(act: Act, subscription: Subscription): Promise<void> {
  const own = act.actor.kind === 'slack' ? act.actor.email?.toLowerCase() : null;
  const owner = own ? await ownerOf(act, subscription) : null;
  if (owner && owner.emailCanonical === own) throw new DomainError('approval_about_oneself');
}
