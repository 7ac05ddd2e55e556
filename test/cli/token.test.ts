import { userInfo } from 'node:os';
import { beforeAll, describe, expect, it } from 'vitest';
import { grantFirstOperator } from '../../src/operations/operators/grant-first.ts';
import { recogniseToken } from '../../src/operations/tokens/recognise.ts';
import { bindWorkspace } from '../../src/operations/workspaces/bind.ts';
import { createTestConsole } from '../support/console.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const SLOW_MS = 120_000;
const DAY_MS = 86_400_000;
const BY = ['--as', 'Connie'];

const t = forAllTests(createTestConsole, SLOW_MS);
beforeAll(async () => {
  await bindWorkspace(t.system(), { teamId: 'T0TEST', tokenHash: 'a'.repeat(64) });
  const person = { teamId: 'T0TEST', slackUserId: 'U0ADMIN', name: 'Ada Admin', role: 'admin' as const };
  await grantFirstOperator(t.system(), person);
}, SLOW_MS);

describe('npm run token', () => {
  it(
    'prints a token once, stores only its hash, and lets it end after 90 days',
    async () => {
      const words = ['create', '--name', 'ci', '--role', 'reader', '--owner', 'U0ADMIN', ...BY];
      const made = await t.token(...words, '--grant', 'list-secrets,sso');
      expect([made.code, made.err]).toEqual([0, expect.stringContaining('Ada Admin owns it')]);
      expect(made.out).toMatch(/^apimtok_[0-9A-Za-z]{49}\n$/);
      const token = made.out.trim();
      const [row] = await t.sql`select * from tokens where name = 'ci'`;
      expect(row).toMatchObject({ role: 'reader', owner_user_id: 'U0ADMIN', last_used_at: null });
      expect(row?.grants).toBe('{list-secrets,sso}');
      expect(Math.round((Date.parse(row?.expires_at) - Date.parse(row?.created_at)) / DAY_MS)).toBe(90);
      const tables = await t.sql`
        select table_name as name from information_schema.tables where table_schema in ('public', 'graphile_worker')`;
      for (const { name } of tables.filter((one) => !one.name.includes('jobs')))
        expect(JSON.stringify(await t.sql`select * from ${t.sql(name)}`.catch(() => []))).not.toContain(
          token,
        );

      expect(await recogniseToken(t.system(), { token })).toMatchObject({ kind: 'token', name: 'ci' });
      expect(await recogniseToken(t.system(), { token: `${token.slice(0, -1)}!` })).toBeNull();
      const listed = await t.operate('tokens', '--json');
      expect(listed.out).toContain('"ci"');
      expect(listed.out).not.toContain(row?.hash);
      const revoked = await t.operate('revoke-token', row?.id, ...BY, '--reason', 'leaked');
      expect(revoked.code).toBe(0);
      expect(await recogniseToken(t.system(), { token })).toBeNull();
      const audited =
        await t.sql`select operation, actor_name from audit where target_id = ${row?.id} order by id`;
      expect([...audited]).toEqual([
        { operation: 'tokens/create', actor_name: 'Connie (console)' },
        { operation: 'tokens/revoke', actor_name: 'Connie (console)' },
      ]);
    },
    SLOW_MS,
  );

  it(
    'records the machine’s user as the creator unless --as names another person',
    async () => {
      const made = await t.token('create', '--name', 'mine', '--role', 'reader', '--owner', 'U0ADMIN');
      expect(made.code).toBe(0);
      const [row] = await t.sql`select actor_name from audit where operation = 'tokens/create'
        and target_id = (select id::text from tokens where name = 'mine')`;
      expect(row).toEqual({ actor_name: `${userInfo().username} (console)` });
    },
    SLOW_MS,
  );

  it.each([
    ['30', 30],
    ['7 days', 7],
    ['a week', 7],
    ['2w', 14],
  ])(
    'lets a token end after --days %j',
    async (days, whole) => {
      const name = `for ${whole} ${days.length}`;
      const made = await t.token(
        'create',
        '--name',
        name,
        '--role',
        'reader',
        '--owner',
        'U0ADMIN',
        '--days',
        days,
      );
      expect([made.code, made.err]).toEqual([0, expect.stringContaining('It ends')]);
      const [row] = await t.sql`select * from tokens where name = ${name}`;
      expect((Date.parse(row?.expires_at) - Date.parse(row?.created_at)) / DAY_MS).toBe(whole);
    },
    SLOW_MS,
  );

  it.each([
    [
      ['create', '--name', 'ci', '--role', 'reader', '--owner', 'U0MEMBER', ...BY],
      1,
      'U0MEMBER is no operator here. Nothing changed. --owner is one of:\n  U0ADMIN  Ada Admin (admin)',
    ],
    [
      ['create', '--name', 'ci', '--role', 'king', '--owner', 'U0ADMIN', ...BY],
      1,
      'admin, approver or reader',
    ],
    [
      ['create', '--name', 'ci', '--role', 'reader', '--owner', 'U0ADMIN', '--days', '366', ...BY],
      1,
      '365 days',
    ],
    [['create', '--name', '<b>', '--role', 'reader', '--owner', 'U0ADMIN', ...BY], 1, 'letters, digits'],
    [
      ['create', '--name', 'ci', '--role', 'reader', '--owner', 'U0ADMIN', '--grant', 'all', ...BY],
      1,
      'list-secrets',
    ],
    ...['soon', '12h', '1.5', '-1', '0', '2027-01-01', ''].map((days): [string[], number, string] => [
      ['create', '--name', 'ci', '--role', 'reader', '--owner', 'U0ADMIN', `--days=${days}`, ...BY],
      64,
      'such as 90, "7 days" or "3 months"',
    ]),
    [['create', '--name', 'ci', '--role', 'reader', ...BY], 64, 'npm run -s token'],
    [['destroy'], 64, 'npm run -s token'],
  ])(
    '%j makes no token',
    async (words, code, said) => {
      const [before] = await t.sql`select count(*)::int as rows from tokens`;
      const ended = await t.token(...words);
      expect([ended.code, ended.out + ended.err]).toEqual([code, expect.stringContaining(said)]);
      expect((await t.sql`select count(*)::int as rows from tokens`)[0]).toEqual(before);
    },
    SLOW_MS,
  );
});
