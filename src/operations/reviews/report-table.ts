// A review as a CSV file, a row an account.
import { csvLine } from '../../domain/csv.ts';
import type { ReviewReport } from './report.ts';
import { answerText, letInText, momentText, scopeText, subscriptionsText } from './report-words.ts';
import type { ReviewRowView } from './rows.ts';

const COLUMNS: Record<string, (row: ReviewRowView) => string | number | null> = {
  place: ({ place }) => place,
  account: ({ accountId }) => accountId,
  name: ({ evidence }) => evidence?.name ?? '',
  email: ({ evidence }) => evidence?.email ?? '',
  state: ({ evidence }) => evidence?.state ?? 'erased',
  last_sign_in: ({ evidence }) => evidence?.lastSignInOn ?? '',
  last_call: ({ evidence }) => evidence?.lastCallOn ?? '',
  calls_30_days: ({ evidence }) => evidence?.calls30 ?? null,
  calls_90_days: ({ evidence }) => evidence?.calls90 ?? null,
  let_in: ({ evidence }) => (evidence ? letInText(evidence) : ''),
  groups: ({ evidence }) => evidence?.groups.join(', ') ?? '',
  subscriptions: ({ evidence }) => (evidence ? subscriptionsText(evidence) : ''),
  evidence_as_of: ({ evidenceAt }) => momentText(evidenceAt),
  answer: answerText,
  reason: ({ reason }) => reason,
  answered_by: ({ answeredByName }) => answeredByName,
  answered_by_id: ({ answeredBy }) => answeredBy,
  answered_at: ({ answeredAt }) => (answeredAt ? momentText(answeredAt) : ''),
};

/** The review's own facts stand in each row, so that rows of several reviews can be put into one sheet. */
export function reportTable({ review, rows }: ReviewReport): string {
  const about = [review.id, scopeText(review), review.state, momentText(review.createdAt)];
  const head = ['review', 'about', 'review_state', 'started_at', ...Object.keys(COLUMNS)];
  const lines = rows.map((row) =>
    csvLine([...about, ...Object.values(COLUMNS).map((cellOf) => cellOf(row))]),
  );
  return [csvLine(head), ...lines].join('');
}
