import type { KnownBlock } from '@slack/types';
import { DomainError } from '../../domain/domain-error.ts';
import { setGroupsOfAccount } from '../../operations/accounts/set-groups.ts';
import { showAccount } from '../../operations/accounts/show.ts';
import { createGroup } from '../../operations/groups/create.ts';
import { deleteGroup } from '../../operations/groups/delete.ts';
import { listGroups } from '../../operations/groups/list.ts';
import { renameGroup } from '../../operations/groups/rename.ts';
import { findAccount, openForAccount } from '../frame/account-command.ts';
import type { Feature, SlackRequest } from '../frame/feature.ts';
import { definePages } from '../frame/pages.ts';
import { accountIn, buttonValue, idIn } from '../frame/reference.ts';
import { openModalFor } from '../frame/role.ts';
import { blankErrors, type FormValues, listOf, textOf } from '../modals/form.ts';
import {
  createGroupModal,
  deleteGroupModal,
  type Group,
  groupsOfAccountModal,
  renameGroupModal,
} from '../modals/group.ts';
import { keptIds } from '../modals/long-ids.ts';
import { accountMessage, nameOf } from '../present/account.ts';
import { button, row } from '../present/blocks.ts';
import { cut, escapeText } from '../present/text.ts';

const MAX_DESCRIPTION_SHOWN = 200;

const pages = definePages('groups', async (request, _query, page) => {
  const { groups, next, count } = await listGroups(request.context, {
    order: 'name',
    withMembers: true,
    ...page,
  });
  const isAdmin = (await request.role()) === 'admin';
  return {
    title: 'Groups',
    rows: groups.map((group) => groupRow(group, isAdmin)),
    next,
    count,
    none: 'There are no groups.',
    note: "Built-in groups can't be changed. `/apim-user groups &lt;account&gt;` sets the groups of an account.",
    buttons: isAdmin ? [button('group-create', 'Create', '-', { style: 'primary' })] : [],
  };
});

async function groupOf(request: SlackRequest, id: string): Promise<Group> {
  const [group] = (await listGroups(request.context, { ids: [id] })).groups;
  if (!group) throw new DomainError('group_not_found');
  return group;
}

export const groupsFeature: Feature = {
  command: {
    name: 'groups',
    aliases: ['group'],
    usage: 'groups [account]',
    summary: 'Lists the groups, to create, rename or delete custom ones; with an account, sets its groups.',
    example: '/apim-user groups ann@example.com',
    who: 'admins',
    async run(request, [account]) {
      if (account === undefined) return request.reply(await pages.first(request, {}));
      return openModalFor(request, setGroupsOfAccount, { account }, async (attempting) =>
        groupsOfAccountModal(await findAccount(attempting, account)),
      );
    },
  },
  buttons: {
    'account-groups': openForAccount(setGroupsOfAccount, groupsOfAccountModal),
    'menu-groups': async (request) => request.reply(await pages.first(request, {})),
    ...pages.buttons,
    'group-create': (request) => openModalFor(request, createGroup, {}, createGroupModal),
    'group-rename': async (request, value) =>
      openModalFor(request, renameGroup, { groupId: idIn(value) }, async (attempting) =>
        renameGroupModal(await groupOf(attempting, idIn(value))),
      ),
    'group-delete': async (request, value) =>
      openModalFor(request, deleteGroup, { groupId: idIn(value) }, async (attempting) =>
        deleteGroupModal(await groupOf(attempting, idIn(value))),
      ),
  },
  submissions: {
    'group-create': {
      check: groupErrors,
      async run(request, values) {
        const { name } = await createGroup(request.context, {
          name: textOf(values, 'name'),
          description: textOf(values, 'description'),
        });
        return { text: `Created the group *${escapeText(name)}*. \`/apim-user groups\` lists all groups.` };
      },
    },
    'group-rename': {
      check: groupErrors,
      async run(request, values, metadata) {
        const { name } = await renameGroup(request.context, {
          groupId: String(metadata.id),
          name: textOf(values, 'name'),
          description: textOf(values, 'description'),
        });
        return { text: `Saved the group *${escapeText(name)}*. \`/apim-user groups\` lists all groups.` };
      },
    },
    'group-delete': {
      async run(request, _values, metadata) {
        const { name } = await deleteGroup(request.context, { groupId: String(metadata.id) });
        return { text: `Deleted the group *${escapeText(name)}*. Its accounts stay.` };
      },
    },
    groups: {
      async run(request, values, metadata) {
        const target = accountIn(metadata);
        const { account, changeId } = await setGroupsOfAccount.attempt(
          request.context,
          target,
          async (context) => {
            const before = await showAccount(context, { accountId: target.accountId });
            const groupIds = [...listOf(values, 'groups'), ...keptIds(before.account.groups)];
            return setGroupsOfAccount(context, { ...target, groupIds });
          },
        );
        const text = `Saved the groups of ${escapeText(nameOf(account))}.`;
        return accountMessage(text, account, await request.role(), { changeId });
      },
    },
  },
};

function groupErrors(values: FormValues): Record<string, string> {
  return blankErrors(values, { name: 'Enter a name' });
}

function groupText({ name, description, isBuiltIn, accounts }: Group): string {
  const count = accounts === 1 ? '1 account' : `${accounts} accounts`;
  // Only Developers has accounts; the other built-in groups always count none.
  const about = isBuiltIn && accounts === 0 ? 'built-in' : isBuiltIn ? `built-in · ${count}` : count;
  const more = description ? ` · ${escapeText(cut(description, MAX_DESCRIPTION_SHOWN))}` : '';
  return `*${escapeText(name)}* · ${about}${more}`;
}

function groupRow(group: Group, isAdmin: boolean): KnownBlock[] {
  const entries = [
    { text: 'Rename', button: 'group-rename' },
    { text: 'Delete', button: 'group-delete' },
  ];
  return row(groupText(group), {
    value: buttonValue(group),
    entries: isAdmin && !group.isBuiltIn ? entries : [],
  });
}
