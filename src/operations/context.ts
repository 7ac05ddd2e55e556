// What every operation is given: who acts, for which service, and with what means.
import type { Database, Transaction } from '../db/connect.ts';
import type { Keyring } from '../security/keyring.ts';
import type { PasswordHasher } from '../security/password-hash.ts';

export type Clock = () => Date;
export type RandomBytes = (size: number) => Uint8Array;

export type Role = 'admin' | 'approver';

/** How Slack itself sees a person. Only a member can act, whatever the table of operators says. */
export type Standing = 'member' | 'guest' | 'bot' | 'deactivated' | 'stranger';

export type Actor =
  | { kind: 'slack'; teamId: string; userId: string; name: string; standing: Standing }
  /** Whoever came through a mailed link or a public form; a ticket, if any, is part of the input. */
  | { kind: 'developer' }
  | { kind: 'system'; name: string };

/** The settings that rules depend on. */
export type Policy = {
  publicUrl: string;
  organizationName: string;
  supportEmail: string;
  passwordMinLength: number;
  invitationLifetimeHours: number;
  passwordResetLifetimeMinutes: number;
  eraseDeletedAfterDays: number;
  mailLinkHosts: readonly string[];
};

export type Context = {
  db: Database;
  clock: Clock;
  random: RandomBytes;
  keyring: Keyring;
  passwords: PasswordHasher;
  policy: Policy;
  service: { id: string; name: string };
  actor: Actor;
  requestId: string;
};

/** The context inside an operation's transaction. */
export type Act = Context & {
  tx: Transaction;
  now: Date;
  /** The actor's name as people read it: "Ada Admin". */
  actorName: string;
  /** States what the audit row says. Every operation that changes something calls it once. */
  record(entry: AuditEntry): void;
  /** Said instead by a change that found everything as it should be. */
  nothingChanged(): void;
};

export type AuditEntry = {
  target?: {
    kind: 'account' | 'invitation' | 'group' | 'template' | 'mail' | 'operator' | 'workspace';
    id: string;
  };
  reason?: string;
  before?: Record<string, unknown>;
  after?: Record<string, unknown>;
};
