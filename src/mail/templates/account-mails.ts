// Mails about accounts. Azure defines most names and their use (management-api §1.6); the texts are ours.
import type { MailTemplate } from './template.ts';
import { COMMON_VARIABLES } from './variables.ts';

const WITH_LINK = [...COMMON_VARIABLES, 'ConfirmUrl', 'ConfirmQuery', 'LinkEnds'] as const;

export const ACCOUNT_MAILS = {
  InviteUserNotificationMessage: {
    occasion: 'Joining',
    title: 'Invitation',
    azureTitle: 'Invite user',
    description: 'Sent to a person that an operator invites, with the link to accept.',
    because:
      'You get this mail because someone at $OrganizationName invited you. If you didn’t expect ' +
      'it, you can ignore it: nothing happens unless you accept.',
    variables: [...WITH_LINK, 'PersonalLine'],
    requiredLink: 'ConfirmUrl',
    isInUse: true,
    subject: 'You’re invited to build with $OrganizationName',
    body: `Hi $DevFirstName,

You’re invited to build with the APIs of $OrganizationName. Accept, choose how you sign in, and your account is ready.

> *From the person who invited you:*
> $PersonalLine

[Accept the invitation]($ConfirmUrl)

Any questions? Just reply to this mail.`,
  },
  ConfirmSignUpIdentityDefault: {
    occasion: 'Joining',
    title: 'Confirm the email of a new account',
    azureTitle: 'New developer account confirmation',
    description: 'Sent when an email must be confirmed before its account becomes active.',
    because:
      'You get this mail because someone signed up for a developer account at $OrganizationName with your email. If ' +
      'that wasn’t you, you can ignore it: the account stays closed until the email is confirmed.',
    variables: WITH_LINK,
    requiredLink: 'ConfirmUrl',
    isInUse: true,
    subject: 'Please confirm your email for $OrganizationName',
    body: `Hi $DevFirstName,

Thank you for signing up. Confirm that this email is yours, and choose how you sign in on the next page.

[Confirm my email]($ConfirmUrl)`,
  },
  NewDeveloperNotificationMessage: {
    occasion: 'Joining',
    title: 'Welcome',
    azureTitle: 'Developer welcome letter',
    description:
      'Sent when an account is ready. Without a way to sign in yet, it carries the link to choose one; paragraphs with ' +
      '$LinkEnds, and buttons of $ConfirmUrl, are left out otherwise.',
    because: 'You get this mail because you have a new developer account at $OrganizationName.',
    variables: [...WITH_LINK, 'DevUsername', 'DevEmail', 'IdentityProvider'],
    isOnlyForActive: true,
    requiredLink: null,
    isInUse: true,
    subject: 'Welcome to the $OrganizationName API!',
    body: `Hi $DevFirstName,

Your developer account is ready. You sign in with **$DevUsername**.

First, choose how you sign in. This link works once, until $LinkEnds.

[Choose how I sign in]($ConfirmUrl)

Your products and keys are in the [developer portal]($DevPortalUrl). If you get stuck, reply to this mail.`,
  },
  AccountExists: {
    occasion: 'Joining',
    title: 'Account already exists',
    description:
      'Sent to a developer when someone signs up with their email, asks for an invitation to it, or wants it for another ' +
      'account. The person who asked is told nothing of it.',
    because: 'You get this mail because you have a developer account at $OrganizationName.',
    variables: COMMON_VARIABLES,
    requiredLink: null,
    isInUse: true,
    subject: 'You already have an account at $OrganizationName',
    body: `Hi $DevFirstName,

Someone, most likely you, just asked for a developer account or an invitation with this email. You already have an account, so nothing changed.

[Sign in]($DevPortalUrl)

Sign in the way that you always do. If that doesn’t work any more, the same page helps you on.

If it wasn’t you, there’s nothing to do.`,
  },
  LinkWhilePending: {
    occasion: 'Joining',
    title: 'Link requested while waiting for approval',
    description:
      'Sent instead of a link to a developer whose email is confirmed and whose account waits for an operator.',
    because: 'You get this mail because you have a developer account at $OrganizationName.',
    variables: COMMON_VARIABLES,
    requiredLink: null,
    isInUse: true,
    subject: 'Your $OrganizationName account is waiting for approval',
    body: `Hi $DevFirstName,

Someone, most likely you, just asked for a link or an account with this email. Your email is confirmed, and there’s nothing left for you to do: someone at $OrganizationName still has to approve your account. We’ll mail you when they have.

Has it been too long? Reply to this mail, or write to $SupportEmail.

If it wasn’t you, there’s nothing to do.`,
  },
  LinkWhileBlocked: {
    occasion: 'Account',
    title: 'Link requested while blocked',
    description: 'Sent instead of a link to a developer whose account is blocked. The reason is never in it.',
    because: 'You get this mail because you have a developer account at $OrganizationName.',
    variables: COMMON_VARIABLES,
    requiredLink: null,
    isInUse: true,
    subject: 'No link sent: your $OrganizationName account is blocked',
    body: `Hi $DevFirstName,

Someone, most likely you, just asked for a link or an account with this email. Your developer account is blocked, so we sent no link: you can’t sign in, and calls with your keys are refused. Nothing was deleted.

To put it right, reply to this mail, or write to $SupportEmail.

If it wasn’t you, nothing changed.`,
  },
  EmailChangeIdentityDefault: {
    occasion: 'Email',
    title: 'Confirm a new email',
    azureTitle: 'Email change confirmation',
    description: 'Sent to the new email of an account. It takes effect once it is confirmed.',
    because:
      'You get this mail because someone wants to use this email for their developer account at $OrganizationName. If ' +
      'that wasn’t you, you can ignore it: nothing changes until it’s confirmed.',
    variables: WITH_LINK,
    requiredLink: 'ConfirmUrl',
    isInUse: true,
    subject: 'Please confirm the new email of your $OrganizationName account',
    body: `Hi $DevFirstName,

You asked to use this email for your developer account. Confirm that it’s yours.

[Confirm my new email]($ConfirmUrl)

Until then, keep signing in with your current email.`,
  },
  EmailChangeRequested: {
    occasion: 'Email',
    title: 'Email change requested',
    description:
      'Sent to the current email when another one is requested. Carries the link “This wasn’t me”, if the account is active.',
    because: 'You get this mail because this is the email of your developer account at $OrganizationName.',
    variables: WITH_LINK,
    requiredLink: null,
    isNotice: true,
    isInUse: true,
    subject: 'Email change requested for your $OrganizationName account',
    body: `Hi $DevFirstName,

Someone asked to change the email of your developer account. The change takes effect once the new email is confirmed; until then, you sign in with this one. If that was you, there’s nothing to do here.

[This wasn’t me]($ConfirmUrl)

The button cancels the change, signs you out everywhere, and mails you a link to set a new password. It works until $LinkEnds.

You can also write to $SupportEmail.`,
  },
  EmailChanged: {
    occasion: 'Email',
    title: 'Email changed',
    description: 'Sent to the former email when a new one took effect.',
    because: 'You get this mail because this was the email of your developer account at $OrganizationName.',
    variables: COMMON_VARIABLES,
    requiredLink: null,
    isInUse: true,
    subject: 'The email of your $OrganizationName account was changed',
    body: `Hi $DevFirstName,

Your developer account now uses another email, and you sign in with that one. This is the last mail we’ll send here.

**Wasn’t it you?** Reply to this mail, or write to $SupportEmail, right away. We can block the account and give it back to you.`,
  },
  SignInReminder: {
    occasion: 'Account',
    title: 'How to sign in',
    description:
      'Sent to a developer without a password when a new one, an account or an invitation is requested with their email. For a ' +
      'new password it carries a link; the paragraphs about it are left out otherwise.',
    because: 'You get this mail because you have a developer account at $OrganizationName.',
    variables: [...WITH_LINK, 'ProviderName'],
    requiredLink: null,
    isInUse: true,
    subject: 'You sign in to $OrganizationName with $ProviderName',
    body: `Hi $DevFirstName,

Someone, most likely you, just asked for a link or an account with this email. You already have an account, and you sign in to it with $ProviderName.

[Sign in]($DevPortalUrl)

Doesn’t that work any more? Then this link lets you choose another way to sign in, once, until $LinkEnds.

[Choose another way]($ConfirmUrl)

If it wasn’t you, there’s nothing to do.`,
  },
  SignInProof: {
    occasion: 'Account',
    title: 'Prove who you are',
    description:
      'Sent to a developer without a password who wants to change their email or a way to sign in, or close the account. ' +
      'Carries the link that proves who they are.',
    because:
      'You get this mail because someone who is signed in to your developer account at $OrganizationName wants to change it.',
    variables: WITH_LINK,
    requiredLink: 'ConfirmUrl',
    isInUse: true,
    subject: 'Is it you? A change of your $OrganizationName account',
    body: `Hi $DevFirstName,

You want to change your developer account: its email, a way to sign in, or to close it. Show that it’s you.

[It’s me]($ConfirmUrl)

The link works once, until $LinkEnds, in a browser where you’re signed in.

**Wasn’t it you?** Then don’t open it: someone else is signed in to your account. Sign out everywhere else under “My account” in the [developer portal]($DevPortalUrl), or write to $SupportEmail.`,
  },
  SignInConnected: {
    occasion: 'Account',
    title: 'Sign-in connected',
    description:
      'Sent to a developer when a provider was connected to their account. Carries the link “This wasn’t me”.',
    because: 'You get this mail because this is the email of your developer account at $OrganizationName.',
    variables: [...WITH_LINK, 'ProviderName'],
    requiredLink: null,
    isNotice: true,
    isInUse: true,
    subject: '$ProviderName was connected to your $OrganizationName account',
    body: `Hi $DevFirstName,

You can now sign in to your developer account with $ProviderName. If you connected it, there’s nothing to do here.

[This wasn’t me]($ConfirmUrl)

The button disconnects it, signs you out everywhere, and mails you a link to get back in. It works until $LinkEnds.

You can also write to $SupportEmail.`,
  },
  SignInDisconnected: {
    occasion: 'Account',
    title: 'Sign-in disconnected',
    description:
      'Sent to a developer when a provider was disconnected from their account. Carries the link “This wasn’t me”.',
    because: 'You get this mail because this is the email of your developer account at $OrganizationName.',
    variables: [...WITH_LINK, 'ProviderName'],
    requiredLink: null,
    isNotice: true,
    isInUse: true,
    subject: '$ProviderName was disconnected from your $OrganizationName account',
    body: `Hi $DevFirstName,

$ProviderName no longer signs you in to your developer account. If you disconnected it, there’s nothing to do here.

[This wasn’t me]($ConfirmUrl)

The button signs you out everywhere, and mails you a link to get back in. It works until $LinkEnds.

You can also write to $SupportEmail.`,
  },
  PasswordResetIdentityDefault: {
    occasion: 'Password',
    title: 'Choose a new password',
    azureTitle: 'Password change confirmation',
    description: 'Sent when a new password is requested. Carries the one-time link to choose it.',
    because:
      'You get this mail because someone asked for a new password for your developer account at $OrganizationName. If ' +
      'that wasn’t you, you can ignore it: nothing changes until the link is used.',
    variables: WITH_LINK,
    requiredLink: 'ConfirmUrl',
    isInUse: true,
    subject: 'Choose a new password for your $OrganizationName account',
    body: `Hi $DevFirstName,

Choose a new password for your developer account. You’ll be signed out everywhere.

[Choose a new password]($ConfirmUrl)`,
  },
  SignInChoice: {
    occasion: 'Account',
    title: 'Choose how to sign in',
    description:
      'Sent instead of the link for a new password where passwords are turned off, to a developer without another way to sign in.',
    because:
      'You get this mail because someone wants to sign in to your developer account at $OrganizationName. If that wasn’t you, ' +
      'you can ignore it: nothing changes until the link is used.',
    variables: WITH_LINK,
    requiredLink: 'ConfirmUrl',
    isInUse: true,
    subject: 'Choose how you sign in to $OrganizationName',
    body: `Hi $DevFirstName,

Choose how you sign in to your developer account from now on. You’ll be signed out everywhere, and no earlier way to sign in will work.

[Choose how I sign in]($ConfirmUrl)`,
  },
  PasswordResetByAdminNotificationMessage: {
    occasion: 'Password',
    title: 'Password set by an operator',
    azureTitle: 'Password reset by publisher',
    description: 'Sent when an operator or a program set a password. The password itself is never mailed.',
    because:
      'You get this mail because the password of your developer account at $OrganizationName was set for you.',
    variables: COMMON_VARIABLES,
    requiredLink: null,
    isInUse: false,
    subject: 'Your $OrganizationName password was reset',
    body: `Hi $DevFirstName,

An administrator set a new password for your developer account, and your old one no longer works. They will tell you the new one; it isn’t in this mail.

Would you rather choose your own? In the [developer portal]($DevPortalUrl), choose “Forgot your password?”.`,
  },
  PasswordChanged: {
    occasion: 'Password',
    title: 'Password changed',
    description:
      'Sent after a password was changed. Carries the link “This wasn’t me”, if the account is active.',
    because:
      'You get this mail because the password of your developer account at $OrganizationName was changed.',
    variables: WITH_LINK,
    requiredLink: null,
    isNotice: true,
    isInUse: true,
    subject: 'Your $OrganizationName password was changed',
    body: `Hi $DevFirstName,

The password of your developer account was just changed, and you’ve been signed out everywhere else. If that was you, there’s nothing to do.

[This wasn’t me]($ConfirmUrl)

The button signs everyone out, disables your password, and mails you a link to set a new one. It works until $LinkEnds.

You can also choose “Forgot your password?” in the [developer portal]($DevPortalUrl), or write to $SupportEmail.`,
  },
  SignInLinkUsed: {
    occasion: 'Account',
    title: 'Sign-in link used',
    description:
      'Sent when a sign-in link that a program made was used in a browser where the developer isn’t signed in. Carries the ' +
      'link “This wasn’t me”.',
    because:
      'You get this mail because someone signed in to your developer account at $OrganizationName by a link.',
    variables: WITH_LINK,
    requiredLink: null,
    isNotice: true,
    isInUse: true,
    subject: 'New sign-in to your $OrganizationName account',
    body: `Hi $DevFirstName,

Someone just signed in to your developer account with a sign-in link, in a new browser. If that was you, there’s nothing to do.

[This wasn’t me]($ConfirmUrl)

The button signs everyone out, disables your password, and mails you a link to set a new one. It works until $LinkEnds.

You can also see where you’re signed in under “My account” in the [developer portal]($DevPortalUrl), or write to $SupportEmail.`,
  },
  SignUpDeclined: {
    occasion: 'Joining',
    title: 'Sign-up declined',
    description:
      'Sent when an operator declines a sign-up, unless they untick it. The reason is in it when they share it.',
    because:
      'You get this mail because someone signed up for a developer account at $OrganizationName with your email.',
    variables: [...COMMON_VARIABLES, 'OperatorMessage'],
    requiredLink: null,
    isInUse: true,
    subject: 'Your sign-up at $OrganizationName was declined',
    body: `Hi $DevFirstName,

Thank you for signing up. We can’t open a developer account for you at this time, and what you typed will be erased.

> *A word from our team:*
> $OperatorMessage

Think this is a mistake? Reply to this mail. A person reads it.`,
  },
  AccountBlocked: {
    occasion: 'Account',
    title: 'Account blocked',
    description:
      'Sent when an operator blocks an account, unless they untick it. Their reason is never in it.',
    because: 'You get this mail because you have a developer account at $OrganizationName.',
    variables: [...COMMON_VARIABLES, 'OperatorMessage'],
    requiredLink: null,
    isInUse: true,
    subject: 'Your $OrganizationName account is blocked',
    body: `Hi $DevFirstName,

Your developer account is blocked: you can’t sign in, and calls with your keys are refused. Nothing was deleted.

> *From our team:*
> $OperatorMessage

If you think this is a mistake, or want to put it right, reply to this mail.`,
  },
  AccountActivated: {
    occasion: 'Account',
    title: 'Account activated',
    description: 'Sent when an operator activates an account, unless they untick it.',
    because: 'You get this mail because you have a developer account at $OrganizationName.',
    variables: [...COMMON_VARIABLES, 'OperatorMessage'],
    requiredLink: null,
    isInUse: true,
    subject: 'Your $OrganizationName account is active',
    body: `Hi $DevFirstName,

Your developer account is active: you can sign in and call our APIs.

> *From our team:*
> $OperatorMessage

[Open the developer portal]($DevPortalUrl)`,
  },
  AccountClosedDeveloper: {
    occasion: 'Account',
    title: 'Account closed',
    azureTitle: 'Developer farewell letter',
    description: 'Sent when an account is deleted.',
    because: 'You get this mail because you had a developer account at $OrganizationName.',
    variables: [...COMMON_VARIABLES, 'RestorableUntil'],
    requiredLink: null,
    isInUse: true,
    subject: 'Your $OrganizationName account is closed',
    body: `Hi $DevFirstName,

Your developer account is closed: you can’t sign in, and your keys no longer work. Your personal data will be erased.

**Changed your mind?** Until $RestorableUntil, we can restore the account. Reply to this mail, or write to $SupportEmail.

**Wasn’t it you?** Reply to this mail right away.

Thank you for building with us.`,
  },
} as const satisfies Record<string, MailTemplate>;
