import type { AccountView } from '../../operations/accounts/account.ts';
import { editAccount } from '../../operations/accounts/edit.ts';
import { accountCommand, openForAccount } from '../frame/account-command.ts';
import type { Feature } from '../frame/feature.ts';
import { accountIn, referenceTo } from '../frame/reference.ts';
import { emailError, emailIn, namesError, textOf, typedNames } from '../modals/form.ts';
import { accountMessage } from '../present/account.ts';
import { modal, nameInputs, ONE_NAME, textInput } from '../present/blocks.ts';
import { escapeText } from '../present/text.ts';

export const editFeature: Feature = accountCommand({
  name: 'edit',
  aliases: ['change', 'update', 'modify', 'rename', 'set'],
  usage: 'edit <account>',
  summary: 'Changes the names, email or note of an account.',
  example: '/apim-user edit ann@example.com',
  operation: editAccount,
  chooser: { title: 'Edit which account?', submit: 'Continue' },
  next: { modal: editModal },
  buttons: { 'account-edit': openForAccount(editAccount, editModal) },
  submissions: {
    edit: {
      check: (values) => ({
        ...emailError(values, 'email'),
        ...namesError(values),
      }),
      async run(request, values, metadata) {
        const { email, ...besideEmail } = emailIn(values, 'email');
        const { account, waitsForAddress, changeId } = await editAccount(request.context, {
          ...accountIn(metadata),
          ...besideEmail,
          ...typedNames(values),
          note: textOf(values, 'note'),
          ...(email !== metadata.email ? { email } : {}),
        });
        const waits = waitsForAddress
          ? ` The new email takes effect once it's confirmed: a mail is on its way to ${escapeText(waitsForAddress)}, and another tells ${escapeText(account.email)}.`
          : '';
        return accountMessage(`Saved.${waits}`, account, await request.role(), { changeId });
      },
    },
  },
});

function editModal(account: AccountView) {
  return modal({
    callback: 'edit',
    title: 'Edit an account',
    submit: 'Save',
    metadata: { ...referenceTo(account), email: account.email },
    blocks: [
      ...nameInputs(account, ONE_NAME),
      textInput('email', 'Email', {
        value: account.email,
        maxLength: 254,
        hint: 'A new email takes effect once the developer confirms it. A mail tells the old one.',
      }),
      textInput('note', 'Note', { value: account.note, optional: true, multiline: true, maxLength: 1_000 }),
    ],
  });
}
