// Changes here, made in Slack, and what a second product behind the stand-in for Resource Manager has afterwards.
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addAccount } from '../../src/operations/accounts/add.ts';
import { blockAccount } from '../../src/operations/accounts/block.ts';
import { deleteAccount } from '../../src/operations/accounts/delete.ts';
import { editAccount } from '../../src/operations/accounts/edit.ts';
import { setGroupsOfAccount } from '../../src/operations/accounts/set-groups.ts';
import { setAzureMode } from '../../src/operations/azure/set-mode.ts';
import { showOrder } from '../../src/operations/azure/show-order.ts';
import { createGroup } from '../../src/operations/groups/create.ts';
import { createProduct } from '../../src/operations/products/create.ts';
import { grantSubscription } from '../../src/operations/subscriptions/grant.ts';
import { startTestApp } from '../support/app.ts';
import { besideApp } from '../support/beside-app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { startMirroredPair } from '../support/mirrored-pair.ts';

const pair = forAllTests(() => startMirroredPair());
const app = forAllTests(() => startTestApp(pair.settings));
const beside = forAllTests(() => besideApp(app));
const console = () => beside.console();

beforeAll(async () => {
  await eventually('the first comparison to end', async () => {
    const [row] = await app.sql`select first_pass_ended_at from azure_instances`;
    return row?.first_pass_ended_at;
  });
});
beforeEach(async () => {
  pair.arm.behaveWell();
  await app.sql`update azure_instances set mode = 'add', hold_until = null`;
});

let count = 0;
const portal = () => pair.arm.asPortal('pia@example.com');
const userInAzure = async (id: string) =>
  (
    await portal()
      .get(`users/${id}`)
      .catch(() => null)
  )?.properties;
const isInAzure = (id: string, wanted: object) =>
  eventually(`user ${id} in Azure to be ${JSON.stringify(wanted)}`, async () => {
    const user = await userInAzure(id);
    return user && Object.entries(wanted).every(([name, value]) => user[name] === value);
  });
const order = async (id: string) => (await showOrder(console(), { kind: 'account', id }))?.order ?? null;
const isOrder = (id: string, wanted: object) =>
  eventually(`the order of ${id} to be ${JSON.stringify(wanted)}`, async () => {
    const found = await order(id);
    return (
      found && Object.entries(wanted).every(([name, value]) => found[name as keyof typeof found] === value)
    );
  });
async function mirrored(fields: object = {}): Promise<{ id: string; email: string }> {
  count += 1;
  const [id, email] = [`dev${count}`, `dev${count}@example.com`];
  const person = { accountId: id, email, firstName: 'Ann', lastName: 'Lee' };
  await addAccount(console(), { ...person, ...fields });
  await isOrder(id, { state: 'done' });
  pair.arm.forgetSeen();
  return { id, email };
}
const written = () => pair.arm.seen({ isWrite: true, caller: 'apim-user@example.com' });

describe('a change in Slack', () => {
  it('blocks the user in Azure too, once', async () => {
    const { id, email } = await mirrored();
    await app.as('admin').types(`/apim-user block ${email} spam`);
    await isInAzure(id, { state: 'blocked' });
    await isOrder(id, { state: 'done' });
    expect(written().map(({ method, kind }) => `${method} ${kind}`)).toEqual(['PATCH users/{}']);
  });

  it('arrives after Azure was away, and says since when it waits', async () => {
    const { id, email } = await mirrored();
    pair.arm.down();
    await app.as('admin').types(`/apim-user block ${email} spam`);
    await isOrder(id, { state: 'waiting', code: 'unreachable' });
    expect((await showOrder(console(), { kind: 'account', id }))?.troubleSince).toBeInstanceOf(Date);
    pair.arm.up();
    await isInAzure(id, { state: 'blocked' });
    await isOrder(id, { state: 'done' });
  });

  it('overwrites nothing that somebody changed in the portal between its read and its write', async () => {
    const { id } = await mirrored();
    // A read can't be from before the account was written.
    await app.sql`update azure_things set written_at = written_at - interval '1 hour'`;
    pair.arm.meanwhile({ method: 'GET', kind: 'users/{}' }, () =>
      portal().patch(`users/${id}`, { note: 'from the portal' }),
    );
    await editAccount(console(), { accountId: id, note: 'from here' });
    await isOrder(id, { state: 'kept', code: 'difference' });
    expect(await userInAzure(id)).toMatchObject({ note: 'from the portal' });
    const [drift] = await app.sql`select field from azure_drifts where thing_id = ${id} and state = 'open'`;
    expect(drift?.field).toBe('note');
  });

  it('is not made twice when the answer was lost', async () => {
    const { id } = await mirrored();
    pair.arm.next('reset after', { method: 'PATCH' });
    await editAccount(console(), { accountId: id, note: 'once' });
    await isOrder(id, { state: 'done' });
    expect(await userInAzure(id)).toMatchObject({ note: 'once' });
  });

  it('that Azure refuses is told in its words', async () => {
    count += 1;
    const [id, email] = [`only${count}`, `only${count}@example.com`];
    await addAccount(console(), { accountId: id, email, firstName: 'Cher', lastName: '' });
    await isOrder(id, { state: 'refused' });
    expect((await order(id))?.words).toMatch(/first and a last name/);
  });

  it('to a subscription waits for its account and product', async () => {
    const { id } = await mirrored();
    const { product } = await createProduct(console(), {
      id: `gold${count}`,
      name: 'Gold',
      isPublished: true,
    });
    const { subscription } = await grantSubscription(console(), { accountId: id, productId: product.id });
    const made = await eventually('the subscription in Azure', () =>
      portal()
        .get(`subscriptions/${subscription.id}`)
        .catch(() => null),
    );
    expect(made.properties).toMatchObject({ state: 'active' });
    expect(made.properties.ownerId).toMatch(new RegExp(`/users/${id}$`));
  });
});

describe('what the mode allows', () => {
  it('nothing is written in `watch`', async () => {
    const { id } = await mirrored();
    await setAzureMode(console(), { mode: 'watch', from: 'add' });
    await blockAccount(console(), { accountId: id });
    const { account } = await addAccount(console(), {
      email: `w${count}@example.com`,
      firstName: 'W',
      lastName: 'L',
    });
    await deleteAccount(console(), { accountId: account.id });
    // Whatever would be sent, would be by now: this change is, after the mode has gone up again.
    const next = await setAzureMode(console(), { mode: 'add', from: 'watch', writesAtMost: 1_000 });
    expect(next.mode).toBe('add');
    const before = written().length;
    expect(before).toBe(0);
  });

  it('nothing is deleted in `add`, and `full` makes up for it', async () => {
    const { groupId } = await createGroup(console(), { name: 'Partners' });
    const member = await mirrored({ groupIds: [groupId] });
    const gone = await mirrored();
    await setGroupsOfAccount(console(), { accountId: member.id, groupIds: [] });
    await deleteAccount(console(), { accountId: gone.id });
    await isOrder(member.id, { state: 'kept', code: 'deletion' });
    await isOrder(gone.id, { state: 'kept', code: 'deletion' });
    expect(pair.arm.seen({ method: 'DELETE' })).toEqual([]);
    await setAzureMode(console(), { mode: 'full', from: 'add', writesAtMost: 1_000 });
    await eventually('the user to be gone in Azure', async () => (await userInAzure(gone.id)) === undefined);
    await eventually('the membership to be gone', async () => {
      const { value } = await portal().get(`users/${member.id}/groups`);
      return !value.some(({ name }: { name: string }) => name === groupId);
    });
  });
});
