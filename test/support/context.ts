// Operations called directly on a real database, without Slack, pages or jobs.

import { randomBytes } from 'node:crypto';
import { connect } from '../../src/db/connection/connect.ts';
import { openService } from '../../src/db/operators/services.ts';
import { DomainError } from '../../src/domain/domain-error.ts';
import type {
  Actor,
  Context,
  Grant,
  IssuedActor,
  Policy,
  SlackActor,
  SlackMembership,
} from '../../src/operations/frame/context.ts';
import type { MailOrder } from '../../src/operations/frame/outbox.ts';
import { grantFirstOperator } from '../../src/operations/operators/grant-first.ts';
import { createToken } from '../../src/operations/tokens/create.ts';
import { recogniseToken } from '../../src/operations/tokens/recognise.ts';
import { createKeyring, secretKeyCheckValue } from '../../src/security/keyring.ts';
import { createPasswordHasher } from '../../src/security/password-hash.ts';
import { openSealedText } from '../../src/security/sealed-text.ts';
import { NO_BRAND } from '../../src/settings/brand-settings.ts';
import { createTestDatabase } from './database.ts';
import { ACME, MEMORY_PROVIDERS } from './memory-provider.ts';
import { TEST_PASSWORD_COST, TEST_SECRET_KEY } from './test-settings.ts';

/** More than ten, so that calls at once reach Postgres at once. */
const CONNECTIONS = 20;
const TEAM = 'T0TEST';

export type TestContext = Awaited<ReturnType<typeof createTestContext>>;
export type ServiceId = 'ours' | 'theirs';
type SentMail = MailOrder & { id: string; template: string; ticketId: string | null; ticket: string | null };

export const slackActor = (
  userId: string,
  name: string,
  membership: SlackMembership = 'member',
  teamId = TEAM,
): SlackActor => ({
  kind: 'slack',
  teamId,
  userId,
  name,
  membership,
  email: `${userId.toLowerCase()}@work.example.com`,
});

export const ADMIN = slackActor('U0ADMIN', 'Ada Admin');
export const APPROVER = slackActor('U0APPROVER', 'Abe Approver');
export const MEMBER = slackActor('U0MEMBER', 'Mo Member');
export const DEVELOPER: Actor = { kind: 'developer' };
export const SYSTEM: Actor = { kind: 'system', name: 'test' };
/** Signed in to `ours`, once `signIn` has set the account. */
export const SIGNED_IN = {
  kind: 'account' as const,
  accountId: '',
  sessionId: '',
};
export const ISSUER = 'https://login.example.com/tenant';
/** A program that the issuer vouches for, an admin by default. */
export const issued = (rest: Partial<IssuedActor> = {}): IssuedActor => ({
  kind: 'oidc',
  issuer: ISSUER,
  subject: 'pipeline',
  name: 'Pipeline',
  person: null,
  role: 'admin',
  grants: [],
  ...rest,
});
export const withMembership = (membership: SlackMembership) => slackActor('U0ADMIN', 'Ada Admin', membership);
export const adminOfTeam = (teamId: string) => slackActor('U0ADMIN', 'Ada Admin', 'member', teamId);

