import { z } from 'zod';
import { giveRole, lockAdmins } from '../../db/operators/operators.ts';
import { listBoundTeamIds } from '../../db/operators/workspaces.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { slackId } from '../frame/actor.ts';
import { defineOperation } from '../frame/operation.ts';

/**
 * For when no admin can act: makes a person an admin without asking Slack who they are, and the audit says so.
 * Each of their operations still asks Slack whether they can act.
 * Errors: `workspace_not_bound` when this service is not used from that team.
 */
export const grantFromConsole = defineOperation({
  name: 'operators/grant-from-console',
  allowed: ['console'],
  effect: 'change',
  input: {
    teamId: z.string().regex(/^[TE][A-Z0-9]{2,39}$/, 'is the id of a Slack workspace such as T012AB3CD'),
    userId: z.string().regex(/^[UW][A-Z0-9]{2,39}$/, 'is the id of a Slack user such as U012AB3CD'),
    name: z.string().trim().min(1, 'is needed').max(200, 'at most 200 characters'),
  },
  async run(act, { teamId, userId, name }) {
    const serviceId = act.service.id;
    if (!(await listBoundTeamIds(act.tx, serviceId)).includes(teamId))
      throw new DomainError('workspace_not_bound');
    await lockAdmins(act.tx, serviceId);
    const key = { serviceId, teamId, slackUserId: userId };
    const before = await giveRole(act.tx, key, { name, role: 'admin', now: act.now });
    if (before === 'admin') act.nothingChanged();
    else {
      act.record({
        target: { kind: 'operator', id: slackId(teamId, userId) },
        before: { role: before },
        after: { role: 'admin', name, checkedWithSlack: false },
        isAnnounced: true,
      });
    }
    return { userId, name, before, role: 'admin' as const };
  },
});
