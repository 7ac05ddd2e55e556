import { z } from 'zod';
import { giveRole, lockAdmins } from '../../db/operators/operators.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { slackId } from '../frame/actor.ts';
import { ADMINS, defineOperation, input } from '../frame/operation.ts';
import { adminsWhoCanAct, demandOtherAdmin, personNow } from './operator-rules.ts';

/**
 * Gives a person of the workspace a role, or changes it.
 * Errors: `operator_unfitting` when Slack says that they can't act (a guest, a bot, deactivated, of another workspace);
 * `operator_last_admin` when the last admin would become an approver; `standing_unknown` when Slack can't say.
 */
export const grantRole = defineOperation({
  name: 'operators/grant',
  allowed: ADMINS,
  effect: 'change',
  input: { ...input.slackPerson, role: z.enum(['admin', 'approver']) },
  async prepare(context, { teamId, userId, role }) {
    const person = await personNow(context, { teamId, userId });
    return { person, able: role === 'admin' ? [] : await adminsWhoCanAct(context) };
  },
  async run(act, { teamId, userId, role }, { person, able }) {
    if (person.membership !== 'member')
      throw new DomainError('operator_unfitting', { current: { state: person.membership, by: person.name } });
    const key = { serviceId: act.service.id, teamId, slackUserId: userId };
    const admins = await lockAdmins(act.tx, act.service.id);
    if (role !== 'admin') demandOtherAdmin(admins, key, able);
    const before = await giveRole(act.tx, key, { name: person.name, role, now: act.now });
    if (before === role) act.nothingChanged();
    else {
      act.record({
        target: { kind: 'operator', id: slackId(teamId, userId) },
        before: { role: before },
        after: { role, name: person.name },
        isAnnounced: true,
      });
    }
    return { userId, name: person.name, before, role };
  },
});
