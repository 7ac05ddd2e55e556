import type { AccountView } from '../../operations/accounts/account.ts';
import { deleteAccount } from '../../operations/accounts/delete.ts';
import { showAccount } from '../../operations/accounts/show.ts';
import { countSubscriptions } from '../../operations/subscriptions/count.ts';
import { accountCommand, openForAccount } from '../frame/account-command.ts';
import type { Feature, Metadata, SlackRequest } from '../frame/feature.ts';
import { accountIn, referenceTo } from '../frame/reference.ts';
import {
  checkboxError,
  deleteSubscriptionsCheckbox,
  redrawIfSubscribed,
} from '../modals/delete-with-subscriptions.ts';
import { type FormValues, textOf } from '../modals/form.ts';
import { accountMessage, nameOf } from '../present/account.ts';
import { checkbox, type Message, modal, section, textInput } from '../present/blocks.ts';
import { cutOffText } from '../present/counts.ts';
import { escapeText } from '../present/text.ts';

export const deleteFeature: Feature = accountCommand({
  name: 'delete',
  aliases: ['remove', 'rm', 'del', 'erase', 'close'],
  opposite: 'restore',
  usage: 'delete <account>',
  summary: 'Deletes an account, after you confirm. To keep someone out, block the account instead.',
  example: '/apim-user delete ann@example.com',
  operation: deleteAccount,
  chooser: { title: 'Delete which account?', submit: 'Continue' },
  next: { modal: deleteModal },
  buttons: { 'account-delete': openForAccount(deleteAccount, deleteModal) },
  submissions: {
    delete: {
      check: (values, { metadata }) => checkboxError(values, metadata),
      run: (request, values, metadata) =>
        redrawIfSubscribed(runDelete(request, values, metadata), async () => {
          const { accountId } = accountIn(metadata);
          const { account } = await showAccount(request.context, { accountId });
          return deleteModal(account, request);
        }),
    },
  },
});

async function runDelete(request: SlackRequest, values: FormValues, metadata: Metadata): Promise<Message> {
  const deleteSubscriptions = values.deleteSubscriptions === true;
  const { account, eraseAfterDays } = await deleteAccount(request.context, {
    ...accountIn(metadata),
    reason: textOf(values, 'reason'),
    tellDeveloper: values.tellDeveloper === true,
    deleteSubscriptions,
  });
  if (eraseAfterDays === 0)
    return { text: "Deleted. Access has ended and the personal data is erased. This can't be undone." };
  const back = deleteSubscriptions ? 'the account and its subscriptions back' : 'the account back';
  const text = `Deleted ${escapeText(nameOf(account))}. Access has ended; personal data is erased in ${daysText(eraseAfterDays)}. Until then, *Restore* or \`/apim-user restore ${account.id}\` brings ${back}.`;
  return accountMessage(text, account, await request.role());
}

async function deleteModal(account: AccountView, request: SlackRequest) {
  const counts = await countSubscriptions(request.context, { accountId: account.id });
  const { eraseDeletedAfterDays: days, secondOperatorFor } = request.context.policy;
  const isApprovalNeeded = secondOperatorFor.includes('accounts/delete');
  const erased =
    days === 0
      ? "Personal data is erased at once, and this can't be undone."
      : `Personal data is erased after ${daysText(days)}; until then, \`/apim-user restore\` brings the account back.`;
  return modal({
    callback: 'delete',
    title: 'Delete an account',
    submit: isApprovalNeeded ? 'Request deletion' : 'Delete',
    metadata: { ...referenceTo(account), subscriptions: counts.all },
    blocks: [
      section(
        `*${escapeText(nameOf(account))}*: access and mailed links end at once, and the email can be used again.${cutOffText(counts)} ${erased}\nTo keep someone out, block the account instead: a deleted person can be invited again.`,
      ),
      ...(isApprovalNeeded
        ? [section('A second operator has to approve this. Nothing changes until then.')]
        : []),
      ...deleteSubscriptionsCheckbox(counts.all),
      textInput('reason', 'Reason', { optional: true, maxLength: 500, hint: 'For operators only.' }),
      checkbox('tellDeveloper', 'Mail', 'Send a farewell mail', true),
    ],
  });
}

const daysText = (days: number): string => (days === 1 ? '1 day' : `${days} days`);
