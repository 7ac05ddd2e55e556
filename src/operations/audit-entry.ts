// An audit row as people read it: who, when, what, why, before → after, and who agreed.
import { type Approval, findApprovals } from '../db/approvals.ts';
import type { FullAuditRow } from '../db/audit.ts';
import type { Act } from './context.ts';

export type AuditEntryView = Omit<FullAuditRow, 'serviceId'> & {
  /** What it took: who asked and who decided. */
  approval: Pick<
    Approval,
    'requestedByName' | 'decidedByName' | 'decisionReason' | 'endedAt' | 'state'
  > | null;
};

export async function viewAuditRows(act: Act, rows: FullAuditRow[]): Promise<AuditEntryView[]> {
  const ids = rows.map((row) => row.approvalId).filter((id): id is string => id !== null);
  const approvals = await findApprovals(act.tx, act.service.id, [...new Set(ids)]);
  return rows.map(({ serviceId: _s, ...row }) => {
    const found = approvals.find((approval) => approval.id === row.approvalId);
    if (!found) return { ...row, approval: null };
    const { requestedByName, decidedByName, decisionReason, endedAt, state } = found;
    return { ...row, approval: { requestedByName, decidedByName, decisionReason, endedAt, state } };
  });
}
