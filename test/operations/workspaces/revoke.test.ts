import { describe, expect, it } from 'vitest';
import { bindWorkspace } from '../../../src/operations/workspaces/bind.ts';
import { revokeWorkspace } from '../../../src/operations/workspaces/revoke.ts';
import { anAccount, stateOf } from '../../support/accounts.ts';
import { approvalRow, createApprovalContext, decide, requestDeletion } from '../../support/approvals.ts';
import { APPROVER, refusalOf, SYSTEM } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';

const t = forAllTests(createApprovalContext);

describe('revoking a workspace', () => {
  it('T54: closes the requests that came from it, and a new token revives none of them', async () => {
    const { accountId } = await anAccount(t);
    const approvalId = await requestDeletion(t, accountId);
    const token = { teamId: 'T0TEST', tokenHash: 'a'.repeat(64) };
    await bindWorkspace(t.as(SYSTEM), token);
    await revokeWorkspace(t.as(SYSTEM), { teamId: 'T0TEST', why: 'app_uninstalled' });
    expect(await approvalRow(t, approvalId)).toMatchObject({
      state: 'outdated',
      code: 'workspace_not_bound',
    });
    await bindWorkspace(t.as(SYSTEM), { ...token, tokenHash: 'b'.repeat(64) });
    expect(await refusalOf(decide(t, APPROVER, approvalId))).toBe('approval_ended');
    expect(await stateOf(t, accountId)).toBe('active');
  });
});
