// Mails that operators write to many developers. Their texts are what an operator begins with.
import type { MailTemplate } from './template.ts';
import { COMMON_VARIABLES } from './variables.ts';

const ANNOUNCEMENT = {
  occasion: 'Announcements',
  // Each says it by itself, in the developer's language: it names what they subscribed to.
  because: '$Because',
  variables: [...COMMON_VARIABLES, 'ProdName'],
  requiredLink: null,
  isInUse: true,
  isOnlyForActive: true,
  isBulk: true,
} as const;

export const ANNOUNCEMENT_MAILS = {
  Announcement: {
    ...ANNOUNCEMENT,
    title: 'Announcement',
    description: 'Sent by an operator to many developers.',
    subject: 'News from $OrganizationName',
    body: 'Hi $DevFirstName,',
  },
  AnnouncementOfVersion: {
    ...ANNOUNCEMENT,
    title: 'New version',
    description: 'What an operator begins with to tell of a new version.',
    subject: 'A new version of $ProdName',
    body: `Hi $DevFirstName,

There’s a new version of **$ProdName**.

**What changes:** [CHANGES]

**What to do:** [STEPS]

[Open the developer portal]($DevPortalUrl)`,
  },
  AnnouncementOfEnd: {
    ...ANNOUNCEMENT,
    title: 'End of life',
    description: 'What an operator begins with to tell of an end.',
    subject: '$ProdName ends on [DATE]',
    body: `Hi $DevFirstName,

**$ProdName** ends on **[DATE]**. From that day on, calls to it are refused.

**What to do until then:** [STEPS]

[Open the developer portal]($DevPortalUrl)`,
  },
} as const satisfies Record<string, MailTemplate>;
