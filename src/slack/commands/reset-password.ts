import { DomainError } from '../../domain/domain-error.ts';
import type { AccountView } from '../../operations/accounts/account.ts';
import { sendPasswordReset } from '../../operations/passwords/send-reset.ts';
import { accountCommand, openForAccount } from '../frame/account-command.ts';
import type { Feature } from '../frame/feature.ts';
import { accountIn, referenceTo } from '../frame/reference.ts';
import { nameOf } from '../present/account.ts';
import { actions, button, modal, section } from '../present/blocks.ts';
import { escapeText } from '../present/text.ts';

export const resetPasswordFeature: Feature = accountCommand({
  name: 'reset-password',
  aliases: ['reset', 'password', 'passwd', 'pw', 'resend'],
  usage: 'reset-password <account>',
  summary: 'Mails a one-time link to set a new password, after you confirm.',
  example: '/apim-user reset-password ann@example.com',
  operation: sendPasswordReset,
  chooser: { title: 'Reset whose password?', submit: 'Continue' },
  next: { modal: resetModal },
  buttons: { 'account-reset-password': openForAccount(sendPasswordReset, resetModal) },
  submissions: {
    'reset-password': {
      async run(request, _values, metadata) {
        const input = accountIn(metadata);
        const { email, minutes } = await sendPasswordReset(request.context, input);
        const text = `A link is on its way to ${escapeText(email)}. It works once, for ${minutes} minutes. The account shows whether the mail arrived.`;
        return {
          text,
          blocks: [section(text), actions([button('list-show', 'Show account', input.accountId)])],
        };
      },
    },
  },
});

function resetModal(account: AccountView) {
  if (account.state !== 'active') {
    // Refused now, so that the operator does not confirm what can't be done.
    throw new DomainError('account_state_unfitting', {
      id: account.id,
      current: { state: account.state, by: account.stateChangedBy, at: account.stateChangedAt },
    });
  }
  return modal({
    callback: 'reset-password',
    title: 'Reset a password',
    submit: 'Send the link',
    metadata: referenceTo(account),
    blocks: [
      section(
        `Mail *${escapeText(nameOf(account))}* a one-time link to set a new password? The current password works until they set a new one.`,
      ),
    ],
  });
}
