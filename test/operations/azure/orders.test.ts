// Orders for Azure, sent step by step: what Azure has afterwards, and what the order says.
import { beforeEach, describe, expect, it } from 'vitest';
import { AzureFault } from '../../../src/azure/fault.ts';
import { sendOrder, sendOrders } from '../../../src/jobs/azure-send.ts';
import { createLog } from '../../../src/log.ts';
import { activateAccount } from '../../../src/operations/accounts/activate.ts';
import { addAccount } from '../../../src/operations/accounts/add.ts';
import { blockAccount } from '../../../src/operations/accounts/block.ts';
import { deleteAccount } from '../../../src/operations/accounts/delete.ts';
import { editAccount } from '../../../src/operations/accounts/edit.ts';
import { setGroupsOfAccount } from '../../../src/operations/accounts/set-groups.ts';
import { claimOrder } from '../../../src/operations/azure/claim-order.ts';
import { observeAzure } from '../../../src/operations/azure/observe.ts';
import { retryOrder } from '../../../src/operations/azure/retry-order.ts';
import { setAzureMode } from '../../../src/operations/azure/set-mode.ts';
import { showOrder } from '../../../src/operations/azure/show-order.ts';
import { sweepOrders } from '../../../src/operations/azure/sweep-orders.ts';
import { createGroup } from '../../../src/operations/groups/create.ts';
import { createProduct } from '../../../src/operations/products/create.ts';
import { editProduct } from '../../../src/operations/products/edit.ts';
import { grantSubscription } from '../../../src/operations/subscriptions/grant.ts';
import { suspendSubscription } from '../../../src/operations/subscriptions/suspend.ts';
import { BOUND_PATH, bindInstance } from '../../support/bound-instance.ts';
import { ADMIN, createTestContext, SYSTEM } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { createMemoryAzure } from '../../support/memory-azure.ts';

const t = forAllTests(createTestContext);
const azure = createMemoryAzure();
const admin = () => t.as(ADMIN);
const system = () => t.as(SYSTEM);
const bound = { path: BOUND_PATH, withKeys: false, open: async () => azure.instance };
const sending = {
  log: createLog('silent'),
  system: () => system(),
  azure: () => bound,
};

beforeEach(async () => {
  azure.behave();
  await bindInstance(t.sql);
  await t.sql`delete from azure_orders`;
});

const sendHalf = (half: number) => sendOrders(sending, { serviceId: 'ours', half });

/** Lets every order be due, and sends what there is. */
async function send(): Promise<void> {
  await t.sql`update azure_orders set not_before = now() where state = 'waiting'`;
  await t.sql`update azure_instances set hold_until = null`;
  for (const half of [0, 1]) await sendHalf(half);
}
const order = async (kind: 'account' | 'subscription', id: string) =>
  (await showOrder(admin(), { kind, id }))?.order ?? null;
const sentOrder = async (id: string) => {
  await send();
  return order('account', id);
};

let count = 0;
async function account(fields: object = {}) {
  count += 1;
  const email = `ann${count}@example.com`;
  const { account: added } = await addAccount(admin(), {
    ...{ email, firstName: 'Ann', lastName: 'Lee', accountId: `ann${count}` },
    ...fields,
  });
  return added.id;
}
/** An account that both sides have, some time ago. */
async function mirrored(fields: object = {}) {
  const id = await account(fields);
  await send();
  azure.calls.length = 0;
  await longAgo();
  return id;
}
/** Our last writes are so long ago that every read shows them. */
const longAgo = () => t.sql`update azure_things set written_at = written_at - interval '1 hour'`;
const drifts = (id: string) =>
  t.sql`select field, state from azure_drifts where thing_id = ${id} and state = 'open'`;

