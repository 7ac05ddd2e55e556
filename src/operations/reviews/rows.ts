// One account of a review, as its reviewers see it.
import { findApprovals } from '../../db/operators/approvals.ts';
import type { Review } from '../../db/reviews/reviews.ts';
import {
  findReviewRow,
  type ListedReviewRow,
  type ReviewRow,
  readEvidenceOf,
} from '../../db/reviews/rows.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { ReviewEvidence } from '../../domain/review.ts';
import { approvalStateAt } from '../approvals/approval-view.ts';
import type { Act } from '../frame/context.ts';

export type ReviewRowView = Omit<ReviewRow, 'serviceId' | 'evidence' | 'changeId'> & {
  /** Of an open review without an answer: as of now. Null once erased. */
  evidence: ReviewEvidence | null;
  /** It can be answered. */
  isWaiting: boolean;
  /** Of the request for a block. */
  approval: { state: string; decidedByName: string; decidedAt: Date | null } | null;
};

export async function viewReviewRows(
  act: Act,
  review: Review,
  rows: readonly ListedReviewRow[],
): Promise<ReviewRowView[]> {
  const serviceId = act.service.id;
  const isOpen = review.state === 'open';
  const unanswered = isOpen ? rows.flatMap((row) => (row.answer === null ? row.accountId : [])) : [];
  const known = await readEvidenceOf(act, serviceId, unanswered);
  const approvals = await findApprovals(
    act.tx,
    serviceId,
    rows.flatMap(({ approvalId }) => approvalId ?? []),
  );
  return rows.map(({ serviceId: _s, changeId: _c, accountState, ...row }) => {
    const now = known.get(row.accountId);
    const approval = approvals.find(({ id }) => id === row.approvalId);
    return {
      ...row,
      evidence: now ?? row.evidence,
      evidenceAt: now ? act.now : row.evidenceAt,
      isWaiting: isOpen && row.answer === null && accountState === 'active',
      approval: approval
        ? {
            state: approvalStateAt(approval, act.now),
            decidedByName: approval.decidedByName,
            decidedAt: approval.endedAt,
          }
        : null,
    };
  });
}

/** Errors: `review_not_found`. */
export async function demandReviewRow(act: Act, id: string): Promise<ReviewRow> {
  const row = await findReviewRow(act.tx, act.service.id, id);
  if (!row) throw new DomainError('review_not_found');
  return row;
}

/** It is as the person saw it. Errors: `review_answered` with who answered. */
export function demandSameAnswer(row: ReviewRow, expectedVersion: number): void {
  if (row.version === expectedVersion) return;
  throw new DomainError('review_answered', {
    accountId: row.accountId,
    current: { by: row.answeredByName, ...(row.answeredAt ? { at: row.answeredAt } : {}) },
  });
}
