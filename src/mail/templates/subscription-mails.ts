// Mails about subscriptions: Azure's names (management-api §1.6), and two of ours about keys.
import type { MailTemplate } from './template.ts';
import { COMMON_VARIABLES } from './variables.ts';

export const SUBSCRIPTION_MAILS = {
  PurchaseDeveloperNotificationMessage: {
    title: 'New subscription activated',
    description: 'Sent when a subscription becomes active.',
    because: 'You get this mail because your developer account at $OrganizationName has a new subscription.',
    variables: [...COMMON_VARIABLES, 'ProdId', 'ProdName', 'SubStartDate', 'SubTerm'],
    requiredLink: null,
    isInUse: true,
    subject: 'Your subscription to $ProdName is active',
    body: `Hi $DevFirstName,

Your subscription to **$ProdName** is active, from $SubStartDate. Your keys are waiting in the developer portal.

[Get my keys]($DevPortalUrl)

Happy building!`,
  },
  RequestDeveloperNotificationMessage: {
    title: 'Subscription request received',
    description: 'Sent when a subscription was asked for and awaits approval.',
    because:
      'You get this mail because your developer account at $OrganizationName asked for a subscription.',
    variables: [...COMMON_VARIABLES, 'DevEmail', 'ProdName'],
    requiredLink: null,
    isInUse: true,
    subject: 'We got your request for $ProdName',
    body: `Hi $DevFirstName,

Thank you for your interest in **$ProdName**. Your request reached us, and a person will look at it. You’ll hear from us at $DevEmail.`,
  },
  RejectDeveloperNotificationMessage: {
    title: 'Subscription request declined',
    description: 'Sent when a request for a subscription is declined.',
    because:
      'You get this mail because your developer account at $OrganizationName asked for a subscription.',
    variables: [...COMMON_VARIABLES, 'ProdName', 'SubDeclineReason'],
    requiredLink: null,
    isInUse: true,
    subject: 'About your request for $ProdName',
    body: `Hi $DevFirstName,

We looked at your request for **$ProdName**, and can’t grant it this time. This is why:

> $SubDeclineReason

You’d like to talk about it? Reply to this mail. What else is on offer is in the [developer portal]($DevPortalUrl).`,
  },
  KeyReplaced: {
    title: 'Key replaced',
    description: 'Sent when an operator or a program replaced a key of a subscription.',
    because: 'You get this mail because a key of your developer account at $OrganizationName was replaced.',
    variables: [...COMMON_VARIABLES, 'ProdName', 'KeyName'],
    requiredLink: null,
    isInUse: true,
    subject: 'A key of your subscription to $ProdName was replaced',
    body: `Hi $DevFirstName,

The $KeyName key of your subscription to **$ProdName** was replaced, and the former no longer works. The new one is waiting in the developer portal.

[Get my keys]($DevPortalUrl)

Your other key works as before.`,
  },
  KeyLeaked: {
    title: 'Key replaced after a leak',
    description: 'Sent when a key was found where it should not be, and an operator replaced it.',
    because: 'You get this mail because a key of your developer account at $OrganizationName was replaced.',
    variables: [...COMMON_VARIABLES, 'ProdName', 'KeyName'],
    requiredLink: null,
    isInUse: true,
    subject: 'A key of your subscription to $ProdName leaked and was replaced',
    body: `Hi $DevFirstName,

A key of your subscription to **$ProdName** was found where others can read it, so we replaced it: $KeyName. What was there before no longer works; your account is not blocked. The new one is waiting in the developer portal.

[Get my keys]($DevPortalUrl)

Please look where it got out: code in a public place, a log, a message. Keys belong in neither.`,
  },
  QuotaLimitApproachingDeveloperNotificationMessage: {
    title: 'Quota limit approaching',
    description: 'Sent when a subscription comes near its quota.',
    because: 'You get this mail because your developer account at $OrganizationName uses this subscription.',
    variables: [...COMMON_VARIABLES, 'ProdName', 'QuotaResetDate'],
    requiredLink: null,
    isInUse: false,
    subject: 'You are close to the quota of $ProdName',
    body: `Hi $DevFirstName,

Your calls to **$ProdName** come near the quota of your subscription. Once it’s used up, calls are refused until it starts again: $QuotaResetDate.

You need more? Reply to this mail, and we’ll see what we can do. Your usage is in the [developer portal]($DevPortalUrl).`,
  },
} as const satisfies Record<string, MailTemplate>;
