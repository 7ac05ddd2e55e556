import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loseRole } from '../../../src/operations/operators/lose.ts';
import { ADMIN, createTestContext, SYSTEM, type TestContext } from '../../support/context.ts';
import { grant, person, resetRoles, rolesOf } from './roles.ts';

let t: TestContext;
beforeAll(async () => {
  t = await createTestContext();
});
beforeEach(() => resetRoles(t));
afterAll(() => t.close());

describe('losing a role', () => {
  it('happens once to an operator who can no longer act, and is announced once', async () => {
    await grant(t, ADMIN, 'U0OTHER', 'admin');
    expect(await loseRole(t.as(SYSTEM), person('U0OTHER'))).toEqual({ lost: null });
    t.memberships.set('U0OTHER', 'guest');
    expect(await loseRole(t.as(SYSTEM), person('U0OTHER'))).toEqual({ lost: 'admin' });
    expect(await loseRole(t.as(SYSTEM), person('U0OTHER'))).toEqual({ lost: null });
    expect(await rolesOf(t)).toMatchObject({ U0OTHER: null });
    const jobs = await t.sql`select task_identifier from graphile_worker.jobs
      where task_identifier in ('tell-of-lost-operator')`;
    expect(jobs).toHaveLength(1);
  });
});
