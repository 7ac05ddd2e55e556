import { beforeEach, describe, expect, it } from 'vitest';
import { withdrawFromConsole } from '../../../src/operations/operators/withdraw-from-console.ts';
import { ADMIN, createTestContext, refusalOf } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { grant, OTHER, person, resetRoles, rolesOf, withdraw } from './roles.ts';

const t = forAllTests(createTestContext);
beforeEach(() => resetRoles(t));

describe('withdrawing a role', () => {
  it('T73: is refused for the last admin, and so is making them an approver', async () => {
    expect(await refusalOf(withdraw(t, ADMIN, 'U0ADMIN'))).toBe('operator_last_admin');
    expect(await refusalOf(grant(t, ADMIN, 'U0ADMIN', 'approver'))).toBe('operator_last_admin');
  });

  it('T73: is refused for the last admin who can act, as Slack says now', async () => {
    await grant(t, ADMIN, 'U0OTHER', 'admin');
    t.memberships.set('U0OTHER', 'deactivated');
    expect(await refusalOf(withdraw(t, ADMIN, 'U0ADMIN'))).toBe('operator_last_admin');
    t.memberships.set('U0OTHER', 'silent');
    expect(await refusalOf(withdraw(t, ADMIN, 'U0ADMIN'))).toBe('standing_unknown');
    t.memberships.clear();
    expect(await refusalOf(withdraw(t, ADMIN, 'U0ADMIN'))).toBe('done');
  });

  it('T73: leaves one admin when two consoles, or a console and an admin, withdraw the last two at once', async () => {
    const fromConsole = (userId: string, keep: 'none' | 'approver') =>
      withdrawFromConsole(t.as({ kind: 'console', name: 'Connie' }), { ...person(userId), keep });
    for (let n = 0; n < 50; n++) {
      await t.sql`update operators set role = 'admin' where slack_user_id = 'U0ADMIN'`;
      await grant(t, ADMIN, 'U0OTHER', 'admin');
      const outcomes = await Promise.all([
        refusalOf(fromConsole('U0OTHER', n % 2 ? 'none' : 'approver')),
        refusalOf(n % 3 ? fromConsole('U0ADMIN', 'none') : withdraw(t, OTHER, 'U0ADMIN')),
      ]);
      const left = Object.values(await rolesOf(t)).filter((role) => role === 'admin');
      expect(left, outcomes.join()).toHaveLength(1);
      expect(outcomes.filter((code) => code === 'done')).toHaveLength(1);
    }
  });

  it('T73: leaves one admin when two admins withdraw or demote each other at once, 50 times', async () => {
    for (let n = 0; n < 50; n++) {
      await t.sql`update operators set role = 'admin' where slack_user_id = 'U0ADMIN'`;
      await grant(t, ADMIN, 'U0OTHER', 'admin');
      const outcomes = await Promise.all([
        refusalOf(n % 2 ? withdraw(t, ADMIN, 'U0OTHER') : grant(t, ADMIN, 'U0OTHER', 'approver')),
        refusalOf(withdraw(t, OTHER, 'U0ADMIN')),
      ]);
      const left = Object.values(await rolesOf(t)).filter((role) => role === 'admin');
      expect(left, outcomes.join()).toHaveLength(1);
    }
  });
});
