// Reading one thing in Azure, and what it costs when Azure doesn't answer.
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openAzure } from '../../src/azure/instance.ts';
import { blockAccount } from '../../src/operations/accounts/block.ts';
import { ADMIN } from '../support/context.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { startMirror } from './mirror.ts';

const m = forAllTests(startMirror);
const portal = () => m.arm.asPortal('Paula Portal');
const accountOf = async (id: string) =>
  (await m.sql`select * from accounts where service_id = 'ours' and id = ${id}`)[0];
const openDrifts = async () =>
  (await m.drifts()).filter(({ state }) => state === 'open').map((row) => `${row.thing_id} ${row.field}`);
const waitingLooks = () =>
  m.sql`select key, run_at from graphile_worker.jobs where task_identifier = 'azure-look'`;

beforeAll(async () => {
  for (const id of ['ann', 'bob', 'cy', 'di', 'eve'])
    await portal().put(`users/${id}`, { email: `${id}@example.com`, firstName: id, lastName: 'Lee' });
  await m.pullAll();
}, 60_000);
afterEach(() => m.arm.behaveWell());

describe('a look at one thing', () => {
  it('takes in its block, which ends the sessions of its developer', async () => {
    const { sessionId } = await m.signedIn('ann');
    await portal().patch('users/ann', { state: 'blocked' });
    await m.look('account', 'ANN');
    expect(await accountOf('ann')).toMatchObject({ state: 'blocked', state_reason: 'Blocked in Azure' });
    expect(await m.sql`select id from sessions where id = ${sessionId}`).toEqual([]);
  });

  it('brings what is new there, and asks about what is gone', async () => {
    await portal().put('users/new', { email: 'new@example.com', firstName: 'New', lastName: 'Lee' });
    await m.look('account', 'new');
    expect(await accountOf('new')).toMatchObject({ email: 'new@example.com', state: 'active' });
    await portal().delete('users/bob');
    await m.look('account', 'bob');
    expect(await accountOf('bob')).toMatchObject({ state: 'active' });
    expect(await openDrifts()).toEqual(['bob exists']);
    await m.look('account', 'never-was');
    expect(await openDrifts()).toEqual(['bob exists']);
  });

  it('decides nothing while Azure may still show what was there before our write, and is repeated', async () => {
    await m.sql`delete from graphile_worker._private_jobs`;
    await m.sql`update azure_things set written_at = ${m.clock().toISOString()} where id = 'cy'`;
    await portal().patch('users/cy', { state: 'blocked' });
    await m.look('account', 'cy');
    expect(await accountOf('cy')).toMatchObject({ state: 'active' });
    expect(await openDrifts()).not.toContain('cy state');
    const [again] = await waitingLooks();
    expect(again?.key).toBe('azure-look:ours:account:cy');
    m.advance(130_000);
    await m.look('account', 'cy');
    expect(await accountOf('cy')).toMatchObject({ state: 'blocked' });
  });

  it('waits while Azure is left in peace', async () => {
    await m.sql`delete from graphile_worker._private_jobs`;
    await m.sql`update azure_instances set hold_until = ${new Date(m.clock().getTime() + 60_000).toISOString()}`;
    m.arm.forgetSeen();
    await m.look('account', 'di');
    expect(m.arm.seen()).toEqual([]);
    expect(await waitingLooks()).toHaveLength(1);
    await m.sql`update azure_instances set hold_until = null`;
  });
});

describe('a page that can’t be read', () => {
  /** Begins a comparison. */
  async function begin(): Promise<void> {
    m.advance(11 * 60_000);
    await m.sql`update azure_instances set phase = null, hold_until = null, leased_until = null`;
    await m.pull();
    expect(await m.row()).toMatchObject({ phase: 'api', trouble: null });
  }

  it('is asked for again when Azure’s pause is over, and not before', async () => {
    await begin();
    const body = { error: { code: 'TooManyRequests', message: 'Slow down' } };
    m.arm.next({ status: 429, body, headers: { 'retry-after': '90' } }, { kind: 'apis', times: 20 });
    await m.pullFresh();
    expect(await m.row()).toMatchObject({ phase: 'api', trouble: 'throttled' });
    m.arm.behaveWell();
    m.arm.forgetSeen();
    m.advance(80_000);
    await m.pullFresh();
    expect(m.arm.seen()).toEqual([]);
    m.advance(15_000);
    await m.pullFresh();
    expect(await m.row()).toMatchObject({ phase: 'product', trouble: null, trouble_since: null });
  });

  it('goes on where it was once Azure answers again', async () => {
    await begin();
    m.arm.down();
    await m.pull();
    const { phase, trouble, hold_until } = await m.row();
    expect([phase, trouble]).toEqual(['api', 'unreachable']);
    expect(new Date(hold_until).getTime()).toBeGreaterThan(m.clock().getTime());
    m.arm.up();
    m.advance(35_000);
    await m.pull();
    expect(await m.row()).toMatchObject({ phase: 'product', trouble: null, hold_until: null });
  });

  it('begins its kind again when Azure no longer knows the cursor', async () => {
    await begin();
    await m.sql`update azure_instances set phase = 'account', counts = '{"account": 100}',
      cursor = ${`${m.arm.url}${m.path}/users?api-version=2024-05-01&$skip=nonsense`}`;
    await m.pull();
    expect(await m.row()).toMatchObject({ phase: 'account', cursor: null, counts: { account: 0 } });
    m.advance(120_000);
    await m.pull();
    expect(await m.row()).toMatchObject({ phase: 'subscription' });
  });

  it('is not asked for by a process that is set to another instance, and by none without a credential', async () => {
    await begin();
    m.arm.forgetSeen();
    await m.pull({ ...m.bound, path: `${m.path}-2` });
    expect(m.arm.seen()).toEqual([]);
    const open = () =>
      openAzure(
        { subscription: 's', resourceGroup: 'g', service: 'n', endpoint: m.arm.url, tokenFile: '/nowhere' },
        { isPatient: false, withKeys: false, clock: m.clock },
      );
    await m.pull({ ...m.bound, open });
    expect(await m.row()).toMatchObject({ phase: 'api', trouble: 'credential' });
  });
});

it('T95: writes nothing in Azure while it watches, whatever was changed on both sides', async () => {
  m.arm.forgetSeen();
  await blockAccount(m.as(ADMIN), { accountId: 'eve' });
  m.advance(10 * 60_000);
  await m.sql`update azure_instances set phase = null, hold_until = null, leased_until = null`;
  await m.pullAll();
  expect(m.arm.seen({ isWrite: true })).toEqual([]);
  expect(await openDrifts()).toContain('eve state');
});
