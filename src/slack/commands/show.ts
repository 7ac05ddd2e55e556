import { showAccount } from '../../operations/accounts/show.ts';
import { accountCommand } from '../frame/account-command.ts';
import type { Feature, SlackRequest } from '../frame/feature.ts';
import { idIn } from '../frame/reference.ts';
import { accountBlocks, nameOf } from '../present/account.ts';
import type { Message } from '../present/blocks.ts';
import { escapeText } from '../present/text.ts';

const { command, submissions = {} } = accountCommand({
  name: 'show',
  aliases: ['find', 'get', 'view', 'who', 'whois', 'info', 'lookup', 'open', 'user', 'account', 'card'],
  usage: 'show <account>',
  summary: 'Shows an account and what you can do with it.',
  example: '/apim-user show ann@example.com',
  operation: showAccount,
  chooser: { title: 'Which account?', submit: 'Continue' },
  next: { run: (request, account) => accountCard(request, account.id) },
});
const openChooser = (request: SlackRequest) => command.run(request, [], '');

export const showFeature: Feature = {
  command,
  submissions,
  buttons: {
    'menu-find': openChooser,
    'list-show': async (request, value) => request.reply(await accountCard(request, idIn(value))),
  },
  shortcuts: [
    {
      name: 'Manage API developer',
      type: 'global',
      callback_id: 'manage_developer',
      description: 'Finds an account and shows it',
      run: openChooser,
    },
  ],
};

export async function accountCard(request: SlackRequest, accountId: string): Promise<Message> {
  const { account, mails, waitsForAddress, calls, mirror, ...more } = await showAccount(request.context, {
    accountId,
  });
  const subscriptions = { newest: more.subscriptions, all: more.subscriptionCounts.all };
  return {
    text: `${escapeText(nameOf(account))}: ${account.state}`,
    blocks: accountBlocks(account, await request.role(), {
      ...{ mails, waitsForAddress, subscriptions, calls, mirror },
    }),
  };
}
