// What runs each minute, in this order. A step that fails doesn't stop the ones after it.
import { foldAccountCounts, listAccountsToErase, listEndedBlocks } from '../db/accounts/accounts.ts';
import { listEndedInvitations, listInvitationsToErase } from '../db/accounts/invitations.ts';
import { deleteEndedSessions } from '../db/accounts/sessions.ts';
import { listUnconfirmedSignUps } from '../db/accounts/sign-ups.ts';
import { listApprovalsToErase } from '../db/operators/approvals.ts';
import { deleteSupersededJobs } from '../db/outbox/jobs.ts';
import { deleteOldReceipts, requeueStoredRequests } from '../db/outbox/receipts.ts';
import { deleteEndedRateLimits } from '../db/rate-limits.ts';
import { listEndedSubscriptions } from '../db/subscriptions/subscriptions.ts';
import type { Log } from '../log.ts';
import { endBlock } from '../operations/accounts/end-block.ts';
import { eraseAccount } from '../operations/accounts/erase.ts';
import { removeSignUp } from '../operations/accounts/remove-sign-up.ts';
import { SIGN_UP_LIFETIME_DAYS } from '../operations/accounts/sign-up-rules.ts';
import { eraseApproval } from '../operations/approvals/erase.ts';
import { sweepApprovals } from '../operations/approvals/sweep.ts';
import { linkAudit } from '../operations/audit/link.ts';
import { sweepCards } from '../operations/cards/sweep.ts';
import type { Context } from '../operations/frame/context.ts';
import { sweepImports } from '../operations/imports/sweep.ts';
import { eraseInvitation } from '../operations/invitations/erase.ts';
import { expireInvitation } from '../operations/invitations/expire.ts';
import { sweepMails } from '../operations/mails/sweep.ts';
import { sweepOperators } from '../operations/operators/sweep.ts';
import { noteOutage } from '../operations/outages/note.ts';
import { tellOutages } from '../operations/outages/tell.ts';
import { expireSubscription } from '../operations/subscriptions/expire.ts';
import { warnOfTokens } from '../operations/tokens/warn.ts';

const MAX_ERASED_AT_ONCE = 100;
const MAX_ENDED_AT_ONCE = 200;

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

const STEPS: Record<string, Step> = {
  'delete superseded jobs': ({ context }) => deleteSupersededJobs(context.db),
  'note whether Slack works': noteSlack,
  'report outages': reportOutages,
  'sweep mails': ({ context }) => sweepMails(context, {}),
  'sweep approvals': byTime(({ context }) => sweepApprovals(context, {})),
  'sweep cards': ({ context }) => sweepCards(context, {}),
  'sweep imports': ({ context }) => sweepImports(context, {}),
  // When Slack is back, the jobs that wait for it run at once.
  'sweep operators': async ({ context, slack }) => slack.isReachable() && sweepOperators(context, {}),
  'warn of tokens': byTime(({ context }) => warnOfTokens(context, {})),
  'fold account counts': ({ context }) => foldAccountCounts(context.db),
  'expire invitations': byTime(expireInvitations),
  'take up stored requests': ({ context }) => requeueStoredRequests(context.db, context.service.id),
  'delete receipts': byTime(({ context }) => deleteOldReceipts(context.db, context.clock())),
  'delete sessions': byTime(({ context }) => deleteEndedSessions(context.db, context.clock())),
  'delete rate limits': byTime(({ context }) => deleteEndedRateLimits(context.db)),
  'end blocks': byTime(endBlocks),
  'expire subscriptions': byTime(expireSubscriptions),
  'remove sign-ups': byTime(removeSignUps),
  'erase accounts': byTime(eraseAccounts),
  'erase invitations': byTime(eraseInvitations),
  'erase approvals': byTime(eraseApprovals),
  'link the audit': exportAudit,
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

/** Handles every row, also after one that fails. Throws the first error. */
async function forEachRow(rows: { id: string }[], handle: (id: string) => Promise<unknown>): Promise<void> {
  const errors: unknown[] = [];
  for (const { id } of rows) await handle(id).catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw errors[0];
}

async function noteSlack({ context, slack }: Work): Promise<void> {
  if (slack.isReachable() !== null) await noteOutage(context, { of: 'slack', code: slack.trouble() });
}

async function reportOutages({ context, log }: Work): Promise<void> {
  for (const { isOver, ...outage } of await tellOutages(context, {}))
    log[isOver ? 'info' : 'error']({ outage }, isOver ? 'it works again' : 'it has been failing for minutes');
}

async function expireInvitations({ context }: Work): Promise<void> {
  const of = { serviceId: context.service.id, now: context.clock(), limit: MAX_ENDED_AT_ONCE };
  await forEachRow(await listEndedInvitations(context.db, of), (id) =>
    expireInvitation(context, { invitationId: id }),
  );
}

async function endBlocks({ context }: Work): Promise<void> {
  const ended = await listEndedBlocks(context.db, context.service.id, context.clock(), MAX_ENDED_AT_ONCE);
  await forEachRow(ended, (id) => endBlock(context, { accountId: id }));
}

async function expireSubscriptions({ context }: Work): Promise<void> {
  const ended = await listEndedSubscriptions(
    context.db,
    context.service.id,
    context.clock(),
    MAX_ENDED_AT_ONCE,
  );
  await forEachRow(ended, (id) => expireSubscription(context, { subscriptionId: id }));
}

async function removeSignUps({ context }: Work): Promise<void> {
  const before = daysAgo(context, SIGN_UP_LIFETIME_DAYS);
  await forEachRow(
    await listUnconfirmedSignUps(context.db, context.service.id, before, MAX_ERASED_AT_ONCE),
    (id) => removeSignUp(context, { accountId: id }),
  );
}

async function eraseAccounts({ context }: Work): Promise<void> {
  const before = daysAgo(context, context.policy.eraseDeletedAfterDays);
  await forEachRow(
    await listAccountsToErase(context.db, context.service.id, before, MAX_ERASED_AT_ONCE),
    (id) => eraseAccount(context, { accountId: id }),
  );
}

async function eraseInvitations(work: Work): Promise<void> {
  const { context } = work;
  await forEachRow(await listInvitationsToErase(context.db, endedLongAgo(work)), (id) =>
    eraseInvitation(context, { invitationId: id }),
  );
}

async function eraseApprovals(work: Work): Promise<void> {
  const { context } = work;
  await forEachRow(await listApprovalsToErase(context.db, endedLongAgo(work)), (id) =>
    eraseApproval(context, { approvalId: id }),
  );
}

function endedLongAgo({ context }: Work) {
  const endedBefore = daysAgo(context, context.policy.eraseDeletedAfterDays);
  return { serviceId: context.service.id, endedBefore, limit: MAX_ERASED_AT_ONCE };
}

/** Copies each new audit row and its place in the hash chain to the log. The rows hold no personal data of developers. */
async function exportAudit({ context, log }: Work): Promise<void> {
  for (const { number, hash, row } of await linkAudit(context, {}))
    log.info({ audit: { number, hash, ...row } });
}

function daysAgo({ clock }: Context, days: number): Date {
  return new Date(clock().getTime() - days * 86_400_000);
}