describe('an order', () => {
  it('creates what Azure lacks, and then writes only what changed', async () => {
    const id = await account();
    expect(await sentOrder(id)).toMatchObject({ state: 'done', code: null });
    expect(azure.find('account', id)).toMatchObject({ email: `${id}@example.com`, state: 'active' });
    await longAgo();
    await blockAccount(admin(), { accountId: id, reason: 'spam' });
    expect(await sentOrder(id)).toMatchObject({ state: 'done' });
    expect(azure.find('account', id)).toMatchObject({ state: 'blocked' });
  });

  it('stands for all changes that come before it is sent', async () => {
    const id = await mirrored();
    await blockAccount(admin(), { accountId: id });
    await activateAccount(admin(), { accountId: id });
    await editAccount(admin(), { accountId: id, note: 'fine' });
    await send();
    expect(azure.writes()).toHaveLength(1);
    expect(azure.find('account', id)).toMatchObject({ state: 'active', note: 'fine' });
  });

  it('waits on for a change that comes while it is sent', async () => {
    const id = await mirrored();
    await editAccount(admin(), { accountId: id, note: 'first' });
    azure.after(async ({ call }) => {
      if (call !== 'write') return;
      azure.after(() => {});
      await editAccount(admin(), { accountId: id, note: 'second' });
    });
    expect(await sentOrder(id)).toMatchObject({ state: 'done' });
    expect(azure.find('account', id)).toMatchObject({ note: 'second' });
  });

  it('overwrites nothing that somebody changed there: that field waits for a person', async () => {
    const id = await mirrored();
    azure.change('account', id, { note: 'from the portal' });
    await editAccount(admin(), { accountId: id, note: 'from here', lastName: 'Leigh' });
    expect(await sentOrder(id)).toMatchObject({ state: 'done' });
    expect(azure.find('account', id)).toMatchObject({ note: 'from the portal', lastName: 'Leigh' });
    expect(await drifts(id)).toEqual([{ field: 'note', state: 'open' }]);
  });

  it('leaves groups alone that only Azure has, and knows who sees a product', async () => {
    const { product } = await createProduct(admin(), { name: 'Starter', groupIds: ['developers', 'guests'] });
    await send();
    expect(azure.find('product', product.id)).toMatchObject({ groupIds: ['developers', 'guests'] });
    azure.change('product', product.id, {
      groupIds: ['administrators', 'developers', 'guests', 'directory'],
    });
    await longAgo();
    await t.sql`update azure_instances set mode = 'full'`;
    await editProduct(admin(), { productId: product.id, name: 'Beginner' });
    await send();
    const groupIds = ['administrators', 'developers', 'guests', 'directory'];
    expect(azure.find('product', product.id)).toMatchObject({ name: 'Beginner', groupIds });
    await longAgo();
    await editProduct(admin(), { productId: product.id, groupIds: ['developers'] });
    await send();
    const left = (azure.find('product', product.id) as { groupIds: string[] }).groupIds;
    expect(left).toEqual(expect.arrayContaining(['developers', 'directory']));
    expect(left).not.toContain('guests');
  });

  it('overwrites nothing that somebody changes between its read and its write', async () => {
    const id = await mirrored();
    await editAccount(admin(), { accountId: id, note: 'from here' });
    azure.after(({ call }) => {
      azure.after(() => {});
      if (call === 'read') azure.change('account', id, { note: 'from the portal' });
    });
    expect(await sentOrder(id)).toMatchObject({ state: 'kept', code: 'difference' });
    expect(azure.find('account', id)).toMatchObject({ note: 'from the portal' });
  });
});

describe('after a write, when Azure still shows what was there before', () => {
  it('an activation and a block in quick succession both arrive', async () => {
    const id = await mirrored({ state: 'active' });
    await blockAccount(admin(), { accountId: id });
    await send();
    azure.lag();
    await activateAccount(admin(), { accountId: id });
    await send();
    // Reads still show it blocked, which is what we want now.
    await blockAccount(admin(), { accountId: id });
    expect(await sentOrder(id)).toMatchObject({ state: 'done' });
    expect(azure.find('account', id)).toMatchObject({ state: 'blocked' });
  });

  it('a list that may be old is compared again later', async () => {
    const { groupId } = await createGroup(admin(), { name: `Partners ${count}` });
    const id = await mirrored();
    await setGroupsOfAccount(admin(), { accountId: id, groupIds: [groupId] });
    azure.lag();
    await send();
    await setGroupsOfAccount(admin(), { accountId: id, groupIds: [] });
    await bindInstance(t.sql, { mode: 'full' });
    expect(await sentOrder(id)).toMatchObject({ state: 'waiting', code: 'early' });
    azure.catchUp();
    expect(await sentOrder(id)).toMatchObject({ state: 'done' });
    expect(azure.find('account', id)).toMatchObject({ groups: [] });
  });

  it('what somebody changed there meanwhile is not overwritten', async () => {
    const id = await mirrored();
    await blockAccount(admin(), { accountId: id });
    await send();
    azure.change('account', id, { state: 'active' });
    await editAccount(admin(), { accountId: id, note: 'watch them' });
    await activateAccount(admin(), { accountId: id });
    await blockAccount(admin(), { accountId: id });
    await send();
    expect(azure.find('account', id)).toMatchObject({ state: 'active' });
    await longAgo();
    await send();
    await observeAgain(id);
    expect(await drifts(id)).toEqual([{ field: 'state', state: 'open' }]);
  });
});

