import type { KnownBlock } from '@slack/types';
import { DomainError } from '../../domain/domain-error.ts';
import { setGroupsOfAccount } from '../../operations/accounts/set-groups.ts';
import { createGroup } from '../../operations/groups/create.ts';
import { deleteGroup } from '../../operations/groups/delete.ts';
import { listGroups } from '../../operations/groups/list.ts';
import { renameGroup } from '../../operations/groups/rename.ts';
import { findAccount, openForAccount } from '../frame/account-command.ts';
import type { Feature, SlackRequest } from '../frame/feature.ts';
import { accountIn, readCarried } from '../frame/reference.ts';
import { openModalFor } from '../frame/role.ts';
import { blankErrors, type FormValues, listOf, textOf } from '../modals/form.ts';
import { createGroupModal, type Group, groupsOfAccountModal, renameGroupModal } from '../modals/group.ts';
import { accountMessage, nameOf } from '../present/account.ts';
import { actions, button, context, type Message, section } from '../present/blocks.ts';
import { cut, escapeText } from '../present/text.ts';

const GROUPS_A_PAGE = 10;
const MAX_DESCRIPTION_SHOWN = 200;

export const groupsFeature: Feature = {
  command: {
    name: 'groups',
    aliases: ['group'],
    usage: 'groups [account]',
    summary:
      "Lists groups, to create, rename and delete custom ones; with an account, chooses that account's.",
    example: '/apim-user groups ann@example.com',
    who: 'admins',
    async run(request, [account]) {
      if (account === undefined) return request.reply(await groupsPage(request));
      return openModalFor(request, setGroupsOfAccount, { account }, async (attempting) =>
        groupsOfAccountModal(await findAccount(attempting, account)),
      );
    },
  },
  buttons: {
    'account-groups': openForAccount(setGroupsOfAccount, groupsOfAccountModal),
    'groups-next': turnPage,
    'groups-previous': turnPage,
    'group-create': (request) => openModalFor(request, createGroup, {}, createGroupModal),
    'group-rename': (request, id) =>
      openModalFor(request, renameGroup, { groupId: id }, async ({ context: attempting }) => {
        const { groups } = await listGroups(attempting, {});
        const group = groups.find((one) => one.id === id);
        if (!group) throw new DomainError('group_not_found');
        return renameGroupModal(group);
      }),
    'group-delete': async (request, value) => {
      const { id, from } = readCarried(value);
      const { name } = await deleteGroup(request.context, { groupId: String(id) });
      const page = await groupsPage(request, Number(from));
      const text = `Deleted: the group ${escapeText(name)}. Its accounts stay.`;
      return request.reply({ text, blocks: [section(text), ...(page.blocks ?? [])] }, { replace: true });
    },
  },
  submissions: {
    'group-create': {
      check: groupErrors,
      async run(request, values) {
        const { name } = await createGroup(request.context, {
          name: textOf(values, 'name'),
          description: textOf(values, 'description'),
        });
        return { text: `Created: the group *${escapeText(name)}*. \`/apim-user groups\` shows all.` };
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
        return { text: `Saved: the group is called *${escapeText(name)}*. \`/apim-user groups\` shows all.` };
      },
    },
    groups: {
      async run(request, values, metadata) {
        const { account, changeId } = await setGroupsOfAccount(request.context, {
          ...accountIn(metadata),
          groupIds: listOf(values, 'groups'),
        });
        const text = `Saved: ${escapeText(nameOf(account))} is in the groups below.`;
        return accountMessage(text, account, await request.role(), changeId);
      },
    },
  },
};

function groupErrors(values: FormValues): Record<string, string> {
  return blankErrors(values, { name: 'Write a name' });
}

async function turnPage(request: SlackRequest, from: string): Promise<void> {
  await request.reply(await groupsPage(request, Number(from)), { replace: true });
}

/** All built-in groups, and ten custom ones beginning at number `from`. */
async function groupsPage(request: SlackRequest, from = 0): Promise<Message> {
  const { groups } = await listGroups(request.context, { withMembers: true });
  const isAdmin = (await request.role()) === 'admin';
  const custom = groups.filter((group) => !group.isBuiltIn);
  // Falls back to the page before when the last group of a page was just deleted.
  const lastPage = Math.floor(Math.max(0, custom.length - 1) / GROUPS_A_PAGE) * GROUPS_A_PAGE;
  const start = Math.min(Math.max(0, Math.trunc(from) || 0), lastPage);
  const end = start + GROUPS_A_PAGE;
  const pageButtons = [
    ...(isAdmin ? [button('group-create', 'Create', '-', { style: 'primary' })] : []),
    ...(start > 0 ? [button('groups-previous', 'Previous', String(start - GROUPS_A_PAGE))] : []),
    ...(end < custom.length ? [button('groups-next', 'Next', String(end))] : []),
  ];
  return {
    text: custom.length === 1 ? '1 custom group' : `${custom.length} custom groups`,
    blocks: [
      ...groups.filter((group) => group.isBuiltIn).map((group) => section(groupText(group))),
      ...(custom.length === 0 ? [section('There are no custom groups yet.')] : []),
      ...custom.slice(start, end).flatMap((group) => groupBlocks(group, isAdmin, start)),
      context(
        "The built-in groups can't be changed. `/apim-user groups &lt;account&gt;` chooses an account's.",
      ),
      ...(pageButtons.length > 0 ? [actions(pageButtons)] : []),
    ],
  };
}

function groupText({ name, description, isBuiltIn, accounts }: Group): string {
  const count = accounts === 1 ? '1 account' : `${accounts} accounts`;
  // Only Developers has accounts; the other built-in groups always count none.
  const about = isBuiltIn && accounts === 0 ? 'built in' : isBuiltIn ? `built in · ${count}` : count;
  const more = description ? `\n${escapeText(cut(description, MAX_DESCRIPTION_SHOWN))}` : '';
  return `*${escapeText(name)}* · ${about}${more}`;
}

function groupBlocks(group: Group, isAdmin: boolean, start: number): KnownBlock[] {
  if (!isAdmin) return [section(groupText(group))];
  const { id, name } = group;
  return [
    section(groupText(group)),
    actions([
      button('group-rename', 'Rename', id, { label: `Rename ${name}` }),
      button('group-delete', 'Delete', JSON.stringify({ id, from: start }), {
        style: 'danger',
        label: `Delete ${name}`,
        ask: { text: `“${name}” goes away; its accounts stay.`, yes: 'Delete' },
      }),
    ]),
  ];
}
