// What every operation is given: who acts, for which service, and with what means.
import type { Database, Transaction } from '../../db/connection/connect.ts';
import type { Keyring } from '../../security/keyring.ts';
import type { PasswordHasher } from '../../security/password-hash.ts';

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
      /** Their address at work, so that nobody decides about themselves; null when Slack doesn't tell. */
      email: string | null;
    }
  /** Somebody with a shell on the server, in their own words. */
  | { kind: 'console'; name: string }
  /** Whoever came through a mailed link or a public form; a ticket, if any, is part of the input. */
  | { kind: 'developer' }
  /** A program with a token of ours; whoever owns that answers for it. What it may is looked up at each act. */
  | {
      kind: 'token';
      tokenId: string;
      name: string;
      owner: { teamId: string; userId: string; name: string };
    }
  | IssuedActor
  /** A developer who is signed in to the portal, and may act on their own account alone. */
  | { kind: 'account'; accountId: string; sessionId: string }
  | { kind: 'system'; name: string };

/** What a token may beside its role. */
export type Grant = 'list-secrets' | 'sso';

/** A program or a person that the OIDC issuer vouches for, with what its token said they may. */
export type IssuedActor = {
  kind: 'oidc';
  issuer: string;
  /** Theirs at the issuer, for good. */
  subject: string;
  name: string;
  /** Who of the workspace this is, as an e-mail address or a Slack user id; null when the token doesn't say. */
  person: string | null;
  /** Null: nothing that it says stands for a role here. */
  role: Role | 'reader' | null;
  grants: readonly Grant[];
};

export type SlackActor = Extract<Actor, { kind: 'slack' }>;

/** Who people are, as Slack says now or said within the last five minutes. Throws when Slack can't say. */
export type People = { actorOf(userId: string, teamId: string): Promise<SlackActor> };

/** The settings that rules depend on. */
export type Policy = {
  publicUrl: string;
  organizationName: string;
  supportEmail: string;
  /** Who is mailed when Slack is away. */
  alertEmails: readonly string[];
  passwordMinLength: number;
  invitationLifetimeHours: number;
  passwordResetLifetimeMinutes: number;
  eraseDeletedAfterDays: number;
  mailLinkHosts: readonly string[];
  /** Names of the operations that wait for a second operator: `accounts/delete`. */
  secondOperatorFor: readonly string[];
  /** The OIDC issuer whose tokens are believed; null: none. */
  tokenIssuer: string | null;
  /** Whether anybody in the workspace may ask for an invitation. */
  hasRequests: boolean;
  /** Whether developers may sign up by themselves: not at all, once an operator agreed, or freely. */
  signUp: 'off' | 'approval' | 'open';
};

export type Context = {
  db: Database;
  clock: Clock;
  random: RandomBytes;
  keyring: Keyring;
  passwords: PasswordHasher;
  people: People;
  policy: Policy;
  service: { id: string; name: string };
  actor: Actor;
  requestId: string;
  /** Told of each commit, at once: what this process keeps in memory may be out of date. */
  afterCommit?: () => void;
  /** Mails that follow from this are sent no earlier: many at once keep to the mail service's rate. */
  mailNotBefore?: Date;
  /** Why, for what takes no reason of its own: the console asks for one with every change. */
  reason?: string;
  /** What is carried out because somebody agreed. */
  approval?: { id: string; decidedByName?: string };
};

/** The context inside an operation's transaction. */
export type Act = Context & {
  tx: Transaction;
  now: Date;
  /** The actor's name as people read it: "Ada Admin". */
  actorName: string;
  /** States what the audit row says, and tells its id. Every operation that changes something calls it once. */
  record(entry: AuditEntry): string;
  /** Said instead by a change that found everything as it should be. */
  nothingChanged(): void;
};

export type AuditEntry = {
  target?: {
    kind:
      | 'account'
      | 'invitation'
      | 'group'
      | 'template'
      | 'mail'
      | 'operator'
      | 'token'
      | 'workspace'
      | 'approval'
      | 'api'
      | 'product'
      | 'subscription'
      | 'import';
    id: string;
  };
  reason?: string;
  before?: Record<string, unknown>;
  after?: Record<string, unknown>;
  /** Also said in the approvals channel: who, before → after. */
  isAnnounced?: true;
};
