import { z } from 'zod';
import { findWorkspace, revokeWorkspace as revokeWorkspaceRow } from '../../db/operators/workspaces.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';
import { endApprovalsOf } from '../operators/operator-rules.ts';

/** Records that Slack uninstalled the app or revoked its token: nothing is posted there until a new token binds again. */
export const revokeWorkspace = defineOperation({
  name: 'workspaces/revoke',
  allowed: SYSTEM,
  effect: 'change',
  input: {
    teamId: z.string().min(1).max(40),
    why: z.enum(['app_uninstalled', 'tokens_revoked']),
  },
  async run(act, { teamId, why }) {
    const workspace = { serviceId: act.service.id, teamId };
    const former = await findWorkspace(act.tx, workspace);
    if (former?.state !== 'bound') {
      act.nothingChanged();
      return;
    }
    await revokeWorkspaceRow(act.tx, workspace, act.now);
    await endApprovalsOf(act, { teamId }, 'workspace_not_bound');
    act.record({
      target: { kind: 'workspace', id: teamId },
      before: { state: 'bound' },
      after: { state: 'revoked', why },
    });
  },
});