/** A database of the test file's own with two services, `ours` and `theirs`; each has an admin and an approver. */
export async function createTestContext(changed: Partial<Policy> = {}, made = createTestDatabase()) {
  const database = await made;
  const { db, sql, close } = connect(database.url, { max: CONNECTIONS });
  const keyring = createKeyring(TEST_SECRET_KEY);
  const passwords = createPasswordHasher({ keyring, cost: TEST_PASSWORD_COST });
  const policy: Policy = {
    publicUrl: 'https://apis.example.com',
    organizationName: 'Example APIs',
    brand: NO_BRAND,
    language: 'en',
    supportEmail: 'support@example.com',
    alertEmails: [],
    passwordMinLength: 12,
    invitationLifetimeHours: 48,
    passwordResetLifetimeMinutes: 60,
    eraseDeletedAfterDays: 30,
    mailLinkHosts: [],
    openapiHosts: [],
    webhookHosts: [],
    resourceId: '/subscriptions/s/resourceGroups/g/providers/Microsoft.ApiManagement/service/ours',
    secondOperatorFor: [],
    secondOperatorForMoreThan: null,
    tokenIssuer: null,
    gatewayUrl: null,
    keysMayOverlap: true,
    hasRequests: true,
    signUp: 'approval',
    signIn: { hasPasswords: true, providers: [ACME] },
    ...changed,
  };
  let now = Date.now();
  // Each reading is a millisecond later, so that events have an order.
  const clock = () => {
    now += 1;
    return new Date(now);
  };
  const services = {
    ours: { id: 'ours', name: 'Our service' },
    theirs: { id: 'theirs', name: 'Their service' },
  };

  /** What Slack says about a person; without an entry, a member. `silent`: Slack doesn't answer. */
  const memberships = new Map<string, SlackMembership | 'silent'>();
  const personInSlack = (userId: string, teamId: string): SlackActor => {
    const membership = memberships.get(userId) ?? 'member';
    if (membership === 'silent') throw new Error('slack does not answer');
    return { ...slackActor(userId, `Name of ${userId}`, membership, teamId) };
  };

  const as = (
    actor: Actor,
    service: ServiceId = 'ours',
    requestId: string = crypto.randomUUID(),
  ): Context => ({
    db,
    clock,
    random: (size) => randomBytes(size),
    keyring,
    passwords,
    signInProviders: MEMORY_PROVIDERS,
    people: { actorOf: async (userId, teamId) => personInSlack(userId, teamId) },
    policy,
    service: services[service],
    actor,
    requestId,
  });

  for (const service of Object.values(services)) {
    await openService(db, { ...service, secretKeyCheck: secretKeyCheckValue(keyring), now: clock() });
    const grant = { teamId: TEAM };
    const system = as(SYSTEM, service.id as ServiceId);
    await grantFirstOperator(system, { ...grant, slackUserId: 'U0ADMIN', name: 'Ada Admin', role: 'admin' });
    await grantFirstOperator(system, {
      ...grant,
      slackUserId: 'U0APPROVER',
      name: 'Abe Approver',
      role: 'approver',
    });
  }

  /** The mails that wait to be sent to an address, oldest first, with the secret that only they hold. */
  async function mailsTo(address: string): Promise<SentMail[]> {
    const rows = await sql<
      { id: string; template: string; ticketId: string | null; sealedOrder: string }[]
    >`select id, template, ticket_id as "ticketId", sealed_order as "sealedOrder" from mails
      where sealed_order is not null order by created_at`;
    return rows.map(opened).filter((mail) => mail.to === address);
  }

  const openedOrders = new Map<string, MailOrder>();
  function opened({
    sealedOrder,
    ...row
  }: Omit<SentMail, keyof MailOrder | 'ticket'> & { sealedOrder: string }) {
    const order =
      openedOrders.get(row.id) ?? (JSON.parse(openSealedText(keyring, 'mail', sealedOrder)) as MailOrder);
    openedOrders.set(row.id, order);
    const url = order.variables.ConfirmUrl;
    return { ...row, ...order, ticket: url ? new URL(url).searchParams.get('ticket') : null };
  }

  /** A developer who is signed in to `ours`. */
  async function signedIn(accountId: string) {
    const sessionId = crypto.randomUUID();
    await sql`insert into sessions (service_id, id, account_id, hash, agent, created_at, last_seen_at, expires_at)
      values ('ours', ${sessionId}, ${accountId}, ${sessionId}, 'test', now(), now(), '2100-01-01')`;
    return { kind: 'account' as const, accountId, sessionId };
  }

  return {
    databaseUrl: database.url,
    db,
    sql,
    keyring,
    passwords,
    policy,
    clock,
    as,
    memberships,
    mailsTo,
    signedIn,
    /** Makes `SIGNED_IN` the developer of this account. */
    async signIn(accountId: string): Promise<void> {
      Object.assign(SIGNED_IN, await signedIn(accountId));
    },
    advance: (ms: number) => {
      now += ms;
    },
    /** The newest ticket mailed to an address, or the newest in one kind of mail. */
    async ticketTo(address: string, template?: string): Promise<string> {
      const mails = await mailsTo(address);
      const found = mails.findLast((mail) => mail.ticket && (!template || mail.template === template));
      if (!found?.ticket) throw new Error(`no ticket was mailed to ${address}`);
      return found.ticket;
    },
    /** The ticket in one mail that waits to be sent. */
    async ticketOfMail(id: string): Promise<string | null> {
      const [row] = await sql<Parameters<typeof opened>[0][]>`
        select id, template, ticket_id as "ticketId", sealed_order as "sealedOrder" from mails
        where id = ${id} and sealed_order is not null`;
      return row ? opened(row).ticket : null;
    },
    async close() {
      await close();
      await database.close();
    },
  };
}

/** A program whose token belongs to the operator `userId`, by default the admin. */
export async function programOf(
  t: Pick<TestContext, 'as'>,
  role: 'admin' | 'approver' | 'reader',
  {
    grants = [],
    userId = 'U0ADMIN',
    service = 'ours',
  }: { grants?: Grant[]; userId?: string; service?: ServiceId } = {},
): Promise<Extract<Actor, { kind: 'token' }>> {
  const console: Actor = { kind: 'console', name: 'Connie' };
  const program = { name: `${role} program`, role, grants, teamId: TEAM, userId };
  const { token } = await createToken(t.as(console, service), program);
  const actor = await recogniseToken(t.as(SYSTEM, service), { token });
  if (!actor) throw new Error('a new token does not work');
  return actor;
}

/** The code of a refusal, or `done`. Rethrows any other error. */
export async function refusalOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
  return 'done';
}
