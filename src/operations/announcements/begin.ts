import { z } from 'zod';
import { languageNamed } from '../../languages/languages.ts';
import { ANNOUNCEMENT_MAIL_NAMES, defaultText } from '../../mail/templates/catalog.ts';
import { ADMINS, defineOperation } from '../frame/operation.ts';
import { announcementFields, findAudience } from './announcement.ts';

/**
 * The text that an operator begins with, in the service's language, and the name of its audience.
 * Errors: those of `findAudience`.
 */
export const beginAnnouncement = defineOperation({
  name: 'announcements/begin',
  allowed: ADMINS,
  effect: 'read',
  input: {
    audience: announcementFields.audience,
    audienceOf: announcementFields.audienceOf,
    beginning: z.enum(ANNOUNCEMENT_MAIL_NAMES),
  },
  async run(act, { audience, audienceOf, beginning }) {
    const addressees = await findAudience(act, { audience, audienceOf });
    const { subject, body } = defaultText(beginning, languageNamed(act.policy.language));
    return { ...addressees, subject, body };
  },
});
