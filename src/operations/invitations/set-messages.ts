import { z } from 'zod';
import { hearsOfInvitations, saveHearsOfInvitations } from '../../db/operators/person-settings.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { actorId } from '../frame/actor.ts';
import { defineOperation, MEMBERS } from '../frame/operation.ts';

/** A person turns the messages about how their invitations end on or off, for themselves. They are on at first. */
export const setInvitationMessages = defineOperation({
  name: 'invitations/set-messages',
  allowed: MEMBERS,
  effect: 'change',
  input: { isOn: z.boolean() },
  async run(act, { isOn }) {
    const { actor } = act;
    if (actor.kind !== 'slack') throw new DomainError('not_permitted');
    const key = { serviceId: act.service.id, teamId: actor.teamId, slackUserId: actor.userId };
    if ((await hearsOfInvitations(act.tx, key)) === isOn) return act.nothingChanged();
    await saveHearsOfInvitations(act.tx, { ...key, hearsOfInvitations: isOn, changedAt: act.now });
    act.record({ target: { kind: 'operator', id: actorId(actor) }, after: { invitationMessages: isOn } });
  },
});
