import type { AccountView } from '../../operations/accounts/account.ts';
import { MAX_GROUP_DESCRIPTION_LENGTH, MAX_GROUP_NAME_LENGTH } from '../../operations/groups/group.ts';
import type { listGroups } from '../../operations/groups/list.ts';
import { referenceTo } from '../frame/reference.ts';
import { nameOf } from '../present/account.ts';
import { groupsInput, modal, section, textInput } from '../present/blocks.ts';
import { escapeText } from '../present/text.ts';
import { keptNote } from './long-ids.ts';

export type Group = Awaited<ReturnType<typeof listGroups>>['groups'][number];

export const createGroupModal = () =>
  modal({ callback: 'group-create', title: 'Create a group', submit: 'Create', blocks: fields() });

export const renameGroupModal = (group: Group) =>
  modal({
    callback: 'group-rename',
    title: 'Rename a group',
    submit: 'Save',
    metadata: { id: group.id },
    blocks: fields(group),
  });

export const deleteGroupModal = (group: Group) =>
  modal({
    callback: 'group-delete',
    title: 'Delete a group',
    submit: 'Delete',
    metadata: { id: group.id },
    blocks: [section(`*Delete ${escapeText(group.name)}?* Its accounts stay.`)],
  });

export const groupsOfAccountModal = (account: AccountView) =>
  modal({
    callback: 'groups',
    title: 'Groups of an account',
    submit: 'Save',
    metadata: referenceTo(account),
    blocks: [
      section(`*${escapeText(nameOf(account))}*`),
      groupsInput(account.groups),
      ...keptNote(account.groups),
    ],
  });

const fields = (group?: Group) => [
  textInput('name', 'Name', { value: group?.name ?? '', maxLength: MAX_GROUP_NAME_LENGTH }),
  textInput('description', 'Description', {
    value: group?.description ?? '',
    optional: true,
    multiline: true,
    maxLength: MAX_GROUP_DESCRIPTION_LENGTH,
  }),
];
