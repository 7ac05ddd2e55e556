// Mails about accounts. Azure defines most names and their use (management-api §1.6); the texts are ours.
import type { MailTemplate } from './template.ts';
import { COMMON_VARIABLES } from './variables.ts';

const WITH_LINK = [...COMMON_VARIABLES, 'ConfirmUrl', 'ConfirmQuery', 'LinkEnds'] as const;

export const ACCOUNT_MAILS = {
  InviteUserNotificationMessage: {
    title: 'Invite user',
    description: 'Sent to a person that an operator invites. Carries the link that accepts the invitation.',
    because:
      'You get this mail because someone at $OrganizationName invited this address. If you didn’t expect it, ' +
      'leave it: nothing happens unless you accept.',
    variables: [...WITH_LINK, 'PersonalLine'],
    requiredLink: 'ConfirmUrl',
    isInUse: true,
    subject: 'You are invited to build with $OrganizationName',
    body: `Hi $DevFirstName,

You’re invited to the developer programme of $OrganizationName. Accept, choose a password, and your account is ready.

> *A word from the person who invited you:*
> $PersonalLine

[Accept the invitation]($ConfirmUrl)

We’re glad to have you. If anything is unclear, just reply to this mail.`,
  },
  ConfirmSignUpIdentityDefault: {
    title: 'New developer account confirmation',
    description: 'Sent when an address is to be confirmed before its account becomes active.',
    because:
      'You get this mail because a developer account at $OrganizationName was asked for with this address. If it ' +
      'wasn’t by you, leave it: without the link, the account stays closed.',
    variables: WITH_LINK,
    requiredLink: 'ConfirmUrl',
    isInUse: true,
    subject: 'Please confirm your new $OrganizationName API account',
    body: `Hi $DevFirstName,

Thank you for your interest in the APIs of $OrganizationName. One step is left: tell us that this address is yours.

[Confirm my address]($ConfirmUrl)`,
  },
  NewDeveloperNotificationMessage: {
    title: 'Developer welcome letter',
    description:
      'Sent when an account is ready. Without a password yet, it carries the link to choose one; paragraphs with ' +
      '$LinkEnds, and buttons of $ConfirmUrl, are left out otherwise.',
    because: 'You get this mail because this address has a new developer account at $OrganizationName.',
    variables: [...WITH_LINK, 'DevUsername', 'DevEmail', 'IdentityProvider'],
    requiredLink: null,
    isInUse: true,
    subject: 'Welcome to the $OrganizationName API!',
    body: `Hi $DevFirstName,

Welcome! Your developer account is ready. You sign in as **$DevUsername**.

One thing first: choose your password. The link for it works once, until $LinkEnds.

[Choose a password]($ConfirmUrl)

Everything else starts in the [developer portal]($DevPortalUrl). Have fun building, and reply to this mail whenever you get stuck.`,
  },
  AccountExists: {
    title: 'Account exists already',
    description:
      'Sent to a developer when someone signs up with their email, asks for an invitation to it, or wants it for another ' +
      'account. The person who asked is told nothing of it.',
    because: 'You get this mail because this address has a developer account at $OrganizationName.',
    variables: COMMON_VARIABLES,
    requiredLink: null,
    isInUse: true,
    subject: 'You have a $OrganizationName API account already',
    body: `Hi $DevFirstName,

Someone, most likely you, just asked for a developer account or an invitation with this email. You already have an account, so nothing changed.

[Sign in]($DevPortalUrl)

Sign in with this email and your password. If you’ve forgotten it, choose “Forgot your password?” on that page.

If it wasn’t you, there’s nothing to do.`,
  },
  EmailChangeIdentityDefault: {
    title: 'Email change confirmation',
    description:
      'Sent to the new address when an account’s address is to change. It counts once it is confirmed.',
    because:
      'You get this mail because this address is to become that of a developer account at $OrganizationName. If ' +
      'that’s news to you, leave it: nothing changes without the link.',
    variables: WITH_LINK,
    requiredLink: 'ConfirmUrl',
    isInUse: true,
    subject: 'Please confirm the new email of your $OrganizationName account',
    body: `Hi $DevFirstName,

Your developer account is to use this address from now on. Please confirm that it’s yours.

[Confirm my new address]($ConfirmUrl)

Until then you sign in with the old one.`,
  },
  EmailChangeRequested: {
    title: 'Email change asked for',
    description: 'Sent to the old address when a change of address is asked for.',
    because: 'You get this mail because this is the address of your developer account at $OrganizationName.',
    variables: COMMON_VARIABLES,
    requiredLink: null,
    isInUse: true,
    subject: 'Your $OrganizationName account is about to get a new email',
    body: `Hi $DevFirstName,

A new email address was asked for on your developer account. It takes effect once it’s confirmed from the new address; until then, nothing changes.

**Wasn’t this your wish?** Reply to this mail, or write to $SupportEmail, and we’ll stop it.`,
  },
  EmailChanged: {
    title: 'Email changed',
    description: 'Sent to the old address when a change of address took effect.',
    because: 'You get this mail because this was the address of your developer account at $OrganizationName.',
    variables: COMMON_VARIABLES,
    requiredLink: null,
    isInUse: true,
    subject: 'The email of your $OrganizationName account was changed',
    body: `Hi $DevFirstName,

Your developer account now has its new email address, and you sign in with that one. This is our last mail to the old one.

**Wasn’t this your wish?** Write to $SupportEmail right away, and we’ll look into it with you.`,
  },
  PasswordResetIdentityDefault: {
    title: 'Password change confirmation',
    description: 'Sent when a new password is asked for. Carries the one-time link to choose it.',
    because:
      'You get this mail because a new password was asked for on your developer account at $OrganizationName. If it ' +
      'wasn’t by you, leave it: your password stays as it is.',
    variables: WITH_LINK,
    requiredLink: 'ConfirmUrl',
    isInUse: true,
    subject: 'Choose a new password for your $OrganizationName account',
    body: `Hi $DevFirstName,

Here’s the link to choose a new password for your developer account.

[Choose a new password]($ConfirmUrl)

Your old password works until you’re done.`,
  },
  PasswordResetByAdminNotificationMessage: {
    title: 'Password reset by publisher',
    description: 'Sent when an operator or a program set a password. The password itself is never mailed.',
    because:
      'You get this mail because the password of your developer account at $OrganizationName was set for you.',
    variables: COMMON_VARIABLES,
    requiredLink: null,
    isInUse: false,
    subject: 'Your $OrganizationName password was reset',
    body: `Hi $DevFirstName,

An administrator set a new password for your developer account, and your old one no longer works. They will tell you the new one; it isn’t in this mail.

You’d rather choose your own? The [developer portal]($DevPortalUrl) sends you a link for that under “Forgot password”.`,
  },
  PasswordChanged: {
    title: 'Password changed',
    description: 'Sent after a password was changed.',
    because:
      'You get this mail because the password of your developer account at $OrganizationName was changed.',
    variables: COMMON_VARIABLES,
    requiredLink: null,
    isInUse: true,
    subject: 'Your $OrganizationName password was changed',
    body: `Hi $DevFirstName,

The password of your developer account was just changed. If that was you, all is well.

**Wasn’t it you?** Write to $SupportEmail right away, then choose a new password under “Forgot password” in the [developer portal]($DevPortalUrl).`,
  },
  AccountBlocked: {
    title: 'Account blocked',
    description:
      'Sent when an operator blocks an account, unless they untick it. Their reason is never in it.',
    because: 'You get this mail because this address has a developer account at $OrganizationName.',
    variables: [...COMMON_VARIABLES, 'OperatorMessage'],
    requiredLink: null,
    isInUse: true,
    subject: 'Your $OrganizationName API account is blocked',
    body: `Hi $DevFirstName,

Your developer account is blocked for now: signing in and calling our APIs don’t work until it’s active again. Nothing was deleted.

> *A word from our team:*
> $OperatorMessage

You think this is a mistake, or want to put it right? Reply to this mail, and a person will read it.`,
  },
  AccountActivated: {
    title: 'Account activated',
    description: 'Sent when an operator activates an account, unless they untick it.',
    because: 'You get this mail because this address has a developer account at $OrganizationName.',
    variables: [...COMMON_VARIABLES, 'OperatorMessage'],
    requiredLink: null,
    isInUse: true,
    subject: 'Your $OrganizationName API account is active',
    body: `Hi $DevFirstName,

Good news: your developer account is active. You can sign in, and call our APIs.

> *A word from our team:*
> $OperatorMessage

[Open the developer portal]($DevPortalUrl)`,
  },
  AccountClosedDeveloper: {
    title: 'Developer farewell letter',
    description: 'Sent when an account is deleted.',
    because: 'You get this mail because this address had a developer account at $OrganizationName.',
    variables: COMMON_VARIABLES,
    requiredLink: null,
    isInUse: true,
    subject: 'Thank you for using the $OrganizationName API!',
    body: `Hi $DevFirstName,

Your developer account is closed, and its access has ended. Your personal data will be erased.

Thank you for the time you spent building with us. If this came as a surprise, reply to this mail soon, and we’ll see what we can do.`,
  },
} as const satisfies Record<string, MailTemplate>;
