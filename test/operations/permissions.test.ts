import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../src/operations/context.ts';
import {
  ADMIN,
  APPROVER,
  adminOfTeam,
  createTestContext,
  DEVELOPER,
  MEMBER,
  refusalOf,
  SYSTEM,
  type TestContext,
  withStanding,
} from '../support/context.ts';
import { findOperations } from '../support/operations.ts';

let t: TestContext;
beforeAll(async () => {
  t = await createTestContext();
});
afterAll(() => t.close());

/** Who may: written down here and nowhere derived, so that a change of `allowed` has to be made twice. */
const EXPECTED: Record<string, string> = {
  'accounts/activate': 'admin approver',
  'accounts/add': 'admin',
  'accounts/block': 'admin approver',
  'accounts/confirm-email': 'developer',
  'accounts/count': 'admin approver',
  'accounts/delete': 'admin',
  'accounts/edit': 'admin',
  'accounts/erase': 'system',
  'accounts/find': 'admin approver',
  'accounts/list': 'admin approver',
  'accounts/open-confirmation': 'developer',
  'accounts/restore': 'admin',
  'accounts/search': 'admin approver',
  'accounts/set-groups': 'admin',
  'accounts/show': 'admin approver',
  'cards/plan': 'system',
  'cards/record-painted': 'system',
  'cards/repaint': 'admin approver',
  'groups/create': 'admin',
  'groups/delete': 'admin',
  'groups/list': 'admin approver',
  'groups/rename': 'admin',
  'invitations/accept': 'developer',
  'invitations/answer-request': 'system',
  'invitations/count': 'admin',
  'invitations/invite': 'admin',
  'invitations/list': 'admin',
  'invitations/open': 'developer',
  'invitations/request-again': 'developer',
  'invitations/resend': 'admin',
  'invitations/revoke': 'admin',
  'invitations/show': 'admin system',
  'mails/claim': 'system',
  'mails/count': 'admin system',
  'mails/record-event': 'system',
  'mails/settle': 'system',
  'mails/sweep': 'system',
  'operators/grant-first': 'system',
  'operators/list': 'admin approver member system',
  'operators/show-own-role': 'admin approver member',
  'passwords/answer-request': 'system',
  'passwords/open-reset': 'developer',
  'passwords/request-reset': 'developer',
  'passwords/reset': 'developer',
  'passwords/send-reset': 'admin',
  'templates/list': 'admin',
  'templates/preview': 'admin',
  'templates/restore-default': 'admin',
  'templates/save': 'admin',
  'templates/send-test': 'admin',
  'templates/show': 'admin',
  'workspaces/bind': 'system',
  'workspaces/revoke': 'system',
};

const ACTORS: Record<string, Actor> = {
  admin: ADMIN,
  approver: APPROVER,
  member: MEMBER,
  developer: DEVELOPER,
  system: SYSTEM,
};
/** Each has the admin's row in the table of operators, and may nothing all the same. */
const FALLEN: Record<string, Actor> = {
  guest: withStanding('guest'),
  bot: withStanding('bot'),
  deactivated: withStanding('deactivated'),
  stranger: withStanding('stranger'),
};

const operations = await findOperations();
/** No operation takes this, so that whoever may is told so by `invalid_input` and nothing is done. */
const NONSENSE = { noOperationHasThis: true } as never;

describe('T44: who may do what', () => {
  it('is written down for every operation, and for none that is gone', () => {
    expect([...operations.keys()].sort()).toEqual(Object.keys(EXPECTED).sort());
  });

  for (const [name, operation] of operations) {
    it(`${name}: ${EXPECTED[name]}`, async () => {
      const able: string[] = [];
      for (const [role, actor] of Object.entries({ ...ACTORS, ...FALLEN })) {
        const code = await refusalOf(operation(t.as(actor), NONSENSE));
        expect(['invalid_input', 'not_permitted']).toContain(code);
        if (code === 'invalid_input') able.push(role);
      }
      expect(able.join(' ')).toBe(EXPECTED[name]);
    });
  }

  it('a role in one Slack workspace is none in another, however alike the ids', async () => {
    for (const operation of operations.values()) {
      if (operation.allowed.includes('member')) continue;
      expect(await refusalOf(operation(t.as(adminOfTeam('T0OTHER')), NONSENSE))).toBe('not_permitted');
    }
  });

  it('a role that was withdrawn, or never granted in this service, is none', async () => {
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
