import type { Subscription } from '../../db/subscriptions/subscriptions.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { ownEmailOf } from '../frame/actor.ts';
import type { Act } from '../frame/context.ts';
import { ownerOf } from './subscription.ts';

/** An operator can't decide about their own subscription. Errors: `approval_about_oneself` when their email is the owner's. */
export async function demandOtherThanOwner(act: Act, subscription: Subscription): Promise<void> {
  const own = ownEmailOf(act.actor);
  const owner = own ? await ownerOf(act, subscription) : null;
  if (owner && owner.emailCanonical === own) throw new DomainError('approval_about_oneself');
}
