import { beforeAll, describe, expect, it } from 'vitest';
import { addAccount } from '../../src/operations/accounts/add.ts';
import type { Actor, Grant, IssuedActor } from '../../src/operations/frame/context.ts';
import { revokeToken } from '../../src/operations/tokens/revoke.ts';
import {
  ADMIN,
  APPROVER,
  adminOfTeam,
  createTestContext,
  DEVELOPER,
  ISSUER,
  issued,
  MEMBER,
  programOf,
  refusalOf,
  SIGNED_IN,
  SYSTEM,
  withMembership,
} from '../support/context.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { findOperations } from '../support/operations.ts';

const t = forAllTests(() => createTestContext({ tokenIssuer: ISSUER }));
beforeAll(async () => {
  const { account } = await addAccount(t.as(ADMIN), {
    email: 'ann@example.com',
    firstName: 'Ann',
    lastName: 'Lee',
  });
  await t.signIn(account.id);
  for (const role of ['admin', 'approver', 'reader'] as const)
    ACTORS[`${role}-program`] = await programOf(t, role, { grants: ['list-secrets', 'sso'] });
});

/** Written by hand, so that a change of `allowed` has to be made twice. */
const EXPECTED: Record<string, string> = {
  'account-batches/plan-undo': 'admin console',
  'account-batches/preview': 'admin console',
  'account-batches/select': 'admin console',
  'accounts/resend-confirmation': 'admin console',
  'accounts/activate': 'admin approver console admin-program approver-program',
  'accounts/add': 'admin console admin-program',
  'accounts/answer-sign-up': 'system',
  'accounts/block': 'admin approver console admin-program approver-program',
  'accounts/call-off-own-email': 'account',
  'accounts/change-own-email': 'account',
  'accounts/check-import': 'admin console',
  'accounts/close': 'account',
  'accounts/compare': 'admin approver console admin-program approver-program reader-program',
  'accounts/confirm-email': 'developer',
  'accounts/count': 'admin approver console',
  'accounts/decline-sign-up': 'admin approver console',
  'accounts/delete': 'admin console admin-program',
  'accounts/edit': 'admin console admin-program',
  'accounts/edit-own': 'account',
  'accounts/set-language': 'account',
  'accounts/set-news': 'account',
  'announcements/advance': 'system',
  'announcements/begin': 'admin console',
  'announcements/discard': 'admin console',
  'announcements/list': 'admin console',
  'announcements/list-recipients': 'admin console',
  'announcements/record-message': 'system',
  'announcements/save': 'admin console',
  'announcements/send': 'admin console',
  'announcements/send-test': 'admin console',
  'announcements/show': 'admin console system',
  'announcements/stop': 'admin console',
  'announcements/stop-all': 'console',
  'announcements/sweep': 'system',
  'announcements/unsubscribe': 'developer',
  'accounts/end-block': 'system',
  'accounts/erase': 'system',
  'accounts/find': 'admin approver console',
  'accounts/likely-emails': 'admin console developer',
  'accounts/list': 'admin approver console admin-program approver-program reader-program',
  'accounts/open-confirmation': 'developer',
  'accounts/plan-undo': 'admin approver console',
  'accounts/make-sign-in-link': 'admin-program',
  'accounts/read': 'admin approver console admin-program approver-program reader-program',
  'accounts/remove-sign-up': 'system',
  'accounts/restore': 'admin console',
  'accounts/set-email': 'system',
  'accounts/search': 'admin approver console',
  'apis/create': 'admin console admin-program',
  'apis/delete': 'admin console admin-program',
  'apis/edit': 'admin console admin-program',
  'apis/export': 'admin approver console admin-program approver-program reader-program',
  'apis/list': 'admin approver console admin-program approver-program reader-program',
  'apis/list-endpoints': 'admin approver console admin-program approver-program reader-program',
  'apis/open-exported': 'system',
  'apis/read-offered-document': 'developer account',
  'apis/show': 'admin approver console',
  'apis/show-offered': 'developer account',
  'apis/show-offered-endpoint': 'developer account',
  'azure/bind': 'system',
  'azure/claim-pull': 'system',
  'azure/plan-look': 'system',
  'azure/queue-look': 'system',
  'azure/settle-pull': 'system',
  'azure/sweep-pull': 'system',
  'approvals/close-all': 'console',
  'accounts/end-ways-in': 'console',
  'accounts/secure': 'developer',
  'accounts/set-groups': 'admin console admin-program',
  'accounts/sign-up': 'developer',
  'accounts/show-own': 'account',
  'accounts/show': 'admin approver console admin-program approver-program reader-program',
  'cards/plan-review': 'system',
  'reviews/answer': 'admin approver member',
  'reviews/block-unanswered': 'system',
  'reviews/end': 'admin console system',
  'reviews/list': 'admin approver console',
  'reviews/list-own': 'admin approver member',
  'reviews/list-rows': 'admin approver member console',
  'reviews/lose-reviewer': 'system',
  'reviews/plan': 'admin console',
  'reviews/report': 'admin approver console system',
  'reviews/show': 'admin approver console system',
  'reviews/show-row': 'admin approver member',
  'reviews/start': 'admin console',
  'reviews/stop': 'admin console',
  'reviews/sweep': 'system',
  'reviews/take-back': 'admin approver member',
  'approvals/decide': 'admin approver',
  'approvals/erase': 'system',
  'approvals/list-own': 'admin approver member',
  'approvals/list-waiting': 'admin approver console',
  'approvals/show-outcome': 'admin approver console admin-program approver-program reader-program',
  'approvals/show': 'system',
  'approvals/sweep': 'system',
  'approvals/withdraw': 'admin approver member',
  'azure/attach': 'console',
  'azure/compare-instance': 'console',
  'azure/detach': 'console',
  'azure/enter-portal': 'account',
  'azure/list-ours': 'console',
  'azure/list-drifts': 'admin approver console',
  'azure/list-orders': 'admin approver console',
  'azure/resolve-delegation': 'account',
  'azure/settle-drift': 'admin approver console',
  'azure/show': 'admin approver console',
  'azure/show-drift': 'admin approver console',
  'azure/note-who-changed': 'system',
  'azure/plan-who-changed': 'system',
  'leaked-keys/end': 'admin approver console',
  'leaked-keys/find-known': 'system',
  'leaked-keys/follow-key': 'system',
  'leaked-keys/leave': 'admin approver console',
  'leaked-keys/report': 'system',
  'cards/plan-leaked-key': 'system',
  'cards/plan-drift': 'system',
  'cards/repaint-drift': 'admin approver console',
  'audit/export': 'admin console',
  'audit/feed': 'admin console admin-program approver-program reader-program',
  'events/list': 'admin approver console admin-program approver-program reader-program',
  'audit/history': 'admin approver console',
  'audit/link': 'system',
  'audit/search': 'admin approver console',
  'audit/show': 'system',
  'audit/verify': 'admin console',
  'azure/claim-order': 'system',
  'azure/preview-mode': 'admin console',
  'azure/retry-order': 'admin approver console',
  'azure/set-mode': 'admin console',
  'azure/settle-order': 'system',
  'azure/show-order': 'admin approver console system',
  'azure/sweep-orders': 'system',
  'cards/plan': 'system',
  'azure/note-refusal': 'system',
  'azure/observe': 'system',
  'cards/plan-approval': 'system',
  'cards/plan-invitations': 'system',
  'cards/plan-sign-ups': 'system',
  'cards/plan-subscription': 'system',
  'cards/record-painted': 'system',
  'cards/repaint': 'admin approver console',
  'cards/repaint-subscription': 'admin approver console',
  'cards/sweep': 'system',
  'copies/compare': 'console',
  'groups/create': 'admin console admin-program',
  'groups/delete': 'admin console admin-program',
  'groups/list': 'admin approver console admin-program approver-program reader-program',
  'groups/list-custom': 'admin approver member',
  'identities/begin': 'developer account',
  'identities/claim': 'developer',
  'identities/connect': 'account',
  'identities/connect-by-link': 'developer',
  'identities/disconnect': 'account',
  'identities/finish': 'developer',
  'identities/show-proof': 'developer',
  'identities/sign-up': 'developer',
  'batches/begin': 'admin console',
  'batches/claim': 'system',
  'batches/record-message': 'admin',
  'batches/settle': 'system',
  'batches/show': 'admin console',
  'batches/stop': 'admin console',
  'batches/stop-all': 'console',
  'batches/sweep': 'system',
  'imports/keep': 'admin',
  'groups/show': 'admin approver console admin-program approver-program reader-program',
  'groups/rename': 'admin console admin-program',
  'invitations/accept': 'developer',
  'invitations/count': 'admin console',
  'invitations/erase': 'system',
  'invitations/expire': 'system',
  'invitations/invite': 'admin console',
  'invitations/list': 'admin console',
  'invitations/list-batch-people': 'system',
  'invitations/list-of-inviter': 'system',
  'invitations/open': 'developer',
  'invitations/request': 'admin approver member',
  'invitations/request-again': 'developer',
  'invitations/resend': 'admin console',
  'invitations/revoke': 'admin console',
  'digests/post-due': 'system',
  'digests/set': 'admin console',
  'digests/show': 'admin approver console system',
  'invitations/set-messages': 'admin approver member',
  'invitations/show': 'admin system',
  'invitations/show-messages': 'admin approver member',
  'notifications/add-recipient': 'admin console admin-program',
  'notifications/list': 'admin console admin-program approver-program reader-program',
  'notifications/remove-recipient': 'admin console admin-program',
  'mails/cancel-all': 'console',
  'mails/claim': 'system',
  'mails/count': 'admin system',
  'mails/record-event': 'system',
  'mails/settle': 'system',
  'mails/sweep': 'system',
  'operators/confirm': 'system',
  'operators/doubt': 'system',
  'operators/grant': 'admin console',
  'operators/grant-first': 'system',
  'operators/grant-from-console': 'console',
  'operators/list': 'admin approver member console system',
  'operators/lose': 'system',
  'operators/show-own-role': 'admin approver member',
  'operators/sweep': 'system',
  'operators/withdraw': 'admin console',
  'operators/withdraw-from-console': 'console',
  'outages/note': 'system',
  'outages/tell': 'system',
  'passwords/change': 'account',
  'passwords/compare': 'admin admin-program',
  'passwords/open-reset': 'developer',
  'passwords/request-reset': 'developer',
  'passwords/reset': 'developer',
  'products/create': 'admin console admin-program',
  'products/delete': 'admin console admin-program',
  'products/edit': 'admin console admin-program',
  'products/list': 'admin approver console admin-program approver-program reader-program',
  'products/list-offered': 'developer account',
  'products/show': 'admin approver console',
  'rules/create': 'admin console',
  'rules/delete': 'admin console',
  'rules/edit': 'admin console',
  'rules/list': 'admin console',
  'rules/try': 'admin console',
  'subscriptions/give': 'system',
  'subscriptions/approve': 'admin approver console admin-program approver-program',
  'subscriptions/cancel': 'admin console account admin-program',
  'subscriptions/compare-keys': 'admin console admin-program',
  'subscriptions/delete': 'admin console admin-program',
  'subscriptions/expire': 'system',
  'subscriptions/extend': 'admin console admin-program',
  'subscriptions/grant': 'admin console admin-program',
  'subscriptions/list': 'admin approver console admin-program approver-program reader-program',
  'subscriptions/list-secrets': 'admin-program',
  'subscriptions/list-own': 'account',
  'subscriptions/end-former-key': 'console account',
  'subscriptions/rotate-key': 'admin approver console account',
  'subscriptions/regenerate-key': 'admin approver console account admin-program approver-program',
  'subscriptions/reject': 'admin approver console admin-program approver-program',
  'subscriptions/limit': 'admin console',
  'subscriptions/rename': 'admin console account admin-program',
  'subscriptions/request': 'account',
  'subscriptions/resume': 'admin approver console admin-program approver-program',
  'subscriptions/count': 'admin approver console',
  'subscriptions/show': 'admin approver console system',
  'subscriptions/show-keys': 'account',
  'terms/agree': 'account',
  'terms/list-waiting': 'account',
  'subscriptions/suspend': 'admin approver console admin-program approver-program',
  'recoveries/compare': 'console',
  'recoveries/count-open': 'console',
  'resources/resolve': 'admin approver console admin-program approver-program reader-program',
  'services/set-of-channel': 'admin',
  'services/show': 'admin approver console admin-program approver-program reader-program',
  'sessions/end': 'account',
  'sessions/end-all': 'console',
  'sessions/end-others': 'account',
  'sessions/list': 'account',
  'sessions/prove': 'account',
  'sessions/redeem-link': 'developer',
  'sessions/request-proof': 'account',
  'sessions/resume': 'developer',
  'sessions/sign-in': 'developer',
  'sessions/sign-out': 'account',
  'passwords/set': 'admin admin-program',
  'passwords/send-reset': 'admin console admin-program',
  'templates/list': 'admin console admin-program approver-program reader-program',
  'templates/preview': 'admin console',
  'templates/restore-default': 'admin console admin-program',
  'templates/save': 'admin console admin-program',
  'templates/send-test': 'admin console',
  'templates/show': 'admin console',
  'tickets/answer-request': 'system',
  'tickets/open': 'developer',
  'tickets/recognise': 'developer',
  'tickets/void-all': 'console',
  'tokens/create': 'console',
  'tokens/exchange': 'admin-program approver-program reader-program',
  'tokens/list': 'admin console',
  'tokens/revoke-all': 'console',
  'tokens/revoke': 'admin console',
  'tokens/show': 'system',
  'usage/show': 'admin approver console',
  'usage/show-own': 'account',
  'tokens/recognise': 'system',
  'subscriptions/put-key': 'system',
  'subscriptions/tell-of-ending-keys': 'system',
  'subscriptions/tell-of-quota': 'system',
  'tokens/warn': 'system',
  'webhooks/claim': 'system',
  'webhooks/create': 'admin console',
  'webhooks/delete': 'admin console',
  'webhooks/edit': 'admin console',
  'webhooks/list': 'admin console',
  'webhooks/list-deliveries': 'admin console',
  'webhooks/pause': 'admin console',
  'webhooks/queue': 'system',
  'webhooks/redeliver': 'admin console',
  'webhooks/report-trouble': 'system',
  'webhooks/resume': 'admin console',
  'webhooks/rotate-secret': 'admin console',
  'webhooks/send-test': 'admin console',
  'webhooks/settle': 'system',
  'webhooks/sweep': 'system',
  'workspaces/bind': 'system',
  'workspaces/revoke': 'system',
  'exports/claim': 'system',
  'exports/note': 'system',
  'exports/sweep': 'system',
  'exports/take': 'admin console',
  'usage/list-days': 'admin approver console',
  'usage/report': 'admin approver console admin-program approver-program reader-program',
  'usage/report-times': 'admin approver console admin-program approver-program reader-program',
};

