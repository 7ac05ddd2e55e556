// What runs each minute, in this order. When one step fails, the ones after it wait for the next minute.
import { foldAccountCounts, listAccountsToErase, listEndedBlocks } from '../db/accounts/accounts.ts';
import { expireInvitations, listInvitationsToErase } from '../db/accounts/invitations.ts';
import { deleteEndedSessions } from '../db/accounts/sessions.ts';
import { listUnconfirmedSignUps } from '../db/accounts/sign-ups.ts';
import { listApprovalsToErase } from '../db/operators/approvals.ts';
import { unlockJobsOfDeadWorkers } from '../db/outbox/jobs.ts';
import { deleteOldReceipts } from '../db/outbox/receipts.ts';
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
import { sweepMails } from '../operations/mails/sweep.ts';
import { noteOutage } from '../operations/outages/note.ts';
import { tellOutages } from '../operations/outages/tell.ts';
import { expireSubscription } from '../operations/subscriptions/expire.ts';
import { warnOfTokens } from '../operations/tokens/warn.ts';

const MAX_ERASED_AT_ONCE = 100;
const MAX_BLOCKS_ENDED_AT_ONCE = 200;
const MAX_SUBSCRIPTIONS_EXPIRED_AT_ONCE = 200;

/** `isReachable` is null until it is known. `trouble` is null while Slack is reachable. */
type SlackHealth = { isReachable(): boolean | null; trouble(): string | null };

export async function runEveryMinute(context: Context, log: Log, slack: SlackHealth): Promise<void> {
  const { db, clock } = context;
  const now = clock();
  await unlockJobsOfDeadWorkers(db);
  if (slack.isReachable() !== null) await noteOutage(context, { of: 'slack', code: slack.trouble() });
  await reportOutages(context, log);
  await sweep(context);
  await foldAccountCounts(db);
  await expireInvitations(db, now);
  await deleteOldReceipts(db, now);
  await deleteEndedSessions(db, now);
  await deleteEndedRateLimits(db, now);
  await endBlocksAndSubscriptions(context, now);
  await eraseOldData(context, now);
  await exportAudit(context, log);
}

async function reportOutages(context: Context, log: Log): Promise<void> {
  for (const { isOver, ...outage } of await tellOutages(context, {}))
    log[isOver ? 'info' : 'error']({ outage }, isOver ? 'it works again' : 'it has been failing for minutes');
}

async function sweep(context: Context): Promise<void> {
  await sweepMails(context, {});
  await sweepApprovals(context, {});
  await sweepCards(context, {});
  await sweepImports(context, {});
  await warnOfTokens(context, {});
}

async function endBlocksAndSubscriptions(context: Context, now: Date): Promise<void> {
  const { db, service } = context;
  for (const { id } of await listEndedBlocks(db, service.id, now, MAX_BLOCKS_ENDED_AT_ONCE))
    await endBlock(context, { accountId: id });
  for (const { id } of await listEndedSubscriptions(db, service.id, now, MAX_SUBSCRIPTIONS_EXPIRED_AT_ONCE))
    await expireSubscription(context, { subscriptionId: id });
}

async function eraseOldData(context: Context, now: Date): Promise<void> {
  const { db, service, policy } = context;
  const signedUpBefore = daysBefore(now, SIGN_UP_LIFETIME_DAYS);
  for (const { id } of await listUnconfirmedSignUps(db, service.id, signedUpBefore, MAX_ERASED_AT_ONCE))
    await removeSignUp(context, { accountId: id });
  const endedBefore = daysBefore(now, policy.eraseDeletedAfterDays);
  for (const { id } of await listAccountsToErase(db, endedBefore, MAX_ERASED_AT_ONCE))
    await eraseAccount(context, { accountId: id });
  const ended = { serviceId: service.id, endedBefore, limit: MAX_ERASED_AT_ONCE };
  for (const { id } of await listInvitationsToErase(db, ended))
    await eraseInvitation(context, { invitationId: id });
  for (const { id } of await listApprovalsToErase(db, ended))
    await eraseApproval(context, { approvalId: id });
}

/** Copies each new audit row and its place in the hash chain to the log. The rows hold no personal data of developers. */
async function exportAudit(context: Context, log: Log): Promise<void> {
  for (const { number, hash, row } of await linkAudit(context, {}))
    log.info({ audit: { number, hash, ...row } });
}

function daysBefore(now: Date, days: number): Date {
  return new Date(now.getTime() - days * 86_400_000);
}
