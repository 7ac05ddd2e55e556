import { beforeEach, describe, expect, it } from 'vitest';
import { grantFirstOperator } from '../../../src/operations/operators/grant-first.ts';
import { ADMIN, APPROVER, createTestContext, MEMBER, refusalOf, SYSTEM } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { grant, OTHER, resetRoles, rolesOf, withdraw } from './roles.ts';

const t = forAllTests(createTestContext);
beforeEach(() => resetRoles(t));

describe('granting a role', () => {
  it('is possible for admins only, and so is withdrawing one', async () => {
    for (const actor of [APPROVER, MEMBER]) {
      expect(await refusalOf(grant(t, actor, 'U0OTHER', 'admin'))).toBe('not_permitted');
      expect(await refusalOf(withdraw(t, actor, 'U0ADMIN'))).toBe('not_permitted');
    }
    expect(await grant(t, ADMIN, 'U0OTHER', 'approver')).toMatchObject({ before: null, role: 'approver' });
    expect(await grant(t, ADMIN, 'U0OTHER', 'admin')).toMatchObject({ before: 'approver', role: 'admin' });
    expect(await rolesOf(t)).toEqual({ U0ADMIN: 'admin', U0APPROVER: 'approver', U0OTHER: 'admin' });
    await withdraw(t, OTHER, 'U0ADMIN');
    expect(await rolesOf(t)).toMatchObject({ U0ADMIN: null, U0OTHER: 'admin' });
  });

  it('is refused when Slack no longer calls the person a full member of the workspace', async () => {
    for (const membership of ['guest', 'bot', 'deactivated', 'stranger'] as const) {
      t.memberships.set('U0OTHER', membership);
      expect(await refusalOf(grant(t, ADMIN, 'U0OTHER', 'approver'))).toBe('operator_unfitting');
    }
    t.memberships.set('U0OTHER', 'silent');
    expect(await refusalOf(grant(t, ADMIN, 'U0OTHER', 'approver'))).toBe('standing_unknown');
    expect(await rolesOf(t)).not.toHaveProperty('U0OTHER');
  });

  it('from the settings at a start leaves out an operator whose role was withdrawn', async () => {
    await grant(t, ADMIN, 'U0OTHER', 'approver');
    await withdraw(t, ADMIN, 'U0OTHER');
    await grantFirstOperator(t.as(SYSTEM), {
      teamId: 'T0TEST',
      slackUserId: 'U0OTHER',
      name: 'x',
      role: 'admin',
    });
    expect(await rolesOf(t)).toMatchObject({ U0OTHER: null });
  });
});
