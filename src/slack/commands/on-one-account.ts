// The subcommands that act on one account, named by e-mail or id.
import { activateAccount } from '../../operations/accounts/activate.ts';
import { addAccount } from '../../operations/accounts/add.ts';
import { blockAccount } from '../../operations/accounts/block.ts';
import { restoreAccount } from '../../operations/accounts/restore.ts';
import type { AccountView } from '../../operations/held-account.ts';
import type { Call, Command } from '../call.ts';
import { accountMessage, nameOf } from '../present/account.ts';
import { escapeText } from '../present/text.ts';
import {
  addModal,
  blockModal,
  chooseModal,
  deleteModal,
  demandOne,
  editModal,
  resetModal,
} from '../views.ts';

type OnAccount = (call: Call, account: AccountView, rest: string[]) => Promise<void>;

function onOneAccount(about: Omit<Command, 'run'>, run: OnAccount): Command {
  return {
    ...about,
    async run(call, words) {
      if (words.length === 0) return call.openModal(chooseModal());
      return run(call, await demandOne(call, words), words.slice(1));
    },
  };
}

export const addCommand: Command = {
  name: 'add',
  usage: 'add [email] [first last]',
  summary: 'Adds an account without an invitation.',
  example: '/apim-user add ann@example.com Ann Lee',
  who: 'admins',
  async run(call, [email, firstName, ...lastName]) {
    if (!email || !firstName || lastName.length === 0) {
      return call.openModal(addModal({ ...(email ? { email } : {}), ...(firstName ? { firstName } : {}) }));
    }
    const { account } = await addAccount(call.context, {
      email,
      firstName,
      lastName: lastName.join(' '),
    });
    return call.reply(accountMessage(`Added: the account is *${account.state}*.`, account));
  },
};

export const blockCommand = onOneAccount(
  {
    name: 'block',
    usage: 'block <account> [reason]',
    summary: "Blocks an account: it can't sign in or call anything from the next request on.",
    example: '/apim-user block ann@example.com leaked a key',
    who: 'admins and approvers',
  },
  async (call, account, rest) => {
    if (rest.length === 0) return call.openModal(blockModal(account));
    const { account: blocked } = await blockAccount(call.context, {
      accountId: account.id,
      expectedVersion: account.version,
      reason: rest.join(' '),
    });
    return call.reply(
      accountMessage(
        `Blocked: ${escapeText(nameOf(blocked))} can't sign in or call anything any more.`,
        blocked,
      ),
    );
  },
);

export const activateCommand = onOneAccount(
  {
    name: 'activate',
    usage: 'activate <account>',
    summary: 'Activates a blocked or pending account.',
    example: '/apim-user activate ann@example.com',
    who: 'admins and approvers',
  },
  async (call, account, rest) =>
    call.reply(await activate(call, { id: account.id, version: account.version }, rest.join(' '))),
);

export async function activate(call: Call, account: { id: string; version: number }, reason = '') {
  const { account: active, addressConfirmed } = await activateAccount(call.context, {
    accountId: account.id,
    expectedVersion: account.version,
    reason,
  });
  const warning = addressConfirmed ? '' : ' Note that the address was never confirmed.';
  return accountMessage(
    `Activated: ${escapeText(nameOf(active))} can sign in and call again.${warning}`,
    active,
  );
}

export const restoreCommand = onOneAccount(
  {
    name: 'restore',
    usage: 'restore <id>',
    summary: 'Brings a deleted account back, blocked, until its data is erased.',
    example: '/apim-user restore 0193…',
    who: 'admins',
  },
  async (call, account) => {
    const { account: restored } = await restoreAccount(call.context, { accountId: account.id });
    return call.reply(
      accountMessage('Restored. The account is *blocked*; activate it when it may be used again.', restored),
    );
  },
);

export const editCommand = onOneAccount(
  {
    name: 'edit',
    usage: 'edit <account>',
    summary: 'Changes names, note or address.',
    example: '/apim-user edit ann@example.com',
    who: 'admins',
  },
  (call, account) => call.openModal(editModal(account)),
);

export const deleteCommand = onOneAccount(
  {
    name: 'delete',
    usage: 'delete <account>',
    summary: 'Deletes an account, after asking. To keep someone out, block.',
    example: '/apim-user delete ann@example.com',
    who: 'admins',
  },
  (call, account) => call.openModal(deleteModal(account, call.context.policy.eraseDeletedAfterDays)),
);

export const resetPasswordCommand = onOneAccount(
  {
    name: 'reset-password',
    usage: 'reset-password <account>',
    summary: 'Mails a one-time link to set a new password, after asking.',
    example: '/apim-user reset-password ann@example.com',
    who: 'admins',
  },
  (call, account) => call.openModal(resetModal(account)),
);
