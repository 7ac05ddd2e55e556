import { z } from 'zod';
import { findServiceOfChannel, setServiceOfChannel } from '../../db/operators/workspaces.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { DEFAULT_SERVICE } from '../../domain/service-name.ts';
import { defineOperation } from '../frame/operation.ts';
import { demandRoleInNoDoubt } from '../frame/permission.ts';

/**
 * Makes this service the one that commands in a channel mean. The admin must be one of the channel's present service too:
 * its people would act on another without noticing. Errors: `not_permitted`, `standing_unconfirmed`.
 */
export const setChannelService = defineOperation({
  name: 'services/set-of-channel',
  allowed: ['admin'],
  effect: 'change',
  input: { channelId: z.string().min(1).max(40) },
  async run(act, { channelId }): Promise<void> {
    const { actor, service, tx, now } = act;
    if (actor.kind !== 'slack') throw new DomainError('not_permitted');
    const { teamId } = actor;
    const former = (await findServiceOfChannel(tx, { teamId, channelId })) ?? DEFAULT_SERVICE;
    if (former === service.id) return act.nothingChanged();
    const there = { ...act, service: { id: former, name: former } };
    if ((await demandRoleInNoDoubt(there, tx, actor)) !== 'admin') throw new DomainError('not_permitted');
    await setServiceOfChannel(tx, { teamId, channelId, serviceId: service.id, changedAt: now });
    act.record({
      target: { kind: 'workspace', id: teamId },
      before: { channel: channelId, service: former },
      after: { channel: channelId, service: service.id },
    });
  },
});
