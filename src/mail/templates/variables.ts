// The variables of templates: Azure's names (management-api §1.6) and a few of ours.
import { quotaText } from '../../domain/limit-words.ts';
import { dayOf, type MailValue, momentOf } from './value.ts';

/**
 * How a mail shows a value. A person typed a `free` value, so mail clients must not make a link of it. A `plain` value is
 * ours, or a checked email. A `link` is an address of our own site; `host` and `query` are its parts, for portals elsewhere.
 */
type VariableKind = 'free' | 'plain' | 'link' | 'host' | 'query';

export type Variable = {
  kind: VariableKind;
  title: string;
  sample: MailValue;
  /** Shown in an English mail when there is no value. Other languages greet without a name. */
  whenEmpty?: string;
  /** A paragraph with this variable is left out when there is no value. */
  isOptional?: true;
};

const VARIABLES = {
  DevFirstName: {
    kind: 'free',
    title: 'First name; “there” when it isn’t known',
    sample: 'Ann',
    whenEmpty: 'there',
  },
  DevLastName: { kind: 'free', title: 'Last name', sample: 'Lee' },
  OrganizationName: { kind: 'plain', title: 'Who runs the API programme', sample: 'Example' },
  SupportEmail: { kind: 'plain', title: 'Who developers write to', sample: 'support@example.com' },
  DevPortalUrl: { kind: 'link', title: 'The developer portal', sample: 'https://example.com/portal' },
  DevPortalHost: {
    kind: 'host',
    title: 'The developer portal’s host, for links of your own',
    sample: 'example.com',
  },
  ConfirmUrl: {
    kind: 'link',
    title: 'The one-time link',
    sample: 'https://example.com/portal?ticket=sample',
  },
  ConfirmQuery: {
    kind: 'query',
    title: 'What follows “?” in the one-time link, for portals hosted elsewhere',
    sample: 'ticket=sample',
  },
  LinkEnds: {
    kind: 'plain',
    title: 'When the one-time link ends, with time zone; its paragraph is left out when there is no link',
    sample: momentOf(new Date('2026-11-26T09:30:00Z')),
    isOptional: true,
  },
  DevEmail: { kind: 'plain', title: 'Email', sample: 'ann.lee@example.com' },
  DevUsername: {
    kind: 'plain',
    title: 'What to sign in with: the email, or the provider',
    sample: 'ann.lee@example.com',
  },
  ProviderName: {
    kind: 'plain',
    title: 'The provider that the developer signs in with',
    sample: 'Google',
  },
  IdentityProvider: { kind: 'plain', title: 'How the developer signs in', sample: 'Basic' },
  PersonalLine: {
    kind: 'free',
    title: 'The inviter’s personal line; its paragraph is left out when there is none',
    sample: 'Looking forward to what you build!',
    isOptional: true,
  },
  OperatorMessage: {
    kind: 'free',
    title: 'The operator’s message; its paragraph is left out when there is none',
    sample: 'Please write to us about the traffic of last night.',
    isOptional: true,
  },
  RestorableUntil: {
    kind: 'plain',
    title:
      'Until when a closed account can be restored, with time zone; its paragraph is left out when its data is erased at once',
    sample: momentOf(new Date('2026-12-03T09:30:00Z')),
    isOptional: true,
  },
  KeyUrl: {
    kind: 'link',
    title: 'The page of the subscription, where its keys are replaced',
    sample: 'https://example.com/portal/subscriptions/sample',
  },
  LeakPlace: {
    kind: 'free',
    title: 'Where a key was seen; its paragraph is left out when the scanner didn’t say',
    sample: 'https://code.example.com/app/config.ts',
    isOptional: true,
  },
  OutageSince: { kind: 'plain', title: 'Since when', sample: momentOf(new Date('2026-11-26T09:30:00Z')) },
  OutageWhat: { kind: 'plain', title: 'What happens', sample: 'Slack doesn’t answer' },
  OutageAdvice: {
    kind: 'plain',
    title: 'What to do about it',
    sample: 'Look at Slack’s status page. The server keeps trying; you don’t have to restart it.',
  },
  DevName: { kind: 'free', title: 'The developer’s name', sample: 'Ann Lee' },
  EventAt: { kind: 'plain', title: 'When', sample: momentOf(new Date('2026-11-26T09:30:00Z')) },
  EventBy: { kind: 'free', title: 'Who did it', sample: 'Ada Admin' },
  SubId: { kind: 'plain', title: 'Subscription id', sample: 'ann-starter' },
  ProdId: { kind: 'plain', title: 'Product id', sample: 'starter' },
  ProdName: { kind: 'free', title: 'Product name', sample: 'Starter' },
  SubStartDate: {
    kind: 'plain',
    title: 'First day of the subscription',
    sample: dayOf(new Date('2026-11-26T00:00:00Z')),
  },
  SubTerm: { kind: 'plain', title: 'How long the subscription runs', sample: (say) => say('without an end') },
  SubDeclineReason: {
    kind: 'free',
    title: 'Why it was declined',
    sample: 'This product is for partners only.',
  },
  KeyName: { kind: 'plain', title: 'Which of the two keys', sample: (say) => say('primary') },
  FormerKeyEnds: {
    kind: 'plain',
    title: 'Until when the old key works, with time zone',
    sample: 'Thursday, 3 December 2026, 09:30 UTC',
  },
  KeyEnds: {
    kind: 'plain',
    title: 'When the key ends, with time zone',
    sample: 'Thursday, 3 December 2026, 09:30 UTC',
  },
  KeysUrl: {
    kind: 'link',
    title: 'The keys of the subscription in the portal',
    sample: 'https://example.com/portal/subscriptions/ann-starter#keys',
  },
  QuotaUsed: {
    kind: 'plain',
    title: 'Calls that the subscription has made of its quota',
    sample: (say) => say.number(8_012),
  },
  QuotaLimit: {
    kind: 'plain',
    title: 'The quota',
    sample: (say) => quotaText({ calls: 10_000, period: 'day' }, say),
  },
  QuotaResetDate: {
    kind: 'plain',
    title: 'When the quota starts again, with time zone',
    sample: momentOf(new Date('2026-12-01T00:00:00Z')),
  },
  UsageUrl: {
    kind: 'link',
    title: 'The page of the subscription in the portal, with its calls',
    sample: 'https://example.com/portal/subscriptions/ann-starter#usage',
  },
  Because: {
    kind: 'free',
    title: 'Why the developer gets an announcement',
    sample: (say) =>
      say('You get this mail because you have a developer account at {organization}.', {
        organization: 'Example',
      }),
  },
} as const satisfies Record<string, Variable>;

export type VariableName = keyof typeof VARIABLES;

export function variableOf(name: VariableName): Variable {
  return VARIABLES[name];
}

/** Azure's variables that would put a secret into a mail, and why each is refused. */
export const REFUSED_VARIABLES: Readonly<Record<string, string>> = {
  DevPassword: 'a password is never mailed; the developer chooses one by a one-time link ($ConfirmUrl)',
  SubPrimaryKey: 'a key is never mailed; the developer reads it in the portal ($DevPortalUrl)',
};

/** Every template has them. */
export const COMMON_VARIABLES = [
  'DevFirstName',
  'DevLastName',
  'OrganizationName',
  'SupportEmail',
  'DevPortalUrl',
  'DevPortalHost',
] as const satisfies readonly VariableName[];
