import { MAX_BLOCK_END_LENGTH, readBlockEnd, splitBlockEnd } from '../../domain/block-end.ts';
import type { AccountView } from '../../operations/accounts/account.ts';
import { blockAccount } from '../../operations/accounts/block.ts';
import { countSubscriptions } from '../../operations/subscriptions/count.ts';
import { accountCommand, openForAccount } from '../frame/account-command.ts';
import type { Feature, SlackRequest } from '../frame/feature.ts';
import { accountIn, referenceTo } from '../frame/reference.ts';
import { fieldErrorsOf, textOf } from '../modals/form.ts';
import { accountMessage, nameOf } from '../present/account.ts';
import { checkbox, modal, section, textInput } from '../present/blocks.ts';
import { cutOffText } from '../present/counts.ts';
import { escapeText, formatDate } from '../present/text.ts';

/** Blocks at once when a reason or an end is typed; otherwise the modal asks for them. */
export const blockFeature: Feature = accountCommand({
  name: 'block',
  aliases: ['lock', 'disable', 'deactivate', 'suspend', 'ban', 'freeze'],
  opposite: 'activate',
  usage: 'block <account> [for 7d | until 2026-12-24] [reason]',
  summary:
    "Blocks an account: it can't sign in or call anything from the next request on; with an end, only until then. With a reason or an end at once, else after asking.",
  example: '/apim-user block ann@example.com for 7d leaked a key',
  operation: blockAccount,
  chooser: { title: 'Block which account?', submit: 'Continue' },
  next: {
    modal: blockModal,
    run: (request, account, words) =>
      runBlock(request, {
        accountId: account.id,
        expectedVersion: account.version,
        ...splitBlockEnd(words),
      }),
  },
  buttons: { 'account-block': openForAccount(blockAccount, blockModal) },
  submissions: {
    block: {
      check: (values) => fieldErrorsOf(() => void readBlockEnd(textOf(values, 'end'))),
      run: (request, values, metadata) =>
        runBlock(request, {
          ...accountIn(metadata),
          reason: textOf(values, 'reason'),
          end: textOf(values, 'end'),
          message: textOf(values, 'message'),
          tellDeveloper: values.tellDeveloper === true,
        }),
    },
  },
});

async function runBlock(request: SlackRequest, input: Parameters<typeof blockAccount>[1]) {
  const { account, isTold, changeId } = await blockAccount(request.context, input);
  const end = account.blockEndsAt
    ? `until ${formatDate(account.blockEndsAt)}, then it is ${account.stateBeforeBlock ?? 'active'} again by itself`
    : 'until someone activates it';
  const counts = await countSubscriptions(request.context, { accountId: account.id });
  const mailed = isTold ? 'A mail tells the developer, without the reason.' : 'No mail was sent.';
  return accountMessage(
    `Blocked: ${escapeText(nameOf(account))} can't sign in or call anything any more, ${end}.${cutOffText(counts)} ${mailed}`,
    account,
    await request.role(),
    changeId,
  );
}

async function blockModal(account: AccountView, request: SlackRequest, words: string[] = []) {
  const typed = splitBlockEnd(words);
  const counts = await countSubscriptions(request.context, { accountId: account.id });
  return modal({
    callback: 'block',
    title: 'Block an account',
    submit: 'Block',
    metadata: referenceTo(account),
    blocks: [
      section(
        `*${escapeText(nameOf(account))}* can't sign in or call anything from the next request on.${cutOffText(counts)}`,
      ),
      textInput('reason', 'Reason', {
        optional: true,
        value: typed.reason,
        maxLength: 500,
        hint: 'For operators only; it never goes out.',
      }),
      textInput('end', 'Ends', {
        optional: true,
        value: typed.end,
        maxLength: MAX_BLOCK_END_LENGTH,
        hint: 'Like 12h, 7d or 2w, or a date like 2026-12-24 (00:00 UTC). Left empty: when someone activates it.',
      }),
      textInput('message', 'Message to the developer', { optional: true, multiline: true, maxLength: 1_000 }),
      checkbox('tellDeveloper', 'Mail', 'Tell the developer by mail', true),
    ],
  });
}
