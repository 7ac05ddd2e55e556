import { z } from 'zod';
import { bindWorkspace as bindWorkspaceRow, findWorkspace } from '../../db/operators/workspaces.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';

/**
 * Binds a Slack workspace to the service when the process starts. A token that Slack revoked stays revoked; a new one binds
 * the workspace again. `isBound`: the token may be used.
 */
export const bindWorkspace = defineOperation({
  name: 'workspaces/bind',
  allowed: SYSTEM,
  effect: 'change',
  input: { teamId: z.string().min(1).max(40), tokenHash: z.string().length(64) },
  async run(act, { teamId, tokenHash }): Promise<{ isBound: boolean }> {
    const former = await findWorkspace(act.tx, { serviceId: act.service.id, teamId });
    if (former?.tokenHash === tokenHash) {
      act.nothingChanged();
      return { isBound: former.state === 'bound' };
    }
    await bindWorkspaceRow(act.tx, { teamId, serviceId: act.service.id, tokenHash, changedAt: act.now });
    act.record({ target: { kind: 'workspace', id: teamId }, after: { state: 'bound' } });
    return { isBound: true };
  },
});
