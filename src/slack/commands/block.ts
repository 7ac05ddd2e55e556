import { blockAccount } from '../../operations/accounts/block.ts';
import type { AccountView } from '../../operations/held-account.ts';
import type { Call } from '../call.ts';
import { type Feature, textOf } from '../call.ts';
import { accountMessage, nameOf } from '../present/account.ts';
import { checkbox, modal, section, textInput } from '../present/blocks.ts';
import { escapeText } from '../present/text.ts';
import { accountIn } from '../ref.ts';
import { aboutAccount, onOneAccount, opensFor } from './on-one-account.ts';

/** With a reason it blocks at once; without one the modal asks for it, and for words to the developer. */
const onCommand = onOneAccount(
  {
    name: 'block',
    usage: 'block <account> [reason]',
    summary:
      "Blocks an account: it can't sign in or call anything from the next request on. With a reason at once, else after asking for one.",
    example: '/apim-user block ann@example.com leaked a key',
    who: 'admins and approvers',
    choose: { title: 'Block which account?', submit: 'Go on' },
  },
  {
    modal: blockModal,
    act: (call, account, rest) =>
      blocked(call, { accountId: account.id, expectedVersion: account.version, reason: rest.join(' ') }),
  },
);

export const block: Feature = {
  ...onCommand,
  buttons: { 'account-block': opensFor('admins and approvers', blockModal) },
  submissions: {
    ...onCommand.submissions,
    block: {
      run: (call, values, metadata) =>
        blocked(call, {
          ...accountIn(metadata),
          reason: textOf(values, 'reason'),
          message: textOf(values, 'message'),
          tellDeveloper: values.tellDeveloper === true,
        }),
    },
  },
};

async function blocked(call: Call, wanted: Parameters<typeof blockAccount>[1]) {
  const { account } = await blockAccount(call.context, wanted);
  const mailed =
    wanted.tellDeveloper === false ? 'No mail was sent.' : 'A mail tells the developer, without the reason.';
  return accountMessage(
    `Blocked: ${escapeText(nameOf(account))} can't sign in or call anything any more. ${mailed}`,
    account,
    await call.role(),
  );
}

function blockModal(account: AccountView) {
  return modal({
    callback: 'block',
    title: 'Block an account',
    submit: 'Block',
    metadata: aboutAccount(account),
    blocks: [
      section(`*${escapeText(nameOf(account))}* can't sign in or call anything from the next request on.`),
      textInput('reason', 'Reason', {
        optional: true,
        maxLength: 500,
        hint: 'For operators only; it never goes out.',
      }),
      textInput('message', 'Message to the developer', { optional: true, multiline: true, maxLength: 1_000 }),
      checkbox('tellDeveloper', 'Mail', 'Tell the developer by mail', true),
    ],
  });
}
