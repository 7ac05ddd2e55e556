// Mails to the people who run the server. Operators can't change them, because they are needed while Slack is away.
import type { MailTemplate } from './template.ts';
import { COMMON_VARIABLES } from './variables.ts';

export const OPERATOR_MAILS = {
  SlackAway: {
    occasion: 'Operators',
    title: 'Slack is away',
    description: 'Sent to ALERT_EMAIL when Slack has been away, or has refused us, for five minutes.',
    because:
      'You get this mail because this email is in the setting ALERT_EMAIL of $OrganizationName’s developer accounts.',
    variables: [...COMMON_VARIABLES, 'OutageSince', 'OutageWhat', 'OutageAdvice'],
    requiredLink: null,
    isInUse: true,
    subject: 'Slack is away: developer accounts of $OrganizationName',
    body: `Since $OutageSince, you can’t manage the developer accounts of $OrganizationName from Slack: $OutageWhat.

**What to do:** $OutageAdvice

**What still works:** the developer portal, mails and the links in them, gateway checks and the management API. Blocks still end on time.

**In the meantime,** use a shell on the server. The same rules apply, and the audit records the same:

    npm run -s operate -- block ann@example.com --as "Your Name" --reason "why"
    npm run -s operate -- --help

Nothing is lost. Cards and messages wait, and are posted in their newest state once Slack is back. We’ll mail you then.`,
  },
  SlackBack: {
    occasion: 'Operators',
    title: 'Slack is back',
    description: 'Sent to ALERT_EMAIL when Slack can be used again.',
    because:
      'You get this mail because this email is in the setting ALERT_EMAIL of $OrganizationName’s developer accounts.',
    variables: [...COMMON_VARIABLES, 'OutageSince'],
    requiredLink: null,
    isInUse: true,
    subject: 'Slack is back: developer accounts of $OrganizationName',
    body: `You can manage the developer accounts of $OrganizationName from Slack again. It was away since $OutageSince.

The cards and messages that waited are being posted now, in their newest state. There’s nothing to do.`,
  },
  GatewayStale: {
    occasion: 'Operators',
    title: 'Gateway checks use old data',
    description:
      'Sent to ALERT_EMAIL at once when the database is away and gateways get answers from old data (GATEWAY_STALE_SECONDS).',
    because:
      'You get this mail because this email is in the setting ALERT_EMAIL of $OrganizationName’s developer accounts.',
    variables: [...COMMON_VARIABLES, 'OutageSince', 'OutageAdvice'],
    requiredLink: null,
    isInUse: true,
    subject: 'Gateway checks use old data: developer accounts of $OrganizationName',
    body: `Since $OutageSince, a server of the developer accounts of $OrganizationName can’t reach its database. It answers the gateway from the data it had then: **newer blocks, deletions and replaced keys have no effect on calls.**

**What to do:** bring the database back. $OutageAdvice

You don’t have to restart anything. We’ll mail you when the data is current again.`,
  },
  GatewayBack: {
    occasion: 'Operators',
    title: 'Gateway checks are current again',
    description: 'Sent to ALERT_EMAIL when gateways get answers from current data again.',
    because:
      'You get this mail because this email is in the setting ALERT_EMAIL of $OrganizationName’s developer accounts.',
    variables: [...COMMON_VARIABLES, 'OutageSince'],
    requiredLink: null,
    isInUse: true,
    subject: 'Gateway checks are current again: developer accounts of $OrganizationName',
    body: `The server of the developer accounts of $OrganizationName that used old data since $OutageSince reaches its database again. Every block, deletion and replaced key counts for calls. There’s nothing to do.`,
  },
} as const satisfies Record<string, MailTemplate>;
