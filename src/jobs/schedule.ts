// What runs each minute, in this order. A step that fails doesn't stop the ones after it.

import { foldAccountCounts, listAccountsToErase, listEndedBlocks } from '../db/accounts/accounts.ts';
import { listEndedInvitations, listInvitationsToErase } from '../db/accounts/invitations.ts';
import { deleteEndedSessions } from '../db/accounts/sessions.ts';
import { deleteEndedAttempts } from '../db/accounts/sign-in-attempts.ts';
import { listUnconfirmedSignUps } from '../db/accounts/sign-ups.ts';
import { listApprovalsToErase } from '../db/operators/approvals.ts';
import { deleteSupersededJobs } from '../db/outbox/jobs.ts';
import { deleteOldReceipts, requeueStoredRequests } from '../db/outbox/receipts.ts';
import { deleteEndedRateLimits } from '../db/rate-limits.ts';
import { listReviewsToEnd } from '../db/reviews/reviews.ts';
import { listRowsToBlock } from '../db/reviews/rows.ts';
import type { ListDue } from '../db/rows.ts';
import { deleteFormerKeys, listEndingKeys } from '../db/subscriptions/keys.ts';
import { listOutdatedLeaks } from '../db/subscriptions/leaked-keys.ts';
import { listEndedSubscriptions } from '../db/subscriptions/subscriptions.ts';
import { rollUpUsage } from '../db/usage/roll-up.ts';
import type { Log } from '../log.ts';
import { endBlock } from '../operations/accounts/end-block.ts';
import { eraseAccount } from '../operations/accounts/erase.ts';
import { removeSignUp } from '../operations/accounts/remove-sign-up.ts';
import { SIGN_UP_LIFETIME_DAYS } from '../operations/accounts/sign-up-rules.ts';
import { sweepAnnouncements } from '../operations/announcements/sweep.ts';
import { eraseApproval } from '../operations/approvals/erase.ts';
import { sweepApprovals } from '../operations/approvals/sweep.ts';
import { sweepOrders } from '../operations/azure/sweep-orders.ts';
import { sweepPull } from '../operations/azure/sweep-pull.ts';
import { sweepBatches } from '../operations/batches/sweep.ts';
import { sweepCards } from '../operations/cards/sweep.ts';
import { postDueDigest } from '../operations/digests/post-due.ts';
import { sweepExports } from '../operations/exports/sweep.ts';
import type { Context } from '../operations/frame/context.ts';
import { eraseInvitation } from '../operations/invitations/erase.ts';
import { expireInvitation } from '../operations/invitations/expire.ts';
import { followLeakedKey } from '../operations/leaked-keys/follow-key.ts';
import { sweepMails } from '../operations/mails/sweep.ts';
import { sweepOperators } from '../operations/operators/sweep.ts';
import { noteOutage } from '../operations/outages/note.ts';
import { tellOutages } from '../operations/outages/tell.ts';
import { blockUnanswered } from '../operations/reviews/block-unanswered.ts';
import { endReview } from '../operations/reviews/end.ts';
import { sweepReviews } from '../operations/reviews/sweep.ts';
import { expireSubscription } from '../operations/subscriptions/expire.ts';
import { tellOfEndingKeys } from '../operations/subscriptions/tell-of-ending-keys.ts';
import { warnOfTokens } from '../operations/tokens/warn.ts';
import { reportWebhookTrouble } from '../operations/webhooks/report-trouble.ts';
import { sweepWebhooks } from '../operations/webhooks/sweep.ts';
import { linkAndLog } from './events/link-audit.ts';

const MAX_ERASED_AT_ONCE = 100;
const MAX_ENDED_AT_ONCE = 200;
/** So long after its end, a call with a former key is told why it is refused. */
const FORMER_KEY_DAYS = 30;

/** `isReachable` is null until it is known. `trouble` is null while Slack is reachable. */
type SlackHealth = { isReachable(): boolean | null; trouble(): string | null };
type Step = (work: Work) => Promise<unknown>;
type Work = {
  context: Context;
  log: Log;
  slack: SlackHealth;
  /** False while the clock can't be believed. */
  isClockSure(): boolean;
};

/** For a step that erases, ends or tells something because its time has come. */
const byTime =
  (run: Step): Step =>
  async (work) => {
    if (work.isClockSure()) await run(work);
  };

/** Handles every row that is due by a moment, also after one that fails. Throws the first error. */
const forEachDue = (
  list: ListDue,
  by: (context: Context) => Date,
  handle: (context: Context, id: string) => Promise<unknown>,
  max = MAX_ERASED_AT_ONCE,
): Step =>
  byTime(async ({ context }) => {
    const errors: unknown[] = [];
    for (const { id } of await list(context.db, context.service.id, by(context), max))
      await handle(context, id).catch((error: unknown) => errors.push(error));
    if (errors.length > 0) throw errors[0];
  });

const now = ({ clock }: Context): Date => clock();
const daysAgo = ({ clock }: Context, days: number): Date => new Date(clock().getTime() - days * 86_400_000);
const longAgo = (context: Context): Date => daysAgo(context, context.policy.eraseDeletedAfterDays);

