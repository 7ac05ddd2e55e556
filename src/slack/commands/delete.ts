import { deleteAccount } from '../../operations/accounts/delete.ts';
import type { AccountView } from '../../operations/held-account.ts';
import { type Call, type Feature, textOf } from '../call.ts';
import { nameOf } from '../present/account.ts';
import { actions, button, checkbox, modal, section, textInput } from '../present/blocks.ts';
import { escapeText } from '../present/text.ts';
import { accountIn } from '../ref.ts';
import { aboutAccount, onOneAccount, opensFor } from './on-one-account.ts';

const onCommand = onOneAccount(
  {
    name: 'delete',
    usage: 'delete <account>',
    summary: 'Deletes an account, after asking. To keep someone out, block.',
    example: '/apim-user delete ann@example.com',
    who: 'admins',
    choose: { title: 'Delete which account?', submit: 'Go on' },
  },
  { modal: deleteModal },
);

/** Named with a suffix: `delete` is a word of the language. */
export const deleteFeature: Feature = {
  ...onCommand,
  buttons: { 'account-delete': opensFor('admins', deleteModal) },
  submissions: {
    ...onCommand.submissions,
    delete: {
      async run(call, values, metadata) {
        const { accountId, eraseAfterDays } = await deleteAccount(call.context, {
          ...accountIn(metadata),
          reason: textOf(values, 'reason'),
          tellDeveloper: values.tellDeveloper === true,
        });
        if (eraseAfterDays === 0)
          return { text: 'Deleted. Access has ended and the personal data is erased; there is no way back.' };
        const text = `Deleted. Access has ended; personal data is erased in ${daysWords(eraseAfterDays)}. Until then \`/apim-user restore ${accountId}\` brings the account back.`;
        return { text, blocks: [section(text), actions([button('list-show', 'Show', accountId)])] };
      },
    },
  },
};

function deleteModal(account: AccountView, call: Call) {
  const { eraseDeletedAfterDays: days, secondOperatorFor } = call.context.policy;
  const isApprovalNeeded = secondOperatorFor.includes('accounts/delete');
  const erased =
    days === 0
      ? 'Personal data is erased at once; there is no way back.'
      : `Personal data is erased after ${daysWords(days)}; until then \`/apim-user restore ${account.id}\` brings the account back.`;
  return modal({
    callback: 'delete',
    title: 'Delete an account',
    submit: isApprovalNeeded ? 'Ask for it' : 'Delete',
    metadata: aboutAccount(account),
    blocks: [
      section(
        `*${escapeText(nameOf(account))}*: access and links end at once, and the address is free again. ${erased}\nTo keep someone out, block instead: whoever is deleted can be invited again.`,
      ),
      ...(isApprovalNeeded
        ? [section('A second operator has to approve this. Until then nothing is done.')]
        : []),
      textInput('reason', 'Reason', { optional: true, maxLength: 500, hint: 'For operators only.' }),
      checkbox('tellDeveloper', 'Mail', 'Send a farewell mail', true),
    ],
  });
}

const daysWords = (days: number): string => (days === 1 ? '1 day' : `${days} days`);
