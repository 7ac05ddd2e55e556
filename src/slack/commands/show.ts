import { showAccount } from '../../operations/accounts/show.ts';
import type { Call, Command } from '../call.ts';
import { accountBlocks, nameOf } from '../present/account.ts';
import type { Message } from '../present/blocks.ts';
import { chooseModal, demandOne } from '../views.ts';

export const showCommand: Command = {
  name: 'show',
  usage: 'show <account>',
  summary: "Shows an account's card, with what can be done now.",
  example: '/apim-user show ann@example.com',
  who: 'admins and approvers',
  async run(call, words) {
    if (words.length === 0) return call.openModal(chooseModal());
    const account = await demandOne(call, words);
    return call.reply(await showCard(call, account.id));
  },
};

export async function showCard(call: Call, accountId: string): Promise<Message> {
  const { account, mails, waitsForAddress } = await showAccount(call.context, { accountId });
  return {
    text: `${nameOf(account)}: ${account.state}`,
    blocks: accountBlocks(account, { mails, waitsForAddress }),
  };
}