const STEPS: Record<string, Step> = {
  'delete superseded jobs': ({ context }) => deleteSupersededJobs(context.db),
  'note whether Slack works': noteSlack,
  'report outages': reportOutages,
  'sweep mails': ({ context }) => sweepMails(context, {}),
  'sweep approvals': byTime(({ context }) => sweepApprovals(context, {})),
  'sweep cards': ({ context }) => sweepCards(context, {}),
  'sweep batches': ({ context }) => sweepBatches(context, {}),
  'end exported files': byTime(({ context }) => sweepExports(context, {})),
  'send announcements': ({ context }) => sweepAnnouncements(context, {}),
  'read Azure': ({ context }) => sweepPull(context, {}),
  'send to Azure': ({ context }) => sweepOrders(context, {}),
  // When Slack is back, the jobs that wait for it run at once.
  'sweep operators': async ({ context, slack }) => slack.isReachable() && sweepOperators(context, {}),
  'warn of tokens': byTime(({ context }) => warnOfTokens(context, {})),
  'fold account counts': ({ context }) => foldAccountCounts(context.db),
  'expire invitations': forEachDue(
    listEndedInvitations,
    now,
    (context, invitationId) => expireInvitation(context, { invitationId }),
    MAX_ENDED_AT_ONCE,
  ),
  'take up stored requests': ({ context }) => requeueStoredRequests(context.db, context.service.id),
  'delete receipts': byTime(({ context }) => deleteOldReceipts(context.db, context.clock())),
  'delete sessions': byTime(({ context }) => deleteEndedSessions(context.db, context.clock())),
  'delete sign-in attempts': byTime(({ context }) => deleteEndedAttempts(context.db, context.clock())),
  'post the digest': byTime(({ context }) => postDueDigest(context, {})),
  'delete rate limits': byTime(({ context }) => deleteEndedRateLimits(context.db)),
  'roll up usage': byTime(({ context }) => rollUpUsage(context.db, context.service.id, context.clock())),
  'end blocks': forEachDue(
    listEndedBlocks,
    now,
    (context, accountId) => endBlock(context, { accountId }),
    MAX_ENDED_AT_ONCE,
  ),
  'expire subscriptions': forEachDue(
    listEndedSubscriptions,
    now,
    (context, subscriptionId) => expireSubscription(context, { subscriptionId }),
    MAX_ENDED_AT_ONCE,
  ),
  'block unanswered accounts': forEachDue(
    listRowsToBlock,
    now,
    (context, rowId) => blockUnanswered(context, { rowId }),
    MAX_ENDED_AT_ONCE,
  ),
  // After their last account without an answer is blocked.
  'end reviews': forEachDue(listReviewsToEnd, now, (context, reviewId) => endReview(context, { reviewId })),
  'sweep reviews': byTime(({ context }) => sweepReviews(context, {})),
  'tell of ending keys': forEachDue(
    listEndingKeys,
    now,
    (context, subscriptionId) => tellOfEndingKeys(context, { subscriptionId }),
    MAX_ENDED_AT_ONCE,
  ),
  // After blocks and subscriptions have ended.
  'follow leaked keys': forEachDue(listOutdatedLeaks, now, (context, leakedKeyId) =>
    followLeakedKey(context, { leakedKeyId }),
  ),
  'delete former keys': byTime(({ context }) =>
    deleteFormerKeys(context.db, context.service.id, daysAgo(context, FORMER_KEY_DAYS)),
  ),
  'remove sign-ups': forEachDue(
    listUnconfirmedSignUps,
    (context) => daysAgo(context, SIGN_UP_LIFETIME_DAYS),
    (context, accountId) => removeSignUp(context, { accountId }),
  ),
  'erase accounts': forEachDue(listAccountsToErase, longAgo, (context, accountId) =>
    eraseAccount(context, { accountId }),
  ),
  'erase invitations': forEachDue(listInvitationsToErase, longAgo, (context, invitationId) =>
    eraseInvitation(context, { invitationId }),
  ),
  'erase approvals': forEachDue(listApprovalsToErase, longAgo, (context, approvalId) =>
    eraseApproval(context, { approvalId }),
  ),
  'link the audit': linkAndLog,
  'tend webhooks': byTime(tendWebhooks),
};

/** Runs every step. Logs each that failed, and throws at the end if one did. */
export async function runEveryMinute(work: Work): Promise<void> {
  const failed: string[] = [];
  for (const [step, run] of Object.entries(STEPS)) {
    try {
      await run(work);
    } catch (error) {
      failed.push(step);
      work.log.error({ step, err: error }, "a step of the minute's work failed");
    }
  }
  if (failed.length > 0) throw new Error(`failed: ${failed.join(', ')}`);
}

async function noteSlack({ context, slack }: Work): Promise<void> {
  if (slack.isReachable() !== null) await noteOutage(context, { of: 'slack', code: slack.trouble() });
}

async function reportOutages({ context, log }: Work): Promise<void> {
  for (const { isOver, ...outage } of await tellOutages(context, {}))
    log[isOver ? 'info' : 'error']({ outage }, isOver ? 'it works again' : 'it has been failing for minutes');
}

/** Clears up, tells the operators what they must know, and lets the sender look for what is due. */
async function tendWebhooks({ context }: Work): Promise<void> {
  const { troubled } = await sweepWebhooks(context, {});
  for (const webhookId of troubled) await reportWebhookTrouble(context, { webhookId });
  context.wakeWebhooks?.();
}
