import { beforeEach, describe, expect, it } from 'vitest';
import { loseRole } from '../../../src/operations/operators/lose.ts';
import { withdrawFromConsole } from '../../../src/operations/operators/withdraw-from-console.ts';
import { createToken } from '../../../src/operations/tokens/create.ts';
import { recogniseToken } from '../../../src/operations/tokens/recognise.ts';
import { ADMIN, createTestContext, SYSTEM } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { grant, person, resetRoles, rolesOf, withdraw } from './roles.ts';

const t = forAllTests(createTestContext);
beforeEach(() => resetRoles(t));

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

  const CONSOLE = { kind: 'console' as const, name: 'Connie' };
  const WAYS: [string, () => Promise<unknown>][] = [
    ['that Slack reports', () => loseRole(t.as(SYSTEM), person('U0OTHER'))],
    ['that an admin withdraws', () => withdraw(t, ADMIN, 'U0OTHER')],
    ['that the console withdraws', () => withdrawFromConsole(t.as(CONSOLE), person('U0OTHER'))],
  ];
  it.each(WAYS)(
    'T75: a role %s takes the tokens along, and granted again it revives none',
    async (_, lose) => {
      await grant(t, ADMIN, 'U0OTHER', 'admin');
      const wish = { name: 'nightly', role: 'reader' as const, ...person('U0OTHER') };
      const { token } = await createToken(t.as(CONSOLE), wish);
      await grant(t, ADMIN, 'U0OTHER', 'approver');
      expect(await recogniseToken(t.as(SYSTEM), { token })).toMatchObject({ kind: 'token' });
      t.memberships.set('U0OTHER', 'deactivated');
      await lose();
      t.memberships.clear();
      await grant(t, ADMIN, 'U0OTHER', 'admin');
      expect(await recogniseToken(t.as(SYSTEM), { token })).toBeNull();
    },
  );
});
