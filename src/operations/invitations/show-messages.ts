import { hearsOfInvitations } from '../../db/operators/person-settings.ts';
import { defineOperation, MEMBERS } from '../frame/operation.ts';

/** Whether messages tell the person how their invitations end. */
export const showInvitationMessages = defineOperation({
  name: 'invitations/show-messages',
  allowed: MEMBERS,
  effect: 'read',
  input: {},
  async run({ actor, tx, service }) {
    if (actor.kind !== 'slack') return false;
    const key = { serviceId: service.id, teamId: actor.teamId, slackUserId: actor.userId };
    return hearsOfInvitations(tx, key);
  },
});
