// What people do on both sides of a mirror, and what happens to its jobs, in the property test.
import { activateAccount } from '../../../src/operations/accounts/activate.ts';
import { addAccount } from '../../../src/operations/accounts/add.ts';
import { blockAccount } from '../../../src/operations/accounts/block.ts';
import { deleteAccount } from '../../../src/operations/accounts/delete.ts';
import { editAccount } from '../../../src/operations/accounts/edit.ts';
import { restoreAccount } from '../../../src/operations/accounts/restore.ts';
import { setGroupsOfAccount } from '../../../src/operations/accounts/set-groups.ts';
import { settleDrift } from '../../../src/operations/azure/settle-drift.ts';
import type { Context } from '../../../src/operations/frame/context.ts';
import { createGroup } from '../../../src/operations/groups/create.ts';
import { deleteGroup } from '../../../src/operations/groups/delete.ts';
import { renameGroup } from '../../../src/operations/groups/rename.ts';
import { cancelSubscription } from '../../../src/operations/subscriptions/cancel.ts';
import { deleteSubscription } from '../../../src/operations/subscriptions/delete.ts';
import { grantSubscription } from '../../../src/operations/subscriptions/grant.ts';
import { renameSubscription } from '../../../src/operations/subscriptions/rename.ts';
import { resumeSubscription } from '../../../src/operations/subscriptions/resume.ts';
import { suspendSubscription } from '../../../src/operations/subscriptions/suspend.ts';
import { restoreDefaultTemplate } from '../../../src/operations/templates/restore-default.ts';
import { saveTemplate } from '../../../src/operations/templates/save.ts';
import { ADMIN } from '../../support/context.ts';
import type { World } from './world.ts';

/** `pick` and `other` choose among what is there; `value` is what becomes of it. */
export type Dice = { pick: number; other: number; value: number };
type Change<Place> = (place: Place, dice: Dice & Things) => Promise<unknown> | undefined;
/** Ids of what the side has, one of each chosen. */
type Things = {
  account: string;
  deleted: string;
  group: string;
  otherGroup: string;
  subscription: string;
  drift: string;
};

export const PRODUCT = 'basic';
const TEMPLATE = 'NewDeveloperNotificationMessage';
const PEOPLE = 5;

const person = (value: number) => ({
  email: `person${value % PEOPLE}@example.com`,
  firstName: `First${value % 3}`,
  lastName: `Last${value % 4}`,
});

export const HERE: Record<string, Change<Pick<World, 't'>>> = {
  add: ({ t }, { value }) => addAccount(t.as(ADMIN), { ...person(value), note: `note ${value}` }),
  block: ({ t }, { account: accountId }) => blockAccount(t.as(ADMIN), { accountId }),
  activate: ({ t }, { account: accountId }) => activateAccount(t.as(ADMIN), { accountId }),
  note: ({ t }, { account: accountId, value }) =>
    editAccount(t.as(ADMIN), { accountId, note: `here ${value}` }),
  name: ({ t }, { account: accountId, value }) =>
    editAccount(t.as(ADMIN), { accountId, firstName: `Here${value}` }),
  email: ({ t }, { account: accountId, value }) =>
    editAccount(t.as(ADMIN), { accountId, email: person(value).email }),
  delete: ({ t }, { account: accountId, value }) =>
    deleteAccount(t.as(ADMIN), { accountId, deleteSubscriptions: value % 2 === 0 }),
  restore: ({ t }, { deleted: accountId }) => restoreAccount(t.as(ADMIN), { accountId }),
  join: ({ t }, { account: accountId, group }) =>
    setGroupsOfAccount(t.as(ADMIN), { accountId, join: [group] }),
  leave: ({ t }, { account: accountId, group }) =>
    setGroupsOfAccount(t.as(ADMIN), { accountId, leave: [group] }),
  createGroup: ({ t }, { value }) =>
    createGroup(t.as(ADMIN), { name: `Group ${value % 4}`, description: `here ${value}` }),
  renameGroup: ({ t }, { group: groupId, value }) =>
    renameGroup(t.as(ADMIN), { groupId, name: `Group ${value % 4}`, description: `here ${value}` }),
  deleteGroup: ({ t }, { group: groupId }) => deleteGroup(t.as(ADMIN), { groupId }),
  grant: ({ t }, { account: accountId, value }) =>
    grantSubscription(t.as(ADMIN), { accountId, productId: PRODUCT, name: `here ${value}` }),
  suspend: ({ t }, { subscription: subscriptionId }) =>
    suspendSubscription(t.as(ADMIN), { subscriptionId, reason: 'late' }),
  resume: ({ t }, { subscription: subscriptionId }) => resumeSubscription(t.as(ADMIN), { subscriptionId }),
  cancel: ({ t }, { subscription: subscriptionId }) => cancelSubscription(t.as(ADMIN), { subscriptionId }),
  renameSubscription: ({ t }, { subscription: subscriptionId, value }) =>
    renameSubscription(t.as(ADMIN), { subscriptionId, name: `here ${value}` }),
  deleteSubscription: ({ t }, { subscription: subscriptionId }) =>
    deleteSubscription(t.as(ADMIN), { subscriptionId }),
  saveTemplate: ({ t }, { value }) =>
    saveTemplate(t.as(ADMIN), { template: TEMPLATE, subject: `here ${value}` }),
  restoreDefault: ({ t }) => restoreDefaultTemplate(t.as(ADMIN), { template: TEMPLATE }),
};

