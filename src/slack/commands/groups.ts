// Groups: the list, the modals and buttons that create, rename and delete custom ones, and the groups of one account.
import type { KnownBlock } from '@slack/types';
import { DomainError } from '../../domain/domain-error.ts';
import type { AccountView } from '../../operations/accounts/account.ts';
import { setGroupsOfAccount } from '../../operations/accounts/set-groups.ts';
import { createGroup } from '../../operations/groups/create.ts';
import { deleteGroup } from '../../operations/groups/delete.ts';
import { MAX_GROUP_DESCRIPTION_LENGTH, MAX_GROUP_NAME_LENGTH } from '../../operations/groups/input.ts';
import { listGroups } from '../../operations/groups/list.ts';
import { renameGroup } from '../../operations/groups/rename.ts';
import { findAccount, openForAccount, referenceTo } from '../frame/account-command.ts';
import {
  type Feature,
  type FormValues,
  listOf,
  type OnPress,
  type SlackRequest,
  textOf,
} from '../frame/feature.ts';
import { accountIn } from '../frame/reference.ts';
import { requireRole } from '../frame/role.ts';
import { accountMessage, nameOf } from '../present/account.ts';
import {
  actions,
  button,
  context,
  groupsInput,
  type Message,
  modal,
  section,
  textInput,
} from '../present/blocks.ts';
import { cut, escapeText } from '../present/text.ts';

type Group = Awaited<ReturnType<typeof listGroups>>[number];

const GROUPS_A_PAGE = 10;
const SHOWN_OF_DESCRIPTION = 200;

/** Built-in groups, then a page of custom ones, with buttons for those who may use them. */
async function groupsPage(request: SlackRequest, from = 0): Promise<Message> {
  const groups = await listGroups(request.context, {});
  const isAdmin = (await request.role()) === 'admin';
  const custom = groups.filter((group) => !group.isBuiltIn);
  // A page whose last group was just deleted falls back to the one before.
  const lastPage = Math.floor(Math.max(0, custom.length - 1) / GROUPS_A_PAGE) * GROUPS_A_PAGE;
  const start = Math.min(Math.max(0, from), lastPage);
  const end = start + GROUPS_A_PAGE;
  const turns = [
    ...(start > 0 ? [button('groups-previous', 'Previous', String(start - GROUPS_A_PAGE))] : []),
    ...(end < custom.length ? [button('groups-next', 'Next', String(end))] : []),
  ];
  const create = isAdmin ? [button('group-create', 'Create', '-', { style: 'primary' })] : [];
  const last = [...create, ...turns];
  return {
    text: custom.length === 1 ? '1 custom group' : `${custom.length} custom groups`,
    blocks: [
      ...groups.filter((group) => group.isBuiltIn).map((group) => section(lineOf(group))),
      ...(custom.length === 0 ? [section('There are no custom groups yet.')] : []),
      ...custom.slice(start, end).flatMap((group) => blocksOf(group, isAdmin, start)),
      context(
        "The built-in groups can't be changed. `/apim-user groups &lt;account&gt;` chooses an account's.",
      ),
      ...(last.length > 0 ? [actions(last)] : []),
    ],
  };
}

function lineOf({ name, description, isBuiltIn, accounts }: Group): string {
  const count = accounts === 1 ? '1 account' : `${accounts} accounts`;
  // Of the built-in groups only Developers is about accounts; nobody is put into the others.
  const about = isBuiltIn && accounts === 0 ? 'built in' : isBuiltIn ? `built in · ${count}` : count;
  const words = description ? `\n${escapeText(cut(description, SHOWN_OF_DESCRIPTION))}` : '';
  return `*${escapeText(name)}* · ${about}${words}`;
}

function blocksOf(group: Group, isAdmin: boolean, start: number): KnownBlock[] {
  if (!isAdmin) return [section(lineOf(group))];
  const { id, name } = group;
  return [
    section(lineOf(group)),
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

const fields = (group?: Group) => [
  textInput('name', 'Name', { ...(group ? { value: group.name } : {}), maxLength: MAX_GROUP_NAME_LENGTH }),
  textInput('description', 'Description', {
    ...(group ? { value: group.description } : {}),
    optional: true,
    multiline: true,
    maxLength: MAX_GROUP_DESCRIPTION_LENGTH,
  }),
];

const createModal = () =>
  modal({ callback: 'group-create', title: 'Create a group', submit: 'Create', blocks: fields() });

const renameModal = (group: Group) =>
  modal({
    callback: 'group-rename',
    title: 'Rename a group',
    submit: 'Save',
    metadata: { id: group.id },
    blocks: fields(group),
  });

const nameError = (values: FormValues): Record<string, string> =>
  textOf(values, 'name') === '' ? { name: 'Write a name' } : {};

const turn: OnPress = async (request, from) =>
  request.reply(await groupsPage(request, Number(from)), { replace: true });

export const groups: Feature = {
  command: {
    name: 'groups',
    usage: 'groups [account]',
    summary:
      "Lists groups, to create, rename and delete custom ones; with an account, chooses that account's.",
    example: '/apim-user groups ann@example.com',
    who: 'admins',
    async run(request, [account]) {
      if (account === undefined) return request.reply(await groupsPage(request));
      return request.openModal(async () => {
        await requireRole(request, 'admins');
        return groupsModal(await findAccount(request, account));
      });
    },
  },
  submissions: {
    'group-create': {
      check: nameError,
      async run(request, values) {
        const { name } = await createGroup(request.context, {
          name: textOf(values, 'name'),
          description: textOf(values, 'description'),
        });
        return { text: `Created: the group *${escapeText(name)}*. \`/apim-user groups\` shows all.` };
      },
    },
    'group-rename': {
      check: nameError,
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
        return accountMessage(
          `Saved: ${escapeText(nameOf(account))} is in the groups below.`,
          account,
          await request.role(),
          changeId,
        );
      },
    },
  },
  buttons: {
    'account-groups': openForAccount('admins', groupsModal),
    'groups-next': turn,
    'groups-previous': turn,
    'group-create': (request) =>
      request.openModal(async () => {
        await requireRole(request, 'admins');
        return createModal();
      }),
    'group-rename': (request, id) =>
      request.openModal(async () => {
        const group = (await listGroups(request.context, {})).find((one) => one.id === id);
        if (!group) throw new DomainError('group_not_found');
        return renameModal(group);
      }),
    'group-delete': async (request, value) => {
      const { id, from } = JSON.parse(value) as { id: string; from: number };
      const { name } = await deleteGroup(request.context, { groupId: String(id) });
      const page = await groupsPage(request, Number(from));
      const text = `Deleted: the group ${escapeText(name)}. Its accounts stay.`;
      return request.reply({ text, blocks: [section(text), ...(page.blocks ?? [])] }, { replace: true });
    },
  },
};

function groupsModal(account: AccountView) {
  return modal({
    callback: 'groups',
    title: 'Groups of an account',
    submit: 'Save',
    metadata: referenceTo(account),
    blocks: [section(`*${escapeText(nameOf(account))}*`), groupsInput(account.groups)],
  });
}
