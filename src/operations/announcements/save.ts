import { countDrafts, insertAnnouncement, updateAnnouncement } from '../../db/announcements/announcements.ts';
import { newId } from '../../db/ids.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { ADMINS, defineOperation, input } from '../frame/operation.ts';
import { announcementFields, checkAnnouncementText, findAudience, holdDraft } from './announcement.ts';

const MAX_DRAFTS = 50;

/**
 * Stores a draft of an announcement, or changes one. No developer is told yet.
 * Errors: `template_invalid` with the field; those of `findAudience`; `limit_reached` at 50 drafts; with `announcementId`
 * also `announcement_not_found`, `announcement_changed`, `announcement_sent`.
 */
export const saveAnnouncement = defineOperation({
  name: 'announcements/save',
  allowed: ADMINS,
  effect: 'change',
  input: {
    announcementId: input.rowId.optional(),
    expectedVersion: input.expectedVersion,
    ...announcementFields,
  },
  async run(act, { announcementId, expectedVersion, audience, audienceOf, ...fields }) {
    const serviceId = act.service.id;
    const row = announcementId ? await holdDraft(act, { announcementId, expectedVersion }) : null;
    checkAnnouncementText(act, fields, audience);
    const change = {
      ...fields,
      ...(await findAudience(act, { audience, audienceOf })),
      changedAt: act.now,
      changedByName: act.actorName,
    };
    if (!row && (await countDrafts(act.tx, serviceId)) >= MAX_DRAFTS)
      throw new DomainError('limit_reached', { limit: `${MAX_DRAFTS} drafts; discard one first` });
    const id = row?.id ?? newId(act.now, act.random);
    const saved = row
      ? await updateAnnouncement(act.tx, row, change)
      : await insertAnnouncement(act.tx, { serviceId, id, state: 'draft', createdAt: act.now, ...change });
    if (!saved) throw new DomainError('try_again');
    const { kind, subject, body, audienceName } = saved;
    act.record({
      target: { kind: 'announcement', id },
      ...(row
        ? { before: { kind: row.kind, audience: row.audience, subject: row.subject, body: row.body } }
        : {}),
      after: { kind, audience, audienceName, subject, body },
    });
    return { announcementId: id, version: saved.version };
  },
});