const user = (id: string) => `users/${id}`;

/** As a person does it in Azure's portal. */
export const THERE: Record<string, Change<Pick<World, 'portal'>>> = {
  add: ({ portal }, { value, other }) =>
    portal.put(user(`person-${other % PEOPLE}`), { ...person(value), note: `there ${value}` }),
  block: ({ portal }, { account }) => portal.patch(user(account), { state: 'blocked' }),
  activate: ({ portal }, { account }) => portal.patch(user(account), { state: 'active' }),
  note: ({ portal }, { account, value }) => portal.patch(user(account), { note: `there ${value}` }),
  name: ({ portal }, { account, value }) => portal.patch(user(account), { firstName: `There${value}` }),
  email: ({ portal }, { account, value }) => portal.patch(user(account), { email: person(value).email }),
  delete: ({ portal }, { account, value }) =>
    portal.delete(`${user(account)}?deleteSubscriptions=${value % 2 === 0}`),
  join: ({ portal }, { account, group }) => portal.put(`groups/${group}/users/${account}`),
  leave: ({ portal }, { account, group }) => portal.delete(`groups/${group}/users/${account}`),
  createGroup: ({ portal }, { value, other }) =>
    portal.put(`groups/group-${other % 3}`, {
      displayName: `Group ${value % 4}`,
      description: `there ${value}`,
      type: 'custom',
    }),
  renameGroup: ({ portal }, { group, value }) =>
    portal.patch(`groups/${group}`, { displayName: `Group ${value % 4}`, description: `there ${value}` }),
  deleteGroup: ({ portal }, { group }) => portal.delete(`groups/${group}`),
  grant: ({ portal }, { account, value, other }) =>
    portal.put(`subscriptions/sub-${other % 4}`, {
      ...{ ownerId: `/users/${account}`, scope: `/products/${PRODUCT}`, displayName: `there ${value}` },
      state: 'active',
    }),
  suspend: ({ portal }, { subscription }) =>
    portal.patch(`subscriptions/${subscription}`, { state: 'suspended' }),
  resume: ({ portal }, { subscription }) =>
    portal.patch(`subscriptions/${subscription}`, { state: 'active' }),
  cancel: ({ portal }, { subscription }) =>
    portal.patch(`subscriptions/${subscription}`, { state: 'cancelled' }),
  renameSubscription: ({ portal }, { subscription, value }) =>
    portal.patch(`subscriptions/${subscription}`, { displayName: `there ${value}` }),
  deleteSubscription: ({ portal }, { subscription }) => portal.delete(`subscriptions/${subscription}`),
  saveTemplate: ({ portal }, { value }) =>
    portal.patch(`templates/${TEMPLATE}`, { subject: `there ${value}` }),
  restoreDefault: ({ portal }) => portal.delete(`templates/${TEMPLATE}`),
};

/** What an operator says to a difference. */
export const decide = (context: Context, { drift, value }: Dice & Things) =>
  settleDrift(context, {
    driftId: drift,
    decision: (['take', 'keep', 'leave'] as const)[value % 3] ?? 'leave',
  });

/** Chooses among what a side has; ids of nothing where there is nothing. */
export async function chooseThings(sql: World['t']['sql'], { pick, other }: Dice): Promise<Things> {
  const rows = await sql<{ kind: keyof Things; id: string }[]>`
    select 'account' as kind, coalesce(resource_id, id) as id, id as at from accounts
      where state <> 'deleted' and resource_id is distinct from '1'
    union all select 'deleted', id, id from accounts where state = 'deleted'
    union all select 'group', id, id from groups where type = 'custom'
    union all select 'subscription', id, id from subscriptions
    union all select 'drift', id::text, id::text from azure_drifts where state = 'open'
    order by kind, at`;
  const one = (kind: string, number: number) => {
    const found = rows.filter((row) => row.kind === kind);
    return found[number % found.length]?.id ?? '01890000-0000-7000-8000-000000000000';
  };
  return {
    account: one('account', pick),
    deleted: one('deleted', pick),
    group: one('group', other),
    otherGroup: one('group', other + 1),
    subscription: one('subscription', pick),
    drift: one('drift', pick),
  };
}
