import type { KnownBlock } from '@slack/types';
import { canonicalEmail } from '../../domain/email-address.ts';
import { canonicalIn } from '../../domain/email-list.ts';
import type { AccountView } from '../../operations/accounts/account.ts';
import { findOneAccount } from '../../operations/accounts/find.ts';
import { listAccounts } from '../../operations/accounts/list.ts';
import { restoreAccount } from '../../operations/accounts/restore.ts';
import { countSubscriptions } from '../../operations/subscriptions/count.ts';
import { commandButton } from '../features/run-command.ts';
import type { Feature, SlackRequest } from '../frame/feature.ts';
import { accountIn } from '../frame/reference.ts';
import { attempt } from '../frame/role.ts';
import { accountMessage, nameOf, restoreButton } from '../present/account.ts';
import { actions, type Message, section } from '../present/blocks.ts';
import { countedSubscriptions } from '../present/counts.ts';
import { escapeText, formatDate } from '../present/text.ts';
import { listFeature } from './list.ts';

/** A message holds fifty blocks. */
const MAX_OFFERED = 10;

export const restoreFeature: Feature = {
  command: {
    name: 'restore',
    aliases: ['undelete', 'recover'],
    opposite: 'delete',
    usage: 'restore <account>',
    summary: 'Brings back a deleted account, blocked, until its data is erased.',
    example: '/apim-user restore ann@example.com',
    who: 'admins',
    async run(request, words) {
      const text = words.join(' ');
      if (text === '') {
        await attempt(request, restoreAccount, {}, () => {});
        return listFeature.command?.run(request, ['state:deleted'], 'state:deleted');
      }
      return request.reply(await restoreNamed(request, text));
    },
  },
  buttons: {
    'account-restore': async (request, value) =>
      request.reply(await runRestore(request, accountIn(value)), { replace: true }),
  },
};

/** Restores at once what an email or id names alone. Other accounts are offered. `typed` may be `Ann Lee <ann@example.com>`. */
async function restoreNamed(request: SlackRequest, typed: string): Promise<Message> {
  const wanted = canonicalIn(typed);
  const text = wanted ?? typed;
  const { accounts, next } = await attempt(request, restoreAccount, { account: text }, ({ context }) =>
    listAccounts(context, { state: 'deleted', text, limit: MAX_OFFERED }),
  );
  const withEmail = accounts.filter(({ email }) => wanted !== null && canonicalEmail(email) === wanted);
  const offered = withEmail.length > 0 ? withEmail : accounts;
  const [one, ...others] = offered;
  if (!one) {
    const { account } = await attempt(request, restoreAccount, { account: text }, ({ context }) =>
      findOneAccount(context, { text, prefersDeleted: true }),
    );
    return runRestore(request, { accountId: account.id });
  }
  if (withEmail.length === 1) return runRestore(request, { accountId: one.id });
  const many = `${next ? 'More than ' : ''}${offered.length} deleted accounts match`;
  const head = `${others.length ? many : 'One deleted account matches'}. Which one do you want to restore?`;
  return {
    text: head,
    blocks: [
      section(head),
      ...offered.map(rowOf),
      ...(next ? [actions([commandButton('Show all', ['list', 'state:deleted', text])])] : []),
    ],
  };
}

function rowOf(account: AccountView): KnownBlock {
  const { email, deletedAt, stateChangedBy, restorableUntil } = account;
  const name = nameOf(account);
  const facts = [
    ...(deletedAt ? [`deleted by ${escapeText(stateChangedBy)}, ${formatDate(deletedAt)}`] : []),
    ...(restorableUntil ? [`can be restored until ${formatDate(restorableUntil)}`] : []),
  ];
  return {
    ...section(`*${escapeText(name)}* · ${escapeText(email)}\n${facts.join(' · ')}`),
    accessory: restoreButton(account, name),
  } as KnownBlock;
}

async function runRestore(request: SlackRequest, input: Parameters<typeof restoreAccount>[1]) {
  const { account, newResourceId } = await restoreAccount(request.context, input);
  const { all } = await countSubscriptions(request.context, { accountId: account.id });
  const back = all > 0 ? ` ${countedSubscriptions(all)} came back with it, with the same keys.` : '';
  const renamed =
    newResourceId === null
      ? ''
      : ` Another account now has its former id for programs, so programs know this one as \`${newResourceId}\`.`;
  const text = `Restored ${escapeText(nameOf(account))}. The account is *blocked* until you activate it.${back}${renamed}`;
  return accountMessage(text, account, await request.role());
}
