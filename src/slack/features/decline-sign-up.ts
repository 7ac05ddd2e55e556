import type { AccountView } from '../../operations/accounts/account.ts';
import { declineSignUp } from '../../operations/accounts/decline-sign-up.ts';
import { openForAccount } from '../frame/account-command.ts';
import type { Feature } from '../frame/feature.ts';
import { accountIn, referenceTo } from '../frame/reference.ts';
import { textOf } from '../modals/form.ts';
import { nameOf } from '../present/account.ts';
import { checkbox, modal, section, textInput } from '../present/blocks.ts';
import { escapeText } from '../present/text.ts';

export const declineSignUpFeature: Feature = {
  buttons: { 'account-decline': openForAccount(declineSignUp, declineModal) },
  submissions: {
    'account-decline': {
      check: (values) =>
        values.sharesReason === true && textOf(values, 'reason') === ''
          ? { reason: 'Enter the reason that the developer will read' }
          : {},
      async run(request, values, metadata) {
        const sharesReason = values.sharesReason === true;
        const tellDeveloper = sharesReason || values.tellDeveloper === true;
        const { name, eraseAfterDays } = await declineSignUp(request.context, {
          ...accountIn(metadata),
          reason: textOf(values, 'reason'),
          sharesReason,
          tellDeveloper,
        });
        const mailed = tellDeveloper
          ? `A mail tells the developer${sharesReason ? ', with your reason' : ', without a reason'}.`
          : 'No mail was sent.';
        const undo =
          eraseAfterDays > 0
            ? ` You can restore it for ${eraseAfterDays} days, from \`/apim-user list state:deleted\`.`
            : '';
        return { text: `Declined the sign-up of ${escapeText(name)}. ${mailed}${undo}` };
      },
    },
  },
};

function declineModal(account: AccountView) {
  return modal({
    callback: 'account-decline',
    title: 'Decline a sign-up',
    submit: 'Decline',
    metadata: referenceTo(account),
    blocks: [
      section(
        `*Decline the sign-up of ${escapeText(nameOf(account))}?* The account is deleted, and its email can sign up again.`,
      ),
      textInput('reason', 'Reason', { optional: true, multiline: true, maxLength: 500 }),
      checkbox('tellDeveloper', 'Mail', 'Tell the developer by mail', true),
      checkbox('sharesReason', 'Reason in the mail', 'The developer reads the reason', false),
    ],
  });
}