/** As a pull does. */
const observeAgain = (id: string) =>
  observeAzure(system(), {
    ...{ kind: 'account', askedAt: system().clock() },
    observations: [{ id, record: azure.find('account', id) as never }],
  });

describe('when something goes wrong', () => {
  const fault = (code: ConstructorParameters<typeof AzureFault>[0], detail = {}) => {
    throw new AzureFault(code, detail);
  };

  it('a write whose answer was lost is found done by the next try', async () => {
    const id = await mirrored();
    await blockAccount(admin(), { accountId: id });
    azure.after(({ call }) => void (call === 'write' && fault('unreachable')));
    expect(await sentOrder(id)).toMatchObject({ state: 'waiting', code: 'unreachable' });
    azure.behave();
    expect(await sentOrder(id)).toMatchObject({ state: 'done' });
    expect(azure.writes()).toEqual([]);
  });

  it('so it is soon after another write, when a read could be older', async () => {
    const id = await mirrored();
    await editAccount(admin(), { accountId: id, note: 'first' });
    await send();
    await blockAccount(admin(), { accountId: id });
    azure.after(({ call }) => void (call === 'write' && fault('unreachable')));
    await send();
    azure.behave();
    expect(await sentOrder(id)).toMatchObject({ state: 'done' });
    expect(azure.find('account', id)).toMatchObject({ state: 'blocked' });
  });

  it('a creation whose answer was lost is not made twice', async () => {
    const id = await account();
    azure.after(({ call }) => void (call === 'write' && fault('failed')));
    expect(await sentOrder(id)).toMatchObject({ state: 'waiting', code: 'failed' });
    azure.behave();
    expect(await sentOrder(id)).toMatchObject({ state: 'done' });
    expect(azure.writes()).toEqual([]);
  });

  it('while Azure does not answer, nothing else is asked, and afterwards all is sent', async () => {
    const [one, other] = [await mirrored(), await mirrored()];
    azure.before(() => fault('unreachable'));
    for (const accountId of [one, other]) await blockAccount(admin(), { accountId });
    for (const half of [0, 1, 0, 1]) await sendHalf(half);
    expect(azure.calls).toHaveLength(1);
    expect((await showOrder(admin(), { kind: 'account', id: one }))?.trouble).toBe('unreachable');
    azure.behave();
    await send();
    for (const id of [one, other]) expect(azure.find('account', id)).toMatchObject({ state: 'blocked' });
    expect((await showOrder(admin(), { kind: 'account', id: one }))?.trouble).toBeNull();
  });

  it('waits as long as Azure says', async () => {
    const id = await mirrored();
    await blockAccount(admin(), { accountId: id });
    azure.before(() => fault('throttled', { retryAfterMs: 60_000 }));
    await sentOrder(id);
    const [row] = await t.sql`select extract(epoch from not_before - now()) as wait from azure_orders
      where state = 'waiting'`;
    expect(Number(row?.wait)).toBeGreaterThan(55);
    azure.behave();
    await sendHalf(0);
    await sendHalf(1);
    expect(azure.calls).toEqual([]);
  });

  it("tells what Azure refuses in Azure's words, sends nothing until a person retries, and seals them", async () => {
    const id = await mirrored();
    await editAccount(admin(), { accountId: id, note: 'long' });
    azure.before(
      ({ call }) => void (call === 'write' && fault('refused', { words: 'The note is too long.' })),
    );
    const refused = await sentOrder(id);
    expect(refused).toMatchObject({ state: 'refused', words: 'The note is too long.' });
    const [stored] = await t.sql`select words from azure_orders where state = 'refused'`;
    expect(stored?.words).not.toContain('note');
    azure.behave();
    await send();
    expect(azure.calls).toEqual([]);
    await retryOrder(admin(), { number: refused?.number ?? 0 });
    expect(await sentOrder(id)).toMatchObject({ state: 'done', words: null });
    expect(azure.find('account', id)).toMatchObject({ note: 'long' });
  });

  it('writes memberships of a new account again, of which the first try found no group', async () => {
    const { groupId } = await createGroup(admin(), { name: `Partners ${count}` });
    const id = await account({ groupIds: [groupId] });
    let tries = 0;
    // As Azure does: the user is made, and one of its memberships is refused.
    azure.after(({ call, id: of }) => {
      const groups = azure.find('account', id) as { groups: string[] } | null;
      if (call !== 'write' || of !== id || !groups || groups.groups.length === 0 || ++tries > 1) return;
      azure.change('account', id, { groups: [] });
      fault('missing');
    });
    for (let round = 0; round < 3; round++) await send();
    expect(tries).toBeGreaterThan(1);
    expect(await order('account', id)).toMatchObject({ state: 'done' });
    expect(azure.find('account', id)).toMatchObject({ groups: [`Partners ${count - 1}`] });
    expect(await drifts(id)).toEqual([]);
  });

  it('sends what a thing refers to before the thing', async () => {
    const id = await mirrored();
    const { product } = await createProduct(admin(), { id: `p${count}`, name: 'Gold' });
    await send();
    azure.drop('product', product.id);
    await t.sql`delete from azure_things where kind = 'product'`;
    await t.sql`delete from azure_orders`;
    await grantSubscription(admin(), { id: `s${count}`, accountId: id, productId: product.id });
    azure.before(({ call, id: of }) => {
      if (call === 'write' && of === `s${count}` && !azure.find('product', product.id)) fault('missing');
    });
    // The order of the product may be in the half that was just sent.
    for (let round = 0; round < 3; round++) await send();
    expect(azure.find('product', product.id)).not.toBeNull();
    expect(azure.find('subscription', `s${count}`)).toMatchObject({ owner: `/users/${id}` });
  });
});

