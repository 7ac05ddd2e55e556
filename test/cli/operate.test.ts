import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { EXPOSED, NOT_EXPOSED } from '../../src/cli/console/operations.ts';
import { optionFieldsOf } from '../../src/cli/console/options.ts';
import { addAccount } from '../../src/operations/accounts/add.ts';
import { createGroup } from '../../src/operations/groups/create.ts';
import { grantFirstOperator } from '../../src/operations/operators/grant-first.ts';
import { bindWorkspace } from '../../src/operations/workspaces/bind.ts';
import { createTestConsole } from '../support/console.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { findOperations } from '../support/operations.ts';

const SLOW_MS = 120_000;
const CONNIE = ['--as', 'Connie', '--reason', 'ticket 42'];

const t = forAllTests(createTestConsole, SLOW_MS);
beforeAll(async () => {
  await bindWorkspace(t.system(), { teamId: 'T0TEST', tokenHash: 'a'.repeat(64) });
}, SLOW_MS);

let count = 0;
async function account(firstName = 'Ann') {
  count += 1;
  const email = `ann${count}@example.com`;
  return { email, id: (await addAccount(t.own(), { email, firstName, lastName: 'Lee' })).account.id };
}
const newestAudit = async (operation: string) => {
  const [row] = await t.sql`
    select actor_kind, actor_name, outcome, code, target_id, reason, after from audit
    left join audit_details on audit_id = audit.id
    where operation = ${operation} order by audit.id desc limit 1`;
  return row ?? {};
};

it('the console offers every operation that it may run, or says why it does not', async () => {
  const may = [...(await findOperations()).values()].filter(({ allowed }) => allowed.includes('console'));
  const known = [...EXPOSED.map(({ operation }) => operation.operation), ...Object.keys(NOT_EXPOSED)];
  expect(may.map(({ operation }) => operation).sort()).toEqual(known.sort());
  const names = EXPOSED.flatMap(({ operation, alias }) => [operation.operation, ...(alias ? [alias] : [])]);
  expect(new Set(names).size).toBe(names.length);
  for (const exposed of EXPOSED) {
    const options = optionFieldsOf(exposed).map(({ name }) => name);
    expect(options).toEqual(expect.arrayContaining([...exposed.positional]));
    expect(options).not.toContain('password');
  }
});

/** A user id without a name. Where this machine allows none, the call that finds no name is replaced. */
const NAMELESS = ['unshare', '--user', '--map-user=54321'];
const mayBeNameless = spawnSync(NAMELESS[0] ?? '', [...NAMELESS.slice(1), 'true']).status === 0;
const WITHOUT_NAMES = `--import data:text/javascript,${encodeURIComponent(`
  import os from 'node:os';
  import { syncBuiltinESMExports } from 'node:module';
  os.userInfo = () => { throw new Error('ENOENT'); };
  syncBuiltinESMExports();`)}`;

it(
  `reads for a user id without a name, as containers have (${mayBeNameless ? 'a real one' : 'a replaced call'})`,
  async () => {
    const read = mayBeNameless
      ? await t.operateIn(NAMELESS, {}, 'groups/list')
      : await t.operateIn([], { NODE_OPTIONS: WITHOUT_NAMES }, 'groups/list');
    expect(read.err).toBe('');
    expect(read.out).toContain('Developers');
    expect(read.code).toBe(0);
  },
  SLOW_MS,
);

