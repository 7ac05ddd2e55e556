import { DomainError } from '../../domain/domain-error.ts';
import { countAccounts } from '../../operations/accounts/count.ts';
import { listAccounts } from '../../operations/accounts/list.ts';
import { listGroups } from '../../operations/groups/list.ts';
import type { Call, Command } from '../call.ts';
import { nameOf } from '../present/account.ts';
import { actions, button, context, type Message, section } from '../present/blocks.ts';
import { dateWords, escapeText } from '../present/text.ts';

type Query = Parameters<typeof listAccounts>[1];

export const listCommand: Command = {
  name: 'list',
  usage: 'list [text] [state:active|blocked|pending] [group:name]',
  summary: 'Lists accounts, the newest first, ten a page.',
  example: '/apim-user list state:blocked',
  who: 'admins and approvers',
  async run(call, words) {
    return call.reply(await listPage(call, await queryOf(call, words)));
  },
};

async function queryOf(call: Call, words: string[]): Promise<Query> {
  const option = (name: string) => words.find((word) => word.startsWith(`${name}:`))?.slice(name.length + 1);
  const text = words.filter((word) => !/^(state|group):/.test(word)).join(' ');
  const state = option('state');
  const groupName = option('group');
  if (state !== undefined && !['active', 'blocked', 'pending'].includes(state)) {
    throw new DomainError('invalid_input', { fields: { state: 'is active, blocked or pending' } });
  }
  const group =
    groupName === undefined
      ? null
      : (await listGroups(call.context, {})).find(
          (one) => one.name.toLowerCase() === groupName.toLowerCase(),
        );
  if (group === undefined) throw new DomainError('group_not_found');
  return {
    ...(text ? { text } : {}),
    ...(state ? { state: state as 'active' | 'blocked' | 'pending' } : {}),
    ...(group && !group.isBuiltIn ? { groupId: group.id } : {}),
  };
}

/** A page of accounts with Previous and Next; what was asked for travels in the buttons. */
export async function listPage(call: Call, query: Query): Promise<Message> {
  const { accounts, next, previous } = await listAccounts(call.context, query);
  const { after: _a, before: _b, ...filter } = query;
  const counts = await countAccounts(call.context, {});
  const rows = accounts.map((account) => ({
    ...section(
      `*${escapeText(nameOf(account))}* · ${escapeText(account.email)}\n${account.state} · registered ${dateWords(account.registeredAt)}`,
    ),
    accessory: button('list-show', 'Show', account.id, { label: `Show ${nameOf(account)}` }),
  }));
  const turns = [
    ...(previous
      ? [button('list-previous', 'Previous', JSON.stringify({ ...filter, before: previous }))]
      : []),
    ...(next ? [button('list-next', 'Next', JSON.stringify({ ...filter, after: next }))] : []),
  ];
  return {
    text: accounts.length ? `${accounts.length} accounts` : 'No accounts',
    blocks: [
      ...(rows.length ? rows : [section('No account is like that.')]),
      context(`All: ${counts.active} active · ${counts.pending} pending · ${counts.blocked} blocked`),
      ...(turns.length ? [actions(turns)] : []),
    ],
  };
}