describe('the order of orders', () => {
  it('keeps that of each account, also after a failure', async () => {
    const id = await mirrored();
    const { product } = await createProduct(admin(), { name: `Silver ${count}` });
    const subscriptionId = `of-${id}`;
    await grantSubscription(admin(), { id: subscriptionId, accountId: id, productId: product.id });
    await send();
    await longAgo();
    azure.calls.length = 0;
    await editAccount(admin(), { accountId: id, note: 'first' });
    await suspendSubscription(admin(), { subscriptionId });
    let isFirst = true;
    azure.before(({ call }) => {
      if (call !== 'write' || !isFirst) return;
      isFirst = false;
      throw new AzureFault('failed');
    });
    for (const half of [0, 1]) await sendHalf(half);
    expect(azure.writes().map((one) => one.id)).toEqual([id]);
    await send();
    expect(azure.writes().map((one) => one.id)).toEqual([id, id, subscriptionId]);
  });

  it('a block goes before 10,000 others, and each claim takes moments', async () => {
    const id = await mirrored();
    await t.sql`insert into azure_orders (service_id, kind, our_id, lane, half)
      select 'ours', 'account', 'no' || n, 'account:no' || n, half from generate_series(1, 5000) n, unnest(array[0, 1]) half
      on conflict do nothing`;
    await t.sql`analyze azure_orders`;
    await blockAccount(admin(), { accountId: id });
    const [{ half } = { half: 0 }] = await t.sql`select half from azure_orders where our_id = ${id}`;
    const began = performance.now();
    const claimed = await claimOrder(system(), { path: BOUND_PATH, half });
    expect(claimed?.ourId).toBe(id);
    expect(performance.now() - began).toBeLessThan(500);
  });
});

