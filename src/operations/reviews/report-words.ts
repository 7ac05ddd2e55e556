// What a review's report says, as the page and the table word it.
import type { ReviewEvidence } from '../../domain/review.ts';
import type { ReviewView } from './review.ts';
import type { ReviewRowView } from './rows.ts';

/** "2026-11-30 17:24 UTC". */
export const momentText = (at: Date | string): string =>
  `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

export const scopeText = ({ scope, scopeName }: Pick<ReviewView, 'scope' | 'scopeName'>): string =>
  scope === 'all'
    ? 'All active accounts'
    : scope === 'product'
      ? `Subscribers of ${scopeName}`
      : `Group ${scopeName}`;

export const nameOfRow = ({ evidence, accountId }: ReviewRowView): string =>
  evidence ? evidence.name || evidence.email : `account ${accountId} (erased)`;

/** "Blocked", "Kept", "No answer". */
export function answerText({ answer, approval, approvalId, evidence, isWaiting }: ReviewRowView): string {
  if (answer === 'keep') return 'Kept';
  if (answer === 'block') return approvalId ? `Block requested${requestText(approval)}` : 'Blocked';
  if (isWaiting || evidence?.state === 'active') return 'No answer';
  return `No answer needed: ${evidence?.state ?? 'erased'}`;
}

const REQUEST_ENDS: Record<string, string> = {
  open: ', waits for an operator',
  approved: ', approved',
  declined: ', declined',
  expired: ', expired without a decision',
  withdrawn: ', withdrawn',
  outdated: ', could not be done any more',
};

const requestText = (approval: ReviewRowView['approval']): string =>
  approval
    ? `${REQUEST_ENDS[approval.state] ?? ''}${approval.decidedByName ? ` by ${approval.decidedByName}` : ''}`
    : '';

/** "Invited by Ada Admin, approved by Amir, 2026-03-01". */
export function letInText({ letIn }: ReviewEvidence): string {
  const how = letIn.how.charAt(0).toUpperCase() + letIn.how.slice(1);
  const by = letIn.by ? ` ${letIn.how === 'signed up' ? 'and let in ' : ''}by ${letIn.by}` : '';
  const approved = letIn.approvedBy ? `, approved by ${letIn.approvedBy}` : '';
  return `${how}${by}${approved}, ${letIn.at.slice(0, 10)}`;
}

export const subscriptionsText = ({ subscriptions }: ReviewEvidence): string =>
  subscriptions.map(({ name, state }) => (state === 'active' ? name : `${name} (${state})`)).join(', ') ||
  'none';

/** What happens to accounts without an answer. */
export const endText = ({ atEnd, escalatedAt }: Pick<ReviewView, 'atEnd' | 'escalatedAt'>): string =>
  atEnd === 'block'
    ? 'Accounts without an answer are blocked'
    : escalatedAt
      ? `Accounts without an answer went to the admins, ${momentText(escalatedAt)}`
      : 'Accounts without an answer go to the admins for a week';
