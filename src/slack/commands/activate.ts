import { activateAccount } from '../../operations/accounts/activate.ts';
import { accountCommand } from '../frame/account-command.ts';
import type { Feature, SlackRequest } from '../frame/feature.ts';
import { accountIn } from '../frame/reference.ts';
import { accountMessage, nameOf } from '../present/account.ts';
import type { Message } from '../present/blocks.ts';
import { escapeText } from '../present/text.ts';

export const activate: Feature = {
  ...accountCommand(
    {
      name: 'activate',
      usage: 'activate <account>',
      summary: 'Activates a blocked or pending account.',
      example: '/apim-user activate ann@example.com',
      who: 'admins and approvers',
      choose: { title: 'Activate which account?', submit: 'Activate' },
    },
    {
      act: (request, account, rest) =>
        activated(request, {
          accountId: account.id,
          expectedVersion: account.version,
          reason: rest.join(' '),
        }),
    },
  ),
  buttons: {
    'account-activate': async (request, value) =>
      request.reply(await activated(request, accountIn(value)), { replace: true }),
  },
};

async function activated(
  request: SlackRequest,
  wanted: Parameters<typeof activateAccount>[1],
): Promise<Message> {
  const { account, addressConfirmed, changeId } = await activateAccount(request.context, wanted);
  const name = escapeText(nameOf(account));
  if (account.state === 'pending')
    return accountMessage(
      `Agreed: ${name} is active as soon as the address is confirmed. Nothing else is left to do here.`,
      account,
      await request.role(),
    );
  const warning = addressConfirmed
    ? ''
    : ' :warning: The address was never confirmed: whoever reads that mailbox can use the account. If in doubt, block it.';
  return accountMessage(
    `Activated: ${name} can sign in and call.${warning}`,
    account,
    await request.role(),
    changeId,
  );
}
