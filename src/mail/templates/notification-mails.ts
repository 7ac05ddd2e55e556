// Mails to the recipients of Azure's notifications. Azure has no templates for them either.
import type { NotificationName } from '../../domain/notifications.ts';
import type { MailTemplate } from './template.ts';
import { COMMON_VARIABLES } from './variables.ts';

const TO_RECIPIENTS = {
  occasion: 'Operators',
  requiredLink: null,
  isInUse: true,
  isOnlyForActive: true,
} as const;
const because = (event: string) =>
  `You get this mail because your email is on $OrganizationName’s list for ${event}. An admin there can take it off.`;

export const NOTIFICATION_MAILS = {
  RequestPublisherNotificationMessage: {
    ...TO_RECIPIENTS,
    title: 'Subscription waits for a decision',
    description: 'Sent when a developer requested a subscription that needs an approval.',
    because: because('requested subscriptions'),
    variables: [...COMMON_VARIABLES, 'DevName', 'DevEmail', 'ProdName', 'SubId', 'EventAt'],
    subject: '$DevName requested $ProdName',
    body: `**$DevName** ($DevEmail) requested a subscription to **$ProdName** on $EventAt, and waits for a decision.

**What to do:** approve or decline it on its card in Slack. If you can’t find the card, send this in Slack:

    /apim-user subscriptions $DevEmail

A program can decide too: it sets the state of subscription \`$SubId\` to \`active\` or \`rejected\`.`,
  },
  PurchasePublisherNotificationMessage: {
    ...TO_RECIPIENTS,
    title: 'New subscription',
    description: 'Sent when a subscription becomes active and its owner is told.',
    because: because('new subscriptions'),
    variables: [...COMMON_VARIABLES, 'DevName', 'DevEmail', 'ProdName', 'SubStartDate', 'SubTerm'],
    subject: '$DevName subscribed to $ProdName',
    body: `**$DevName** ($DevEmail) has a new subscription to **$ProdName**. It starts on $SubStartDate and runs $SubTerm.

There’s nothing to do. To look at it, send this in Slack:

    /apim-user subscriptions $DevEmail`,
  },
  AccountClosedPublisher: {
    ...TO_RECIPIENTS,
    title: 'Account closed: for recipients',
    description:
      'Sent when a developer closed their account, or an account was deleted and its developer is told.',
    because: because('closed accounts'),
    variables: [...COMMON_VARIABLES, 'DevName', 'DevEmail', 'EventAt', 'EventBy', 'RestorableUntil'],
    subject: 'The account of $DevName was closed',
    body: `The developer account of **$DevName** ($DevEmail) was closed on $EventAt by $EventBy. Its keys no longer work.

An admin can restore it until $RestorableUntil: send \`/apim-user restore $DevEmail\` in Slack.`,
  },
} as const satisfies Partial<Record<NotificationName, MailTemplate>>;
