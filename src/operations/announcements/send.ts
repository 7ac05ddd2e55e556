import { z } from 'zod';
import { updateAnnouncement } from '../../db/announcements/announcements.ts';
import { countAudience, insertRecipients } from '../../db/announcements/audience.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { requesterId } from '../frame/actor.ts';
import { isForTwo } from '../frame/approval.ts';
import { ADMINS, defineOperation } from '../frame/operation.ts';
import { holdDraft, MAX_RECIPIENTS, queryOf, seenAnnouncement } from './announcement.ts';

/**
 * Freezes who gets the announcement, and begins to mail it: one mail a second, after those of imports. `recipients` is how
 * many the operator saw. Many of them wait for a second operator.
 * Errors: `announcement_not_found`, `announcement_changed`, `announcement_sent`; `announcement_recipients_changed` with
 * their `count` when they are more or fewer by now; `announcement_reaches_no_one`; `limit_reached` above 50,000.
 */
export const sendAnnouncement = defineOperation({
  name: 'announcements/send',
  allowed: ADMINS,
  effect: 'change',
  input: { ...seenAnnouncement, recipients: z.int().nonnegative() },
  subjectOf: ({ announcementId }) => ({ kind: 'announcement', id: announcementId }),
  extentOf: async (_context, { recipients }) => ({
    count: recipients,
    operations: ['announcements/send'],
    why: '',
  }),
  async run(act, { recipients: seen, ...which }) {
    const row = await holdDraft(act, which);
    const query = queryOf(row, act.now);
    const { leftOut } = await countAudience(act.tx, query);
    const recipients = await insertRecipients(act.tx, row.id, query);
    // A second operator decides later, about the announcement and those who should get it then.
    if (recipients !== seen && !act.approval)
      throw new DomainError('announcement_recipients_changed', { count: recipients });
    if (recipients === 0) throw new DomainError('announcement_reaches_no_one');
    if (recipients > MAX_RECIPIENTS)
      throw new DomainError('limit_reached', { limit: `${MAX_RECIPIENTS.toLocaleString('en')} recipients` });
    await updateAnnouncement(act.tx, row, {
      state: 'sending',
      sentAt: act.now,
      sentBy: act.actor.kind === 'slack' ? requesterId(act.actor) : null,
      sentByName: act.actorName,
      leftOut,
    });
    await addJob(act.tx, 'advance-announcement', { serviceId: row.serviceId, announcementId: row.id });
    const { subject, kind, audience, audienceName } = row;
    const isAlone = !act.approval && isForTwo(act, { count: recipients });
    act.record({
      target: { kind: 'announcement', id: row.id },
      after: { kind, audience, audienceName, recipients, ...(isAlone ? { alone: true } : {}) },
      isAnnounced: true,
    });
    return { subject, recipients };
  },
});