const ACTORS: Record<string, Actor> = {
  admin: ADMIN,
  approver: APPROVER,
  member: MEMBER,
  console: { kind: 'console', name: 'Connie' },
  developer: DEVELOPER,
  account: SIGNED_IN,
  system: SYSTEM,
};
/** Each has the admin's row in the table of operators, and is still refused. */
const FALLEN: Record<string, Actor> = {
  guest: withMembership('guest'),
  bot: withMembership('bot'),
  deactivated: withMembership('deactivated'),
  stranger: withMembership('stranger'),
};

const operations = await findOperations();
/** No operation accepts this input: an actor who may run it gets `invalid_input`, and nothing is done. */
const NONSENSE = { noOperationHasThis: true } as never;

describe('T44: who may do what', () => {
  it('has a row for each operation, and no row for one that is gone', () => {
    expect([...operations.keys()].sort()).toEqual(Object.keys(EXPECTED).sort());
  });

  for (const [name, operation] of operations) {
    it(`${name} is allowed to: ${EXPECTED[name]}`, async () => {
      const able: string[] = [];
      for (const [role, actor] of Object.entries({ ...ACTORS, ...FALLEN })) {
        const code = await refusalOf(operation(t.as(actor), NONSENSE));
        expect(['invalid_input', 'not_permitted']).toContain(code);
        if (code === 'invalid_input') able.push(role);
      }
      expect(able.join(' ')).toBe(EXPECTED[name]);
    });
  }

  it('a token of the issuer may do what our token with that role may, and nothing without a role or from another issuer', async () => {
    const grants: Grant[] = ['list-secrets', 'sso'];
    for (const [name, operation] of operations) {
      const may = async (change: Partial<IssuedActor>) =>
        (await refusalOf(operation(t.as(issued({ grants, ...change })), NONSENSE))) !== 'not_permitted';
      for (const role of ['admin', 'approver', 'reader'] as const) {
        const expected = (EXPECTED[name] ?? '').split(' ').includes(`${role}-program`);
        expect(await may({ role }), `${name} by ${role}`).toBe(expected);
        expect(await may({ role, issuer: `${ISSUER}/` }), `${name} by another issuer's ${role}`).toBe(false);
      }
      expect(await may({ role: null }), `${name} by no role`).toBe(false);
    }
    for (const name of ['subscriptions/list-secrets', 'accounts/make-sign-in-link'])
      expect(await refusalOf(operations.get(name)?.(t.as(issued()), NONSENSE) ?? Promise.resolve())).toBe(
        'not_permitted',
      );
  });

  it('a program may do no more than its owner may now, and nothing once its token is revoked or has expired', async () => {
    const ofApprover = await programOf(t, 'approver', { userId: 'U0APPROVER' });
    const ofAdmin = await programOf(t, 'admin', { userId: 'U0ADMIN' });
    const may = async (actor: Actor, name: string) =>
      (await refusalOf(operations.get(name)?.(t.as(actor), NONSENSE) ?? Promise.resolve())) !==
      'not_permitted';
    expect(await may(ofApprover, 'accounts/block')).toBe(true);
    expect(await may(ofAdmin, 'accounts/add')).toBe(true);
    const owner = t.sql`service_id = 'ours' and slack_user_id = 'U0ADMIN'`;
    await t.sql`update operators set role = 'approver' where ${owner}`;
    expect(await may(ofAdmin, 'accounts/add')).toBe(false);
    expect(await may(ofAdmin, 'accounts/block')).toBe(true);
    await t.sql`update operators set role = null where ${owner}`;
    expect(await may(ofAdmin, 'accounts/block')).toBe(false);
    await t.sql`update operators set role = 'admin' where ${owner}`;
    await revokeToken(t.as(ADMIN), { tokenId: ofAdmin.tokenId });
    t.advance(90 * 86_400_000);
    for (const actor of [ofAdmin, ofApprover])
      for (const operation of operations.values())
        expect(await refusalOf(operation(t.as(actor), NONSENSE))).toBe('not_permitted');
  });

  it('an approver owns no admin token, and a member without a role owns no token', async () => {
    for (const userId of ['U0APPROVER', 'U0MEMBER'])
      expect(await refusalOf(programOf(t, 'admin', { userId }))).toBe('operator_unfitting');
    expect(await refusalOf(programOf(t, 'reader', { userId: 'U0MEMBER' }))).toBe('operator_unfitting');
  });

  it('a role in one Slack workspace gives none in another with the same user id', async () => {
    for (const operation of operations.values()) {
      if (operation.allowed.includes('member')) continue;
      expect(await refusalOf(operation(t.as(adminOfTeam('T0OTHER')), NONSENSE))).toBe('not_permitted');
    }
  });

  it('a role that was withdrawn, or that was granted in another service, gives no right', async () => {
    const key = t.sql`slack_user_id = 'U0ADMIN' and service_id = 'theirs'`;
    for (const change of [
      t.sql`update operators set role = null where ${key}`,
      t.sql`delete from operators where ${key}`,
    ]) {
      await change;
      for (const operation of operations.values()) {
        if (operation.allowed.includes('member')) continue;
        expect(await refusalOf(operation(t.as(ADMIN, 'theirs'), NONSENSE))).toBe('not_permitted');
      }
    }
  });
});
