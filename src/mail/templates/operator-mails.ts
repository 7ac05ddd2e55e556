// Mails to the people who run the server. Operators can't change them, because they are needed while Slack is away.
import type { MailTemplate } from './template.ts';
import { COMMON_VARIABLES } from './variables.ts';

export const OPERATOR_MAILS = {
  SlackAway: {
    occasion: 'Operators',
    title: 'Slack is away',
    description: 'Sent to ALERT_EMAIL when Slack has been away, or has refused us, for five minutes.',
    because:
      'You get this mail because this address is in the setting ALERT_EMAIL of $OrganizationName’s developer accounts.',
    variables: [...COMMON_VARIABLES, 'OutageSince', 'OutageWhat', 'OutageAdvice'],
    requiredLink: null,
    isInUse: true,
    subject: 'Slack is away: developer accounts of $OrganizationName',
    body: `Since $OutageSince the developer accounts of $OrganizationName can’t be run from Slack: $OutageWhat.

**What to do:** $OutageAdvice

**Still works:** the developers’ pages and the links in their mails, all mail, and what programs ask of the server. Blocks that have an end still end.

**Meanwhile,** from a shell on the server, with the same rules and the same audit:

    npm run -s operate -- block ann@example.com --as "Your Name" --reason "why"
    npm run -s operate -- --help

Nothing is lost: cards and messages wait, and are posted once when Slack is back, as things are then. You get one more mail at that moment.`,
  },
  SlackBack: {
    occasion: 'Operators',
    title: 'Slack is back',
    description: 'Sent to ALERT_EMAIL when Slack can be used again.',
    because:
      'You get this mail because this address is in the setting ALERT_EMAIL of $OrganizationName’s developer accounts.',
    variables: [...COMMON_VARIABLES, 'OutageSince'],
    requiredLink: null,
    isInUse: true,
    subject: 'Slack is back: developer accounts of $OrganizationName',
    body: `Slack can be used again for the developer accounts of $OrganizationName. It had been away since $OutageSince.

The cards and messages that waited are being posted now, as things are by now; what was decided meanwhile isn’t asked again. There is nothing to do.`,
  },
  GatewayStale: {
    occasion: 'Operators',
    title: 'Calls pass by old knowledge',
    description:
      'Sent to ALERT_EMAIL at once when the database is away and gateways are answered by an old index (GATEWAY_STALE_SECONDS).',
    because:
      'You get this mail because this address is in the setting ALERT_EMAIL of $OrganizationName’s developer accounts.',
    variables: [...COMMON_VARIABLES, 'OutageSince', 'OutageAdvice'],
    requiredLink: null,
    isInUse: true,
    subject: 'API calls are judged by old knowledge: developer accounts of $OrganizationName',
    body: `Since $OutageSince a server of the developer accounts of $OrganizationName can’t reach its database. It answers the gateway by what it knew until then: **who is blocked or deleted now, and which keys are replaced, does not count for calls.**

**What to do:** bring the database back. $OutageAdvice

Nothing has to be restarted. You get one more mail when calls are judged by the present again.`,
  },
  GatewayBack: {
    occasion: 'Operators',
    title: 'Calls are judged by the present again',
    description: 'Sent to ALERT_EMAIL when gateways are answered by an index that can be trusted again.',
    because:
      'You get this mail because this address is in the setting ALERT_EMAIL of $OrganizationName’s developer accounts.',
    variables: [...COMMON_VARIABLES, 'OutageSince'],
    requiredLink: null,
    isInUse: true,
    subject: 'API calls are judged by the present again: developer accounts of $OrganizationName',
    body: `The server of the developer accounts of $OrganizationName that answered the gateway by old knowledge since $OutageSince reaches its database again, and knows what was done meanwhile. There is nothing to do.`,
  },
} as const satisfies Record<string, MailTemplate>;
