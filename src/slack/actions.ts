// The table of buttons. A button's value is an opaque id and a version; who may is decided by the operation.
import { restoreAccount } from '../operations/accounts/restore.ts';
import { showAccount } from '../operations/accounts/show.ts';
import { resendInvitation } from '../operations/invitations/resend.ts';
import { revokeInvitation } from '../operations/invitations/revoke.ts';
import type { Action, Call } from './call.ts';
import { COMMANDS } from './commands/index.ts';
import { invitesPage } from './commands/invites.ts';
import { listPage } from './commands/list.ts';
import { activate } from './commands/on-one-account.ts';
import { showCard } from './commands/show.ts';
import { GROUP_ACTIONS } from './custom-groups.ts';
import { TEMPLATE_ACTIONS } from './mail-texts.ts';
import { accountMessage } from './present/account.ts';
import { dateWords, escapeText } from './present/text.ts';
import {
  addModal,
  blockModal,
  chooseModal,
  deleteModal,
  editModal,
  groupsModal,
  inviteModal,
  resetModal,
} from './views.ts';

type Ref = { id: string; version: number };
const refOf = (value: string): Ref => {
  const { id, version } = JSON.parse(value) as Ref;
  return { id: String(id), version: Number(version) };
};

/** Opens a modal for the account as it is now; the version that was shown must still be the present one. */
const opens =
  (
    view: (
      account: Awaited<ReturnType<typeof showAccount>>['account'],
      call: Call,
    ) => Parameters<Call['openModal']>[0],
  ): Action =>
  async (call, value) => {
    const { id, version } = refOf(value);
    const { account } = await showAccount(call.context, { accountId: id });
    return call.openModal(view({ ...account, version }, call));
  };

const help = COMMANDS.find((command) => command.name === 'help');

export const ACTIONS: Record<string, Action> = {
  ...GROUP_ACTIONS,
  ...TEMPLATE_ACTIONS,
  'menu-invite': (call) => call.openModal(inviteModal([])),
  'menu-add': (call) => call.openModal(addModal({})),
  'menu-find': (call) => call.openModal(chooseModal()),
  'menu-invites': async (call) => call.reply(await invitesPage(call, false)),
  'menu-list': async (call) => call.reply(await listPage(call, {})),
  'menu-help': async (call) => help?.run(call, []),
  'list-show': async (call, id) => call.reply(await showCard(call, id)),
  'list-next': async (call, value) => call.reply(await listPage(call, JSON.parse(value)), { replace: true }),
  'list-previous': async (call, value) =>
    call.reply(await listPage(call, JSON.parse(value)), { replace: true }),
  'invites-next': async (call, value) => {
    const { all, after } = JSON.parse(value);
    return call.reply(await invitesPage(call, all === true, after), { replace: true });
  },
  'account-activate': async (call, value) =>
    call.reply(await activate(call, refOf(value)), { replace: true }),
  'account-block': opens(blockModal),
  'account-edit': opens(editModal),
  'account-groups': opens(groupsModal),
  'account-reset-password': opens(resetModal),
  'account-delete': opens((account, call) => deleteModal(account, call.context.policy.eraseDeletedAfterDays)),
  'account-restore': async (call, value) => {
    const { id, version } = refOf(value);
    const input = { accountId: id, expectedVersion: version };
    const { account } = await restoreAccount(call.context, input);
    return call.reply(accountMessage('Restored. The account is *blocked*.', account), { replace: true });
  },
  'invitation-resend': async (call, value) => {
    const { id, version } = refOf(value);
    const { email, expiresAt } = await resendInvitation(call.context, {
      invitationId: id,
      expectedVersion: version,
    });
    return call.reply({
      text: `Sent again to ${escapeText(email)}; the former link is dead, the new one ends ${dateWords(expiresAt)}.`,
    });
  },
  'invitation-revoke': async (call, value) => {
    const { id, version } = refOf(value);
    const { email } = await revokeInvitation(call.context, { invitationId: id, expectedVersion: version });
    return call.reply({ text: `Revoked: the link that ${escapeText(email)} got is dead.` });
  },
  'run-command': async (call, value) => {
    const [name, ...words] = JSON.parse(value) as string[];
    return COMMANDS.find((command) => command.name === name)?.run(call, words.map(String));
  },
};