describe('what may be written', () => {
  it('nothing is asked or written in `watch`, and what waits is kept when the mode goes down', async () => {
    const id = await mirrored();
    await blockAccount(admin(), { accountId: id });
    const mode = await setAzureMode(admin(), { mode: 'watch', from: 'add' });
    expect(mode).toMatchObject({ mode: 'watch', kept: 1 });
    await activateAccount(admin(), { accountId: id });
    await send();
    expect(azure.calls).toEqual([]);
    expect(await order('account', id)).toMatchObject({ state: 'kept', code: 'watch' });
    await expect(retryOrder(admin(), { number: (await order('account', id))?.number ?? 0 })).rejects.toThrow(
      'azure_only_watches',
    );
  });

  it('in `add`, nothing is deleted; `full` makes up for it', async () => {
    const { groupId } = await createGroup(admin(), { name: `Friends ${count}` });
    const id = await mirrored({ groupIds: [groupId] });
    const gone = await mirrored();
    await setGroupsOfAccount(admin(), { accountId: id, groupIds: [] });
    await deleteAccount(admin(), { accountId: gone });
    await send();
    await observeAgain(id);
    await observeAgain(gone);
    await send();
    expect(azure.writes()).toEqual([]);
    expect(await order('account', id)).toMatchObject({ state: 'kept', code: 'deletion' });
    await expect(setAzureMode(admin(), { mode: 'full', from: 'add', writesAtMost: 1 })).rejects.toThrow(
      'azure_more_writes',
    );
    await setAzureMode(admin(), { mode: 'full', from: 'add', writesAtMost: 100 });
    await send();
    expect(azure.find('account', gone)).toBeNull();
    expect(azure.find('account', id)).toMatchObject({ groups: [] });
  });

  it('going up writes what is only here and what we changed, and not what a person must decide', async () => {
    const [changed, both] = [await mirrored(), await mirrored()];
    await setAzureMode(admin(), { mode: 'watch', from: 'add' });
    const fresh = await account();
    await editAccount(admin(), { accountId: changed, note: 'ours' });
    await editAccount(admin(), { accountId: both, note: 'ours' });
    azure.change('account', both, { note: 'theirs' });
    await observeAgain(changed);
    await observeAgain(both);
    expect(await drifts(changed)).toHaveLength(1);
    await setAzureMode(admin(), { mode: 'add', from: 'watch', writesAtMost: 100 });
    await send();
    expect(azure.find('account', fresh)).not.toBeNull();
    expect(azure.find('account', changed)).toMatchObject({ note: 'ours' });
    expect(azure.find('account', both)).toMatchObject({ note: 'theirs' });
    expect(await drifts(changed)).toEqual([]);
    expect(await drifts(both)).toHaveLength(1);
  });

  it('the mode goes up only after the first comparison, and from the mode that the person saw', async () => {
    await bindInstance(t.sql, { mode: 'watch', isCompared: false });
    const up = { mode: 'add', from: 'watch' } as const;
    await expect(setAzureMode(admin(), up)).rejects.toThrow('azure_not_compared');
    await bindInstance(t.sql, { mode: 'full' });
    await expect(setAzureMode(admin(), up)).rejects.toThrow('azure_mode_changed');
  });

  it('a person who has not accepted is not written until their account is active', async () => {
    const id = await account({ state: 'pending' });
    expect(await sentOrder(id)).toMatchObject({ state: 'kept', code: 'pending' });
    expect(azure.writes()).toEqual([]);
    await activateAccount(admin(), { accountId: id });
    expect(await sentOrder(id)).toMatchObject({ state: 'done' });
    expect(azure.find('account', id)).toMatchObject({ state: 'active' });
  });
});

describe('a block', () => {
  it('does not wait for the next try of what could not be sent', async () => {
    const id = await mirrored();
    await editAccount(admin(), { accountId: id, note: 'a note' });
    azure.before(() => {
      throw new AzureFault('failed');
    });
    for (let tries = 0; tries < 8; tries++) await send();
    azure.behave();
    await blockAccount(admin(), { accountId: id });
    for (const half of [0, 1]) await sendHalf(half);
    expect(azure.find('account', id)).toMatchObject({ state: 'blocked', note: 'a note' });
  });
});

describe('a killed process', () => {
  it('loses nothing at any step', async () => {
    const id = await mirrored();
    const steps: ('claim' | 'read' | 'write')[] = ['claim', 'read', 'write'];
    for (const step of steps) {
      await editAccount(admin(), { accountId: id, note: `before ${step}` });
      const [{ half } = { half: 0 }] = await t.sql`select half from azure_orders where state = 'waiting'`;
      const claimed = await claimOrder(system(), { path: BOUND_PATH, half });
      azure.after(({ call }) => {
        if (call === step) throw new AzureFault('unreachable');
      });
      // Nothing settles it.
      if (claimed && step !== 'claim') await sendOrder({ ...sending, azure: bound }, system(), claimed);
      azure.behave();
      // Its lease still holds.
      await send();
      expect(await order('account', id)).toMatchObject({ state: 'waiting' });
      await t.sql`update azure_orders set leased_until = now() where leased_until is not null`;
      await sweepOrders(system(), {});
      const jobs = await t.sql`select 1 from graphile_worker.jobs where key = ${`azure:ours:${half}`}`;
      expect(jobs).toHaveLength(1);
      expect(await sentOrder(id)).toMatchObject({ state: 'done' });
      expect(azure.find('account', id)).toMatchObject({ note: `before ${step}` });
      await longAgo();
    }
  });
});
