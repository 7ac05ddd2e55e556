import { beforeEach, describe, expect, it } from 'vitest';
import { addAccount } from '../../../src/operations/accounts/add.ts';
import { blockAccount } from '../../../src/operations/accounts/block.ts';
import { attachInstance } from '../../../src/operations/azure/attach.ts';
import { detachInstance } from '../../../src/operations/azure/detach.ts';
import { previewAzureMode } from '../../../src/operations/azure/preview-mode.ts';
import { planDriftCards } from '../../../src/operations/cards/plan-drift.ts';
import { recordPaintedCard } from '../../../src/operations/cards/record-painted.ts';
import type { Actor } from '../../../src/operations/frame/context.ts';
import { grantSubscription } from '../../../src/operations/subscriptions/grant.ts';
import { ADMIN, createTestContext, refusalOf, SYSTEM } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { azureUser, bindMirror, readInAzure } from '../../support/mirror.ts';
import { hashesOfTables } from '../../support/stored-rows.ts';

const CONSOLE: Actor = { kind: 'console', name: 'Connie' };
const OTHER =
  '/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/north/providers/Microsoft.ApiManagement/service/contoso';
/** What leaving may change: the mirror's own, and the queue. */
const MAY_CHANGE = /azure_|\.cards$|graphile_worker/;

const t = forAllTests(createTestContext);
const system = () => t.as(SYSTEM);
const connie = () => t.as(CONSOLE);
let count = 0;

/** A service in `add`, with a subscription, a change that waits for Azure, and a difference that has a card. */
async function bound() {
  count += 1;
  const id = `Ann${count}`;
  await bindMirror(t.sql, 'ours', 'add');
  const { account } = await addAccount(t.as(ADMIN), { accountId: id, ...personOf(id) });
  await grantSubscription(t.as(ADMIN), { accountId: account.id, tellDeveloper: false });
  await readInAzure(system(), azureUser(id, { email: personOf(id).email, note: 'from Azure' }), id);
  const [drift] = await t.sql`select id from azure_drifts where state = 'open'`;
  const { cards } = await planDriftCards(system(), { driftId: drift?.id, channels: ['C0CARDS'] });
  await recordPaintedCard(system(), {
    ...{ cardId: cards[0]?.id ?? '', channelId: 'C0CARDS', messageTs: '17.2', version: 1 },
  });
  await t.sql`delete from graphile_worker._private_jobs`;
  return { accountId: account.id, azureId: id };
}
const personOf = (id: string) => ({ email: `${id}@example.com`, firstName: 'Ann', lastName: 'Lee' });
const sent = () => t.sql`update azure_orders set state = 'done', settled_at = now() where state = 'waiting'`;
const rowsOf = async (table: string) => (await t.sql`select * from ${t.sql(table)}`).length;
async function kept() {
  const all = Object.entries(await hashesOfTables(t));
  return Object.fromEntries(all.filter(([table]) => !MAY_CHANGE.test(table)));
}
const closed = () =>
  t.sql`select payload from graphile_worker._private_jobs as job
    join graphile_worker._private_tasks as task on task.id = job.task_id where identifier = 'close-drift-card'`;

beforeEach(() => t.sql`delete from azure_instances`);

describe('leaving an instance of Azure', () => {
  it('is refused while changes wait, unless they are given up', async () => {
    await bound();
    expect(await refusalOf(detachInstance(connie(), {}))).toBe('azure_orders_waiting');
    expect(await rowsOf('azure_orders')).toBeGreaterThan(0);
    expect((await detachInstance(connie(), { givesUp: true })).givenUp).toBeGreaterThan(0);
    expect(await refusalOf(detachInstance(connie(), {}))).toBe('azure_not_bound');
  });

  it('T100: forgets the mirror and nothing else, and takes the buttons off its cards', async () => {
    await bound();
    await sent();
    const before = await kept();
    await detachInstance(connie(), {});
    for (const table of ['azure_instances', 'azure_things', 'azure_orders', 'azure_drifts'])
      expect(await rowsOf(table), table).toBe(0);
    expect(await kept()).toEqual(before);
    expect(await closed()).toMatchObject([{ payload: { channelId: 'C0CARDS', messageTs: '17.2' } }]);
  });

  it('ends the writing: a change afterwards leaves no order', async () => {
    const { accountId } = await bound();
    await detachInstance(connie(), { givesUp: true });
    await blockAccount(t.as(ADMIN), { accountId });
    expect(await rowsOf('azure_orders')).toBe(0);
  });
});

describe('moving to another instance of Azure', () => {
  it('T100: keeps ids, and nothing that the former instance agreed to', async () => {
    const { accountId, azureId } = await bound();
    await readInAzure(system(), azureUser('only-there'), 'only-there');
    await sent();
    const before = await kept();
    await attachInstance(connie(), { path: OTHER });
    expect(await t.sql`select path, mode, phase, first_pass_ended_at from azure_instances`).toEqual([
      { path: OTHER, mode: 'watch', phase: null, first_pass_ended_at: null },
    ]);
    expect(await t.sql`select azure_id, our_id, memory, seen from azure_things`).toEqual([
      {
        ...{ azure_id: azureId, our_id: accountId, seen: {} },
        memory: expect.objectContaining({ agreed: {}, decidedBy: {}, left: {} }),
      },
    ]);
    expect(await rowsOf('azure_drifts')).toBe(0);
    expect(await kept()).toEqual(before);
    // This instance may lack what the former one had.
    expect((await previewAzureMode(t.as(ADMIN), {}))?.writes.add).toBe(2 * count);
    // What the former instance had decided is asked about in this one.
    const user = azureUser(azureId, { email: personOf(azureId).email, note: 'from the other' });
    await readInAzure(system(), user, azureId);
    expect(await t.sql`select field from azure_drifts where state = 'open'`).toEqual([{ field: 'note' }]);
  });

  it('is refused for the instance that it is bound to, and while changes wait for that', async () => {
    await bound();
    const [{ path } = {}] = await t.sql`select path from azure_instances`;
    expect(await refusalOf(attachInstance(connie(), { path: path.toUpperCase() }))).toBe(
      'azure_bound_already',
    );
    expect(await refusalOf(attachInstance(connie(), { path: OTHER }))).toBe('azure_orders_waiting');
    expect((await attachInstance(connie(), { path: OTHER, givesUp: true })).givenUp).toBeGreaterThan(0);
  });
});
