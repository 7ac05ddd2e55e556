import { z } from 'zod';
import { findLinksOfRows } from '../../db/audit/links.ts';
import { listReviewRows } from '../../db/reviews/rows.ts';
import { type Act, defineOperation, input, OPERATORS } from '../frame/operation.ts';
import { reportPage } from './report-page.ts';
import { reportTable } from './report-table.ts';
import { demandReview, type ReviewView, viewReview } from './review.ts';
import { type ReviewRowView, viewReviewRows } from './rows.ts';

const ROWS_AT_ONCE = 1_000;

export type ReviewReport = {
  review: ReviewView;
  rows: ReviewRowView[];
  service: string;
  organization: string;
  madeAt: Date;
  madeBy: string;
  /** The place of the review's end in the audit's chain; null while it isn't there yet. */
  link: { number: number; hash: string } | null;
};

/**
 * A review as a page to print or as a table: every account with what was known of it, the answer, who gave it and when. The
 * audit keeps who took it. Errors: `review_not_found`.
 */
export const reportReview = defineOperation({
  name: 'reviews/report',
  allowed: [...OPERATORS, 'system'],
  effect: 'change',
  input: { reviewId: input.rowId, format: z.enum(['html', 'csv']).default('html') },
  async run(act, { reviewId, format }) {
    const report = await readReport(act, reviewId);
    const day = (report.review.endedAt ?? act.now).toISOString().slice(0, 10);
    act.record({
      target: { kind: 'review', id: reviewId },
      after: { format, accounts: report.rows.length },
    });
    return {
      name: `access-review-${day}-${reviewId.slice(-6)}.${format}`,
      text: format === 'html' ? reportPage(report) : reportTable(report),
    };
  },
});

async function readReport(act: Act, reviewId: string): Promise<ReviewReport> {
  const serviceId = act.service.id;
  const review = await demandReview(act, reviewId);
  const list = listReviewRows(act.tx, { serviceId, reviewId });
  const rows: ReviewRowView[] = [];
  for (let after = 0; ; ) {
    const page = await list.rows({ limit: ROWS_AT_ONCE, after });
    rows.push(...(await viewReviewRows(act, review, page)));
    after = page.at(-1)?.place ?? after;
    if (page.length < ROWS_AT_ONCE) break;
  }
  const [link] = await findLinksOfRows(act.tx, serviceId, review.endAuditId ? [review.endAuditId] : []);
  return {
    review: await viewReview(act, review),
    rows,
    service: act.service.name,
    organization: act.policy.organizationName,
    madeAt: act.now,
    madeBy: act.actorName,
    link: link ? { number: link.number, hash: link.hash } : null,
  };
}
