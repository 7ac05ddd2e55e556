import { blockEnd, MAX_BLOCK_END_LENGTH, settledBlockEnd, splitBlockEnd } from '../../domain/block-end.ts';
import { refusedFields } from '../../domain/domain-error.ts';
import { knownTimeZone, timeInWords } from '../../domain/time-words.ts';
import type { AccountView } from '../../operations/accounts/account.ts';
import { blockAccount } from '../../operations/accounts/block.ts';
import { countSubscriptions } from '../../operations/subscriptions/count.ts';
import { accountCommand, openForAccount } from '../frame/account-command.ts';
import type { Feature, SlackRequest } from '../frame/feature.ts';
import { mirrorSoon } from '../frame/mirror-soon.ts';
import { accountIn, referenceTo } from '../frame/reference.ts';
import { attempt } from '../frame/role.ts';
import { textOf } from '../modals/form.ts';
import { accountMessage, nameOf } from '../present/account.ts';
import { checkbox, modal, section, textInput } from '../present/blocks.ts';
import { cutOffText } from '../present/counts.ts';
import { escapeText } from '../present/text.ts';

/** Blocks at once when a reason or an end is typed; otherwise the modal asks for them. */
export const blockFeature: Feature = accountCommand({
  name: 'block',
  aliases: ['lock', 'disable', 'deactivate', 'suspend', 'ban', 'freeze'],
  opposite: 'activate',
  usage: 'block <account> [for 7 days | until friday 18:00] [reason]',
  summary:
    "Blocks an account: from the next request on, it can't sign in or call APIs. You can set an end. With a reason or an end, the block starts at once; otherwise a form asks for them.",
  example: '/apim-user block ann@example.com for 7d leaked a key',
  operation: blockAccount,
  chooser: { title: 'Block which account?', submit: 'Continue' },
  next: {
    modal: blockModal,
    run: (request, account, words) =>
      runBlock(request, { accountId: account.id, expectedVersion: account.version }, () =>
        splitBlockEnd(words, request.context.clock()),
      ),
  },
  buttons: { 'account-block': openForAccount(blockAccount, blockModal) },
  submissions: {
    block: {
      check: (values, { now }) => refusedFields(() => blockEnd(textOf(values, 'end'), now)),
      run: (request, values, metadata) =>
        runBlock(
          request,
          {
            ...accountIn(metadata),
            message: textOf(values, 'message'),
            tellDeveloper: values.tellDeveloper === true,
          },
          () => ({ reason: textOf(values, 'reason'), end: textOf(values, 'end') }),
        ),
    },
  },
});

/** Times are the person's own, unless Slack doesn't tell their time zone. */
async function runBlock(
  request: SlackRequest,
  input: Omit<Parameters<typeof blockAccount>[1], 'end' | 'reason'>,
  typed: () => { end: string; reason: string },
) {
  const timeZone = knownTimeZone(request.actor.timeZone);
  const how = await attempt(request, blockAccount, { accountId: input.accountId }, ({ context }) => {
    const { end, reason } = typed();
    return { reason, end: settledBlockEnd(end, context.clock(), timeZone) };
  });
  const { account, isTold, changeId } = await blockAccount(request.context, { ...input, ...how });
  const end = account.blockEndsAt
    ? `Blocked until ${timeInWords(account.blockEndsAt, request.context.clock(), timeZone)}`
    : 'Blocked';
  const then = !account.blockEndsAt
    ? 'until someone reactivates the account.'
    : account.stateBeforeBlock === 'pending'
      ? 'until then. After that, the account is pending again.'
      : 'until then. After that, the account reactivates automatically.';
  const counts = await countSubscriptions(request.context, { accountId: account.id });
  const mailed = isTold ? 'A mail tells the developer, without the reason.' : 'No mail was sent.';
  return accountMessage(
    `${end}: ${escapeText(nameOf(account))} can't sign in or call APIs ${then}${cutOffText(counts)} ${mailed}`,
    account,
    await request.role(),
    { changeId, mirror: await mirrorSoon(request, { kind: 'account', id: account.id }) },
  );
}

async function blockModal(account: AccountView, request: SlackRequest, words: string[] = []) {
  const typed = splitBlockEnd(words, request.context.clock());
  const counts = await countSubscriptions(request.context, { accountId: account.id });
  return modal({
    callback: 'block',
    title: 'Block an account',
    submit: 'Block',
    metadata: referenceTo(account),
    blocks: [
      section(
        `From the next request on, *${escapeText(nameOf(account))}* can't sign in or call APIs.${cutOffText(counts)}`,
      ),
      textInput('reason', 'Reason', {
        optional: true,
        value: typed.reason,
        maxLength: 500,
        hint: 'For operators only.',
      }),
      textInput('end', 'Ends', {
        optional: true,
        value: typed.end,
        maxLength: MAX_BLOCK_END_LENGTH,
        hint: `For example 12h, 7 days, friday 18:00 or 2026-12-24 (${knownTimeZone(request.actor.timeZone)}). Leave it empty to block until someone reactivates the account.`,
      }),
      textInput('message', 'Message to the developer', { optional: true, multiline: true, maxLength: 1_000 }),
      checkbox('tellDeveloper', 'Mail', 'Tell the developer by mail', true),
    ],
  });
}
