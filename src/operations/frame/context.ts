// What every operation is given: the actor, the service, the settings, and the parts that it works with.
import type { Database, Transaction } from '../../db/connection/connect.ts';
import type { SignInProviders } from '../../identity/identity.ts';
import type { Keyring } from '../../security/keyring.ts';
import type { PasswordHasher } from '../../security/password-hash.ts';
import type { BrandSettings } from '../../settings/brand-settings.ts';

export type Clock = () => Date;
type RandomBytes = (size: number) => Uint8Array;

export type Role = 'admin' | 'approver';

/** What Slack says a person is in the workspace. Only a `member` can act, whatever role the operators table gives them. */
export type SlackMembership = 'member' | 'guest' | 'bot' | 'deactivated' | 'stranger';

export type Actor =
  | {
      kind: 'slack';
      teamId: string;
      userId: string;
      name: string;
      membership: SlackMembership;
      /** Their email at work, so that they can't decide about themselves; null when Slack doesn't tell it. */
      email: string | null;
      /** Their IANA time zone, where Slack tells it. */
      timeZone?: string;
    }
  /** A person with a shell on the server, under the name that they typed. */
  | { kind: 'console'; name: string }
  /** A visitor with a mailed link or a public form; a ticket, if any, is part of the input. */
  | { kind: 'developer' }
  /** A program with a token of ours, for which the owner answers. Each operation looks up what the token may do. */
  | {
      kind: 'token';
      tokenId: string;
      name: string;
      owner: { teamId: string; userId: string; name: string };
      /** Its grant `act-alone`: what would wait for a second operator runs at once. */
      actsAlone?: true;
    }
  | IssuedActor
  /** A developer who is signed in to the portal, and may act on their own account alone. */
  | { kind: 'account'; accountId: string; sessionId: string }
  | { kind: 'system'; name: string };

/** What a token may do beside its role. */
export type Grant = 'list-secrets' | 'sso' | 'act-alone';

/** A program or a person that the OIDC issuer vouches for, with the rights that its token states. */
export type IssuedActor = {
  kind: 'oidc';
  issuer: string;
  /** The issuer's id of them. It never changes. */
  subject: string;
  name: string;
  /** Their email or Slack user id in the workspace; null when the token doesn't say. */
  person: string | null;
  /** Null when no claim of the token maps to a role. */
  role: Role | 'reader' | null;
  grants: readonly Grant[];
};

export type SlackActor = Extract<Actor, { kind: 'slack' }>;

/** Looks people up in Slack. Throws when Slack can't say. Without `askAgain`, an answer may be five minutes old. */
export type People = {
  actorOf(userId: string, teamId: string, how?: { askAgain?: true }): Promise<SlackActor>;
};

/** The settings that rules depend on. */
export type Policy = {
  publicUrl: string;
  organizationName: string;
  /** How the portal looks, where it leads, and its terms. */
  brand: BrandSettings;
  /** The BCP 47 tag of what people read whose language isn't known. */
  language: string;
  supportEmail: string;
  /** The emails that hear of an outage of Slack. */
  alertEmails: readonly string[];
  passwordMinLength: number;
  invitationLifetimeHours: number;
  passwordResetLifetimeMinutes: number;
  eraseDeletedAfterDays: number;
  mailLinkHosts: readonly string[];
  /** Where OpenAPI documents may be fetched from although the address is private. */
  openapiHosts: readonly string[];
  /** Where webhooks may be although the address is private, and without TLS. */
  webhookHosts: readonly string[];
  /** What the ids of the management API's resources begin with. */
  resourceId: string;
  /** The operations that wait for a second operator, by name: `accounts/delete`. */
  secondOperatorFor: readonly string[];
  /** What concerns more accounts at once waits too, where another operator can decide. Null: never. */
  secondOperatorForMoreThan: number | null;
  /** The OIDC issuer whose tokens are accepted; null when none is. */
  tokenIssuer: string | null;
  /** Where programs call the APIs, without a slash at its end; null when the portal can't say. */
  gatewayUrl: string | null;
  /** Whether a replaced key may go on for a while: not where Azure has the keys, which replaces them at once. */
  keysMayOverlap: boolean;
  /** Whether every member of the workspace may ask for an invitation. */
  hasRequests: boolean;
  /** Whether developers can sign up: not at all, with an operator's approval, or freely. */
  signUp: 'off' | 'approval' | 'open';
  signIn: SignInPolicy;
};

/** How developers sign in. */
type SignInPolicy = {
  /** Whether a password is one of the ways. */
  hasPasswords: boolean;
  /** Where else, in the order of the buttons. */
  providers: readonly SignInChoice[];
};

/** A provider, as the portal offers it. */
export type SignInChoice = {
  name: string;
  issuer: string;
  label: string;
  /** What Azure calls it. */
  kind: string;
  /** The domains of emails that may sign up and connect, in lower case. Empty: all. */
  domains: readonly string[];
  signUp: Policy['signUp'];
  signsOut: boolean;
};

export type Context = {
  db: Database;
  clock: Clock;
  random: RandomBytes;
  keyring: Keyring;
  passwords: PasswordHasher;
  people: People;
  /** Where else developers sign in, by the provider's name in the settings. Absent in programs. */
  signInProviders?: SignInProviders;
  policy: Policy;
  service: { id: string; name: string };
  actor: Actor;
  requestId: string;
  /** Awaited after each commit that gateways must know of, before anybody gets the answer. Never rejects. */
  untilGatewaysKnow?: () => Promise<void>;
  /** Called after a change, so that webhooks hear of it within a second. Absent in programs, whose changes wait a minute. */
  wakeWebhooks?: () => void;
  /** Lets the processes write the calls that they have counted. False when one didn't, within 300 ms. Never rejects. */
  writeUsage?: () => Promise<boolean>;
  /** The mails of this operation leave no earlier, so that many at once keep to the mail service's rate. */
  mailNotBefore?: Date;
  /** The reason for an operation whose input has none: the console demands one with every change. */
  reason?: string;
  /** Part of an attempt at another operation, under which the refusal of a read is recorded. */
  isAttempt?: true;
  /** The approval that this operation runs for. */
  approval?: { id: string; decidedBy?: string; decidedByName?: string };
};

/** One service of this process, and what makes the contexts of its operations. */
export type Served = Context['service'] & {
  policy: Policy;
  contextOf(actor: Actor, requestId?: string): Context;
  /** For work that no person asked for. */
  system(name: string): Context;
};

/** The services of this process: the default one, then those of `SERVICES`. */
export type Services = readonly [Served, ...Served[]];

/** The context inside an operation's transaction. */
export type Act = Context & {
  tx: Transaction;
  now: Date;
  /** The actor's name as people read it: "Ada Admin". */
  actorName: string;
  /** Sets what the audit row says, and returns its id. Every change calls it once. */
  record(entry: AuditEntry): string;
  /** A change that had nothing to do calls this instead of `record`. */
  nothingChanged(): void;
};

export type AuditEntry = {
  target?: {
    kind:
      | 'account'
      | 'invitation'
      | 'group'
      | 'rule'
      | 'template'
      | 'announcement'
      | 'notification'
      | 'mail'
      | 'operator'
      | 'token'
      | 'workspace'
      | 'approval'
      | 'api'
      | 'product'
      | 'subscription'
      | 'batch'
      | 'webhook'
      | 'review';
    id: string;
  };
  reason?: string;
  before?: Record<string, unknown>;
  after?: Record<string, unknown>;
  /** Posts the row in the approvals channel too: who, before → after. */
  isAnnounced?: true;
};
