import { z } from 'zod';
import { listThings } from '../../db/azure/things.ts';
import { delegatedId } from '../../domain/azure-delegation.ts';
import type { MirroredKind } from '../../domain/azure-mirror.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { ACCOUNTS, type Act, defineOperation } from '../frame/operation.ts';
import { signedInAs } from '../sessions/session.ts';
import { findOwnUser } from './own-user.ts';

const azureId = z.string().max(2_000).optional();

/**
 * What Azure's developer portal hands over, with our ids: whether its user is the developer who is signed in here, and which
 * product or subscription it names. An id that isn't given is no one's: `isOwn` is true and the others are null.
 * Errors: `azure_not_bound`.
 */
export const resolveDelegation = defineOperation({
  name: 'azure/resolve-delegation',
  allowed: ACCOUNTS,
  effect: 'read',
  input: { userId: azureId, productId: azureId, subscriptionId: azureId },
  async run(act, { userId, productId, subscriptionId }) {
    const { accountId } = signedInAs(act);
    const user = await findOwnUser(act, accountId);
    if (!user) throw new DomainError('azure_not_bound');
    return {
      user,
      isOwn: userId === undefined || (await ourIdOf(act, 'account', userId)) === accountId,
      productId: productId === undefined ? null : await ourIdOf(act, 'product', productId),
      subscriptionId:
        subscriptionId === undefined ? null : await ourIdOf(act, 'subscription', subscriptionId),
    };
  },
});

async function ourIdOf(act: Act, kind: MirroredKind, text: string): Promise<string | null> {
  const [thing] = await listThings(act.tx, { serviceId: act.service.id, kind, ids: [delegatedId(text)] });
  return thing?.ourId ?? null;
}