describe('npm run operate', () => {
  it(
    'blocks an account by its email, and the audit has the name and the reason from the console',
    async () => {
      const { email, id } = await account();
      const done = await t.operate('accounts/block', email, '--no-tell-developer', ...CONNIE);
      expect(done.err).toBe('');
      expect(done.code).toBe(0);
      expect(done.out).toContain('state: blocked');
      expect((await t.sql`select state from accounts where id = ${id}`)[0]?.state).toBe('blocked');
      expect(await newestAudit('accounts/block')).toMatchObject({
        actor_kind: 'console',
        actor_name: 'Connie (console)',
        outcome: 'done',
        target_id: id,
        reason: 'ticket 42',
        after: { state: 'blocked', toldDeveloper: false },
      });
      const history = await t.operate('history', email);
      expect(history.code).toBe(0);
      const [added, blocked] = [history.out.indexOf('accounts/add'), history.out.indexOf('accounts/block')];
      expect(added).toBeGreaterThan(-1);
      expect(blocked).toBeGreaterThan(added);
      expect(history.out).toContain('actorName: Connie (console)');
    },
    SLOW_MS,
  );

  it(
    'keeps the reason even of an operation that takes none, and takes groups by name',
    async () => {
      const { email, id } = await account();
      await createGroup(t.own(), { name: 'Early birds' });
      const done = await t.operate('set-groups', email, '--groups', 'early birds', '--json', ...CONNIE);
      expect(JSON.parse(done.out)).toMatchObject({ account: { id, groups: [{ name: 'Early birds' }] } });
      expect(await newestAudit('accounts/set-groups')).toMatchObject({
        reason: 'ticket 42',
        after: { groups: ['Early birds'] },
      });
    },
    SLOW_MS,
  );

  it(
    'explains a refusal in words, ends with 1, and leaves an audit row',
    async () => {
      const { email } = await account();
      const refused = await t.operate('activate', email, ...CONNIE);
      expect(refused.code).toBe(1);
      expect(refused.out).toContain('Refused (account_state_unfitting)');
      expect(refused.out).toContain('it is active');
      expect(await newestAudit('accounts/activate')).toMatchObject({
        actor_name: 'Connie (console)',
        outcome: 'refused',
        code: 'account_state_unfitting',
      });
    },
    SLOW_MS,
  );

  it(
    'leaves a change that needs a second operator waiting, says who may decide, and queues its card for Slack',
    async () => {
      const { email, id } = await account();
      const two = { SECOND_OPERATOR_FOR: 'accounts/delete' };
      const nobody = await t.operateWith(two, 'delete', email, ...CONNIE);
      expect([nobody.code, nobody.out]).toEqual([1, expect.stringContaining('no_second_operator')]);

      const person = { teamId: 'T0TEST', slackUserId: 'U0ADMIN', name: 'Ada Admin', role: 'admin' as const };
      await grantFirstOperator(t.system(), person);
      const waits = await t.operateWith(two, 'delete', email, ...CONNIE);
      expect(waits.code).toBe(75);
      expect(waits.out).toContain('Who can approve: Ada Admin (admin, U0ADMIN).');
      const [approval] = await t.sql`select id, state, requested_by_name, why from approvals`;
      expect(waits.out).toContain(`Approval ${approval?.id}`);
      expect(approval).toMatchObject({
        state: 'open',
        requested_by_name: 'Connie (console)',
        why: 'ticket 42',
      });
      expect((await t.sql`select state from accounts where id = ${id}`)[0]?.state).toBe('active');
      const jobs = await t.sql`select 1 from graphile_worker.jobs where task_identifier = 'repaint-approval'`;
      expect(jobs).toHaveLength(1);
    },
    SLOW_MS,
  );

  it(
    'makes an admin in the only workspace, and the audit says that Slack did not check the person',
    async () => {
      const done = await t.operate('grant-operator', 'U0BACK', 'Bea Back', ...CONNIE);
      expect([done.code, done.err]).toEqual([0, '']);
      const [row] = await t.sql`select team_id, role, name from operators where slack_user_id = 'U0BACK'`;
      expect(row).toEqual({ team_id: 'T0TEST', role: 'admin', name: 'Bea Back' });
      expect(await newestAudit('operators/grant-from-console')).toMatchObject({
        target_id: 'T0TEST/U0BACK',
        reason: 'ticket 42',
        after: { role: 'admin', checkedWithSlack: false },
      });
      const other = await t.operate('grant-operator', 'U0BACK', 'Bea', '--team', 'T0OTHER', ...CONNIE);
      expect([other.code, other.out]).toEqual([1, expect.stringContaining('workspace_not_bound')]);
    },
    SLOW_MS,
  );

  it(
    'shows a name that a terminal would obey as harmless text, plain and as JSON',
    async () => {
      const { email } = await account('\u001b[2JAnn\u009b1m');
      for (const more of [[], ['--json']]) {
        const shown = await t.operate('show', email, ...more);
        expect(shown.code).toBe(0);
        expect(shown.out).toContain('Ann');
        expect(shown.out.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
        expect(shown.out).not.toMatch(/passwordHash|p1:/);
      }
    },
    SLOW_MS,
  );

  it.each([
    [[], 'npm run -s operate'],
    [['accounts/explode'], 'No operation is called "accounts/explode"'],
    [['block', 'ann1@example.com'], 'Add --as'],
    [['block', 'ann1@example.com', '--as', 'Connie', '--reason', ' '], 'Add --as'],
    [['block', 'ann1@example.com', '--as', 'T0TEST/U0ADMIN', '--reason', 'x'], '--as is a name'],
    [['block', ...CONNIE], '--account is missing'],
    [['block', 'a', 'b', ...CONNIE], '"b" is one word too many'],
    [['add', 'x@example.com', '--password', 'secret words', ...CONNIE], "Unknown option '--password'"],
    [['list', '--state', 'gone'], '--state is one of active, blocked, pending'],
  ])(
    '%j ends with 64 and does nothing',
    async (words, said) => {
      const [before] = await t.sql`select count(*)::int as rows from audit`;
      const ended = await t.operate(...words);
      expect(ended.err).toContain(said);
      expect([ended.code, ended.out]).toEqual([64, '']);
      expect((await t.sql`select count(*)::int as rows from audit`)[0]).toEqual(before);
    },
    SLOW_MS,
  );

  it(
    'names every operation in its help',
    async () => {
      const { code, out } = await t.operate('--help');
      expect(code).toBe(0);
      for (const { operation } of EXPOSED) expect(out).toContain(`  ${operation.operation} `.trimEnd());
    },
    SLOW_MS,
  );
});
