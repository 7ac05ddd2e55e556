import { activateAccount } from '../../operations/accounts/activate.ts';
import { accountCommand } from '../frame/account-command.ts';
import type { Feature, SlackRequest } from '../frame/feature.ts';
import { mirrorSoon } from '../frame/mirror-soon.ts';
import { accountIn } from '../frame/reference.ts';
import { accountMessage, nameOf } from '../present/account.ts';
import type { Message } from '../present/blocks.ts';
import { escapeText } from '../present/text.ts';

export const activateFeature: Feature = accountCommand({
  name: 'activate',
  aliases: ['unblock', 'unlock', 'enable', 'reactivate', 'unsuspend', 'unban', 'approve'],
  opposite: 'block',
  usage: 'activate <account>',
  summary: 'Activates a pending or blocked account.',
  example: '/apim-user activate ann@example.com',
  operation: activateAccount,
  chooser: { title: 'Activate which account?', submit: 'Activate' },
  next: {
    run: (request, account, words) =>
      runActivate(request, {
        accountId: account.id,
        expectedVersion: account.version,
        reason: words.join(' '),
      }),
    ask: async (request, account) =>
      accountMessage('Is this the account? It was found by its name.', account, await request.role()),
  },
  buttons: {
    'account-activate': async (request, value) =>
      request.reply(await runActivate(request, accountIn(value)), { replace: true }),
  },
});

async function runActivate(
  request: SlackRequest,
  input: Parameters<typeof activateAccount>[1],
): Promise<Message> {
  const { account, addressConfirmed, changeId } = await activateAccount(request.context, input);
  const name = escapeText(nameOf(account));
  const role = await request.role();
  if (account.state === 'pending')
    return accountMessage(
      `Approved: ${name} becomes active when the email is confirmed. There is nothing else to do here.`,
      account,
      role,
    );
  const warning = addressConfirmed
    ? ''
    : ' :warning: The email was never confirmed: anyone who reads that mailbox can use the account. If in doubt, block it.';
  const mirror = await mirrorSoon(request, { kind: 'account', id: account.id });
  const text = `Activated: ${name} can sign in and call APIs.${warning}`;
  return accountMessage(text, account, role, { changeId, mirror });
}
