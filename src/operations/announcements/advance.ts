import {
  type Announcement,
  lockAnnouncement,
  updateAnnouncement,
} from '../../db/announcements/announcements.ts';
import {
  listNextRecipients,
  listWaitingMailIds,
  type NextRecipient,
  updateRecipient,
} from '../../db/announcements/recipients.ts';
import { findLastMailDue } from '../../db/batches/batches.ts';
import { findStanding } from '../../db/operators/operators.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import { newTicket } from '../../security/ticket.ts';
import { MAIL_EVERY_MS } from '../batches/run-rows.ts';
import type { Act } from '../frame/context.ts';
import { defineOperation, input, SYSTEM } from '../frame/operation.ts';
import { queueMailTo } from '../frame/outbox.ts';
import { unsubscribeUrl, valuesOf } from './announcement.ts';
import { endSending } from './end-sending.ts';

/**
 * How many mails of an announcement wait in the outbox at most: so many leave within a minute, so a stop ends it within
 * one, and what was queued while the mail service was away is little.
 */
const MAX_WAITING = 60;
const MAX_PAUSE_MS = 30_000;
/** So long after a mail is due it has mostly left: workers look for jobs every two seconds. */
const MIN_PAUSE_MS = 2_500;

/**
 * Queues the next mails of an announcement, a second apart and after all that wait, and ends it when none is left. Those
 * who must get none by now are left out. One transaction: a killed process leaves none half queued. Stops when the operator
 * who sent it is no admin any more.
 */
export const advanceAnnouncement = defineOperation({
  name: 'announcements/advance',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: { announcementId: input.rowId },
  async run(act, { announcementId }) {
    const serviceId = act.service.id;
    const row = await lockAnnouncement(act.tx, serviceId, announcementId);
    if (row?.state !== 'sending') return;
    if (await hasLostSender(act, row)) return endSending(act, row, '');
    const { hasMore, waiting, lastDue } = await queueNext(act, row);
    if (!hasMore && waiting === 0) await updateAnnouncement(act.tx, row, { state: 'done', endedAt: act.now });
    else
      await lookAgain(act, row, hasMore ? MAX_PAUSE_MS : pauseAfter(lastDue.getTime() - act.now.getTime()));
    await addJob(act.tx, 'repaint-announcement', { serviceId, announcementId });
  },
});

/** Until the last mail has left, and the longer, the longer that takes: the mail service may be away. */
const pauseAfter = (dueInMs: number): number =>
  dueInMs > 0 ? dueInMs + MIN_PAUSE_MS : Math.min(Math.max(-dueInMs, MIN_PAUSE_MS), MAX_PAUSE_MS);

async function lookAgain(act: Act, { serviceId, id }: Announcement, pauseMs: number): Promise<void> {
  const runAt = new Date(act.now.getTime() + pauseMs);
  await addJob(act.tx, 'advance-announcement', { serviceId, announcementId: id }, { runAt });
}

/** People at the console can't lose a role. While Slack has not confirmed an operator, nothing is taken from them. */
async function hasLostSender(act: Act, { serviceId, sentBy }: Announcement): Promise<boolean> {
  const [teamId, userId] = (sentBy ?? '').split('/');
  if (!teamId || !userId) return false;
  const { role, inDoubtSince } = await findStanding(act.tx, serviceId, teamId, userId);
  return role !== 'admin' && !inDoubtSince;
}

async function queueNext(act: Act, row: Announcement) {
  const waiting = (await listWaitingMailIds(act.tx, row)).length;
  const lastDue = await findLastMailDue(act.tx, act.service.id);
  let due = Math.max(act.now.getTime(), (lastDue?.getTime() ?? 0) + MAIL_EVERY_MS);
  const room = Math.min(
    MAX_WAITING - waiting,
    Math.ceil((act.now.getTime() - due) / MAIL_EVERY_MS) + MAX_WAITING,
  );
  const next = room > 0 ? await listNextRecipients(act.tx, row, room) : [];
  let queued = 0;
  for (const recipient of next) {
    if (await mailOrLeaveOut({ ...act, mailNotBefore: new Date(due) }, row, recipient)) {
      due += MAIL_EVERY_MS;
      queued++;
    }
  }
  const hasMore = room <= 0 || next.length === room;
  return { hasMore, waiting: waiting + queued, lastDue: new Date(due - MAIL_EVERY_MS) };
}

/** Whether there was a mail. */
async function mailOrLeaveOut(
  act: Act,
  row: Announcement,
  { leftOut, ...account }: NextRecipient,
): Promise<boolean> {
  const key = { serviceId: row.serviceId, announcementId: row.id, accountId: account.id };
  if (leftOut) {
    await updateRecipient(act.tx, key, { leftOut });
    return false;
  }
  const ticket = row.kind === 'news' ? newTicket(act.random) : null;
  const mailId = await queueMailTo(act, account, {
    template: 'Announcement',
    text: { subject: row.subject, body: row.body },
    variables: valuesOf(act, row),
    unsubscribeUrl: ticket ? unsubscribeUrl(act, ticket.secret) : undefined,
  });
  await updateRecipient(act.tx, key, { mailId, unsubscribeHash: ticket?.hash ?? null });
  return true;
}
