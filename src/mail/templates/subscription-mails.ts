// Mails about subscriptions: Azure's names (management-api §1.6), and two of ours about keys.
import type { MailTemplate } from './template.ts';
import { COMMON_VARIABLES } from './variables.ts';

const QUOTA_VARIABLES = [
  ...COMMON_VARIABLES,
  'ProdName',
  'QuotaUsed',
  'QuotaLimit',
  'QuotaResetDate',
  'UsageUrl',
] as const;

export const SUBSCRIPTION_MAILS = {
  PurchaseDeveloperNotificationMessage: {
    occasion: 'Subscriptions',
    title: 'Subscription active',
    azureTitle: 'New subscription activated',
    description: 'Sent when a subscription becomes active.',
    because: 'You get this mail because your developer account at $OrganizationName has a new subscription.',
    variables: [...COMMON_VARIABLES, 'ProdId', 'ProdName', 'SubStartDate', 'SubTerm'],
    requiredLink: null,
    isInUse: true,
    subject: 'Your subscription to $ProdName is active',
    body: `Hi $DevFirstName,

Your subscription to **$ProdName** is active from $SubStartDate. Your keys are in the developer portal.

[Get my keys]($DevPortalUrl)

Happy building!`,
  },
  RequestDeveloperNotificationMessage: {
    occasion: 'Subscriptions',
    title: 'Subscription requested',
    azureTitle: 'Subscription request received',
    description: 'Sent when a developer requested a subscription and it awaits approval.',
    because:
      'You get this mail because your developer account at $OrganizationName requested a subscription.',
    variables: [...COMMON_VARIABLES, 'DevEmail', 'ProdName'],
    requiredLink: null,
    isInUse: true,
    subject: 'We got your request for $ProdName',
    body: `Hi $DevFirstName,

We got your request for **$ProdName**. Someone at $OrganizationName will look at it, and we’ll write to $DevEmail once it’s decided.`,
  },
  RejectDeveloperNotificationMessage: {
    occasion: 'Subscriptions',
    title: 'Subscription declined',
    azureTitle: 'Subscription request declined',
    description: 'Sent when a request for a subscription is declined.',
    because:
      'You get this mail because your developer account at $OrganizationName requested a subscription.',
    variables: [...COMMON_VARIABLES, 'ProdName', 'SubDeclineReason'],
    requiredLink: null,
    isInUse: true,
    subject: 'About your request for $ProdName',
    body: `Hi $DevFirstName,

Your request for **$ProdName** was declined. The reason:

> $SubDeclineReason

To talk about it, reply to this mail. Other products are in the [developer portal]($DevPortalUrl).`,
  },
  KeyReplaced: {
    occasion: 'Subscriptions',
    title: 'Key replaced',
    description: 'Sent when an operator or a program replaced a key of a subscription.',
    because: 'You get this mail because a key of your developer account at $OrganizationName was replaced.',
    variables: [...COMMON_VARIABLES, 'ProdName', 'KeyName'],
    requiredLink: null,
    isInUse: true,
    subject: 'A key of your subscription to $ProdName was replaced',
    body: `Hi $DevFirstName,

We replaced the $KeyName key of your subscription to **$ProdName**. The old one no longer works; the new one is in the developer portal.

[Get my keys]($DevPortalUrl)

Your other key works as before. If you have questions, reply to this mail.`,
  },
  KeyRegenerated: {
    occasion: 'Subscriptions',
    title: 'Key replaced by the developer',
    description: 'Sent when a key was replaced in the portal. Carries the link “This wasn’t me”.',
    because: 'You get this mail because a key of your developer account at $OrganizationName was replaced.',
    variables: [...COMMON_VARIABLES, 'ProdName', 'KeyName', 'ConfirmUrl', 'ConfirmQuery', 'LinkEnds'],
    requiredLink: null,
    isNotice: true,
    isInUse: true,
    subject: 'New $KeyName key for your subscription to $ProdName',
    body: `Hi $DevFirstName,

The $KeyName key of your subscription to **$ProdName** was just replaced in the [developer portal]($DevPortalUrl). The old one no longer works. If that was you, there’s nothing to do.

[This wasn’t me]($ConfirmUrl)

The button signs everyone out, disables your password, and mails you a link to set a new one. Then replace both keys. It works until $LinkEnds.

You can also write to $SupportEmail.`,
  },
  KeyLeaked: {
    occasion: 'Subscriptions',
    title: 'Key replaced after a leak',
    description: 'Sent when a key was found where it should not be, and an operator replaced it.',
    because: 'You get this mail because a key of your developer account at $OrganizationName was replaced.',
    variables: [...COMMON_VARIABLES, 'ProdName', 'KeyName'],
    requiredLink: null,
    isInUse: true,
    subject: 'A key of your subscription to $ProdName leaked and was replaced',
    body: `Hi $DevFirstName,

We found a key of your subscription to **$ProdName** where others can read it, so we replaced it ($KeyName). The old one no longer works. Your account isn’t blocked, and the new key is in the developer portal.

[Get my keys]($DevPortalUrl)

Please find out where it leaked, such as public code, a log or a message, and remove it there.`,
  },
  KeyFoundInPublic: {
    occasion: 'Subscriptions',
    title: 'Key found in public',
    description: 'Sent when a scanner reported a key in a public place. The key still works.',
    because:
      'You get this mail because a key of your developer account at $OrganizationName was found in public.',
    variables: [...COMMON_VARIABLES, 'ProdName', 'KeyName', 'KeyUrl', 'LeakPlace'],
    requiredLink: null,
    isInUse: true,
    subject: 'A key of your subscription to $ProdName was found in public',
    body: `Hi $DevFirstName,

The $KeyName key of your subscription to **$ProdName** was found where anyone can read it. Anyone who has it can call the API as you, so replace it now.

[Replace the key]($KeyUrl)

It was seen here: $LeakPlace

Then remove it there too, such as from public code, a log or a message. Your account isn’t blocked.`,
  },
  KeyRotated: {
    occasion: 'Subscriptions',
    title: 'Key replaced, with an overlap',
    description:
      'Sent when an operator replaced a key of a subscription, and the old one goes on for a while.',
    because: 'You get this mail because a key of your developer account at $OrganizationName was replaced.',
    variables: [...COMMON_VARIABLES, 'ProdName', 'KeyName', 'FormerKeyEnds'],
    requiredLink: null,
    isInUse: true,
    subject: 'A key of your subscription to $ProdName was replaced',
    body: `Hi $DevFirstName,

We replaced the $KeyName key of your subscription to **$ProdName**. The new one is in the developer portal. The old one works until $FormerKeyEnds, so that you have time to switch.

[Get my keys]($DevPortalUrl)

Your other key works as before. If you have questions, reply to this mail.`,
  },
  KeyRotatedInPortal: {
    occasion: 'Subscriptions',
    title: 'Key replaced by the developer, with an overlap',
    description:
      'Sent when a key was replaced in the portal, and the old one goes on for a while. Carries the link “This wasn’t me”.',
    because: 'You get this mail because a key of your developer account at $OrganizationName was replaced.',
    variables: [
      ...COMMON_VARIABLES,
      'ProdName',
      'KeyName',
      'FormerKeyEnds',
      'ConfirmUrl',
      'ConfirmQuery',
      'LinkEnds',
    ],
    requiredLink: null,
    isNotice: true,
    isInUse: true,
    subject: 'New $KeyName key for your subscription to $ProdName',
    body: `Hi $DevFirstName,

The $KeyName key of your subscription to **$ProdName** was just replaced in the [developer portal]($DevPortalUrl). The old one works until $FormerKeyEnds. If that was you, switch to the new one before then.

[This wasn’t me]($ConfirmUrl)

The button signs everyone out, disables your password, and mails you a link to set a new one. Then replace both keys. It works until $LinkEnds.

You can also write to $SupportEmail.`,
  },
  KeyEnds: {
    occasion: 'Subscriptions',
    title: 'Key about to end',
    description: 'Sent 30, 7 and 1 days before a key of a subscription ends, once each.',
    because: 'You get this mail because your developer account at $OrganizationName uses this subscription.',
    variables: [...COMMON_VARIABLES, 'ProdName', 'KeyName', 'KeyEnds', 'KeysUrl'],
    requiredLink: null,
    isOnlyForActive: true,
    isInUse: true,
    subject: 'Your key for $ProdName ends on $KeyEnds',
    body: `Hi $DevFirstName,

A key of your subscription to **$ProdName** ($KeyName) works until $KeyEnds. After that, calls with it are refused with status 403.

[Replace the key]($KeysUrl)

You can let the old key go on beside the new one for a while, so that your program misses nothing. If you have questions, reply to this mail.`,
  },
  QuotaLimitApproachingDeveloperNotificationMessage: {
    occasion: 'Subscriptions',
    title: 'Quota almost used up',
    azureTitle: 'Quota limit approaching',
    description: 'Sent once in a day, week or month, when a subscription has used 80 % of its quota for it.',
    because: 'You get this mail because your developer account at $OrganizationName uses this subscription.',
    variables: QUOTA_VARIABLES,
    requiredLink: null,
    isOnlyForActive: true,
    isInUse: true,
    subject: 'You’re close to your quota for $ProdName',
    body: `Hi $DevFirstName,

Your subscription to **$ProdName** has used $QuotaUsed calls of its quota, which is $QuotaLimit. Once it’s used up, calls are refused with status 403 until $QuotaResetDate. Then the count starts again, and you don’t have to do anything.

[See my calls]($UsageUrl)

Do you need more? Reply to this mail, or write to $SupportEmail.`,
  },
  QuotaUsedUp: {
    occasion: 'Subscriptions',
    title: 'Quota used up',
    description:
      'Sent once in a day, week or month, when a subscription has used its whole quota for it, and its calls are refused.',
    because: 'You get this mail because your developer account at $OrganizationName uses this subscription.',
    variables: QUOTA_VARIABLES,
    requiredLink: null,
    isOnlyForActive: true,
    isInUse: true,
    subject: 'Your quota for $ProdName is used up',
    body: `Hi $DevFirstName,

Your subscription to **$ProdName** has used its whole quota, which is $QuotaLimit. Its calls are refused with status 403 until $QuotaResetDate. Then they work again, with the same keys, and you don’t have to do anything.

[See my calls]($UsageUrl)

Do you need more before then? Reply to this mail, or write to $SupportEmail.`,
  },
} as const satisfies Record<string, MailTemplate>;
