import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Actor } from '../../src/operations/frame/context.ts';
import { grantRole } from '../../src/operations/operators/grant.ts';
import { grantFirstOperator } from '../../src/operations/operators/grant-first.ts';
import { loseRole } from '../../src/operations/operators/lose.ts';
import { withdrawRole } from '../../src/operations/operators/withdraw.ts';
import { withdrawFromConsole } from '../../src/operations/operators/withdraw-from-console.ts';
import {
  ADMIN,
  APPROVER,
  createTestContext,
  MEMBER,
  refusalOf,
  SYSTEM,
  slackActor,
  type TestContext,
} from '../support/context.ts';

const OTHER = slackActor('U0OTHER', 'Otto Other');
let t: TestContext;
beforeAll(async () => {
  t = await createTestContext();
});
beforeEach(async () => {
  t.memberships.clear();
  await t.sql`delete from operators where slack_user_id not in ('U0ADMIN', 'U0APPROVER')`;
  await t.sql`update operators set role = 'admin' where slack_user_id = 'U0ADMIN'`;
});
afterAll(() => t.close());

const person = (userId: string) => ({ teamId: 'T0TEST', userId });
const grant = (actor: Actor, userId: string, role: 'admin' | 'approver') =>
  grantRole(t.as(actor), { ...person(userId), role });
const withdraw = (actor: Actor, userId: string) => withdrawRole(t.as(actor), person(userId));
const rolesOf = async () =>
  Object.fromEntries(
    (await t.sql`select slack_user_id, role from operators where service_id = 'ours' order by 1`).map(
      (row) => [row.slack_user_id, row.role],
    ),
  );

describe('operators', () => {
  it('are granted and withdrawn by admins only', async () => {
    for (const actor of [APPROVER, MEMBER]) {
      expect(await refusalOf(grant(actor, 'U0OTHER', 'admin'))).toBe('not_permitted');
      expect(await refusalOf(withdraw(actor, 'U0ADMIN'))).toBe('not_permitted');
    }
    expect(await grant(ADMIN, 'U0OTHER', 'approver')).toMatchObject({ before: null, role: 'approver' });
    expect(await grant(ADMIN, 'U0OTHER', 'admin')).toMatchObject({ before: 'approver', role: 'admin' });
    expect(await rolesOf()).toEqual({ U0ADMIN: 'admin', U0APPROVER: 'approver', U0OTHER: 'admin' });
    await withdraw(OTHER, 'U0ADMIN');
    expect(await rolesOf()).toMatchObject({ U0ADMIN: null, U0OTHER: 'admin' });
  });

  it('must be full members of the workspace, as Slack says now', async () => {
    for (const membership of ['guest', 'bot', 'deactivated', 'stranger'] as const) {
      t.memberships.set('U0OTHER', membership);
      expect(await refusalOf(grant(ADMIN, 'U0OTHER', 'approver'))).toBe('operator_unfitting');
    }
    t.memberships.set('U0OTHER', 'silent');
    expect(await refusalOf(grant(ADMIN, 'U0OTHER', 'approver'))).toBe('standing_unknown');
    expect(await rolesOf()).not.toHaveProperty('U0OTHER');
  });

  it('who was withdrawn is not granted again by the settings at the next start', async () => {
    await grant(ADMIN, 'U0OTHER', 'approver');
    await withdraw(ADMIN, 'U0OTHER');
    await grantFirstOperator(t.as(SYSTEM), {
      teamId: 'T0TEST',
      slackUserId: 'U0OTHER',
      name: 'x',
      role: 'admin',
    });
    expect(await rolesOf()).toMatchObject({ U0OTHER: null });
  });

  it('who can no longer act loses the role, and is not asked about twice', async () => {
    await grant(ADMIN, 'U0OTHER', 'admin');
    expect(await loseRole(t.as(SYSTEM), person('U0OTHER'))).toEqual({ lost: null });
    t.memberships.set('U0OTHER', 'guest');
    expect(await loseRole(t.as(SYSTEM), person('U0OTHER'))).toEqual({ lost: 'admin' });
    expect(await loseRole(t.as(SYSTEM), person('U0OTHER'))).toEqual({ lost: null });
    expect(await rolesOf()).toMatchObject({ U0OTHER: null });
    const jobs = await t.sql`select task_identifier from graphile_worker.jobs
      where task_identifier in ('tell-of-lost-operator')`;
    expect(jobs).toHaveLength(1);
  });
});

describe('T73: the last admin stays', () => {
  it('can neither be withdrawn nor made an approver', async () => {
    expect(await refusalOf(withdraw(ADMIN, 'U0ADMIN'))).toBe('operator_last_admin');
    expect(await refusalOf(grant(ADMIN, 'U0ADMIN', 'approver'))).toBe('operator_last_admin');
  });

  it('only admins who can act count', async () => {
    await grant(ADMIN, 'U0OTHER', 'admin');
    t.memberships.set('U0OTHER', 'deactivated');
    expect(await refusalOf(withdraw(ADMIN, 'U0ADMIN'))).toBe('operator_last_admin');
    t.memberships.set('U0OTHER', 'silent');
    expect(await refusalOf(withdraw(ADMIN, 'U0ADMIN'))).toBe('standing_unknown');
    t.memberships.clear();
    expect(await refusalOf(withdraw(ADMIN, 'U0ADMIN'))).toBe('done');
  });

  it('not even the console takes the role of the last one, nor two consoles those of the last two at once', async () => {
    const fromConsole = (userId: string, keep: 'none' | 'approver') =>
      withdrawFromConsole(t.as({ kind: 'console', name: 'Connie' }), { ...person(userId), keep });
    for (let n = 0; n < 50; n++) {
      await t.sql`update operators set role = 'admin' where slack_user_id = 'U0ADMIN'`;
      await grant(ADMIN, 'U0OTHER', 'admin');
      const outcomes = await Promise.all([
        refusalOf(fromConsole('U0OTHER', n % 2 ? 'none' : 'approver')),
        refusalOf(n % 3 ? fromConsole('U0ADMIN', 'none') : withdraw(OTHER, 'U0ADMIN')),
      ]);
      const left = Object.values(await rolesOf()).filter((role) => role === 'admin');
      expect(left, outcomes.join()).toHaveLength(1);
      expect(outcomes.filter((code) => code === 'done')).toHaveLength(1);
    }
  });

  it('two admins demote each other at once, 50 times: one is left each time', async () => {
    for (let n = 0; n < 50; n++) {
      await t.sql`update operators set role = 'admin' where slack_user_id = 'U0ADMIN'`;
      await grant(ADMIN, 'U0OTHER', 'admin');
      const outcomes = await Promise.all([
        refusalOf(n % 2 ? withdraw(ADMIN, 'U0OTHER') : grant(ADMIN, 'U0OTHER', 'approver')),
        refusalOf(withdraw(OTHER, 'U0ADMIN')),
      ]);
      const left = Object.values(await rolesOf()).filter((role) => role === 'admin');
      expect(left, outcomes.join()).toHaveLength(1);
    }
  });
});
