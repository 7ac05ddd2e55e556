// Draws the preview of a change of many accounts.

import type { AccountPreview } from '../../operations/account-batches/preview.ts';
import type { AccountBatchRow } from '../../operations/account-batches/row.ts';
import { accountCountText, actionEffect, actionTitle } from './account-actions.ts';
import { listBlocks, number } from './batch.ts';
import { actions, button, context, type Message, plainSection, section } from './blocks.ts';
import { escapeText, formatDate } from './text.ts';

/** The button that begins it, and what the file with all rows says; the file is sent beside when the rows don't fit. */
export function previewMessage(
  preview: AccountPreview,
  { moreThan, hasFile }: { moreThan: number | null; hasFile: boolean },
): Message {
  const { about, toDo, rows, batchId, expiresAt, groupNames } = preview;
  const title = actionTitle(about.action, toDo, groupNames);
  const leftOut = new Map<string, number>();
  for (const { leftOut: why } of rows) if (why !== null) leftOut.set(why, (leftOut.get(why) ?? 0) + 1);
  const lines = [
    ...(batchId ? [actionEffect(about.action)] : []),
    ...cutOffLines(preview),
    ...settingLines(about),
    ...[...leftOut].map(([why, count]) => `• ${number(count)} ${escapeText(why)}: left as they are`),
  ];
  const needsTwo = moreThan !== null && toDo > moreThan;
  const begin = batchId &&
    expiresAt && [
      actions([
        button('batch-begin', title, batchId, {
          style: about.action === 'activate' || about.action === 'join' ? 'primary' : 'danger',
          ask: { text: `${title}. ${actionEffect(about.action)}`, yes: 'Begin' },
        }),
      ]),
      context(
        `This works until ${formatDate(expiresAt)}. Accounts that change until then are left as they are.${needsTwo ? ` More than ${number(moreThan)} accounts: another operator, if there is one, has to approve it.` : ''}`,
      ),
    ];
  return {
    text: batchId ? `Preview: ${escapeText(title)}. Nothing has changed yet.` : 'There is nothing to do.',
    blocks: [
      section(
        batchId
          ? `*${escapeText(title)}?* Nothing has changed yet.`
          : '*There is nothing to do.* Nothing has changed.',
      ),
      ...(lines.length ? [section(lines.join('\n'))] : []),
      ...listBlocks(rows.filter(({ leftOut: why }) => why === null).map(rowLine)),
      ...(hasFile ? [plainSection('The file that I sent here has every account.')] : []),
      ...(begin || []),
    ],
  };
}

function cutOffLines({ about, cutsOff }: AccountPreview): string[] {
  if (about.action !== 'block' && about.action !== 'delete') return [];
  const { live, keys, sessions, calls, accounts } = cutsOff;
  return [
    live === 0 && sessions === 0
      ? '• It cuts off no subscription and no session.'
      : `• It cuts off ${count(live, 'active subscription')} with ${count(keys, 'key')}, and ends ${count(sessions, 'session')}.`,
    calls === 0
      ? '• None of them called in the last 30 days.'
      : `• *${accountCountText(accounts)}* called in the last 30 days: ${count(calls, 'call')}.`,
  ];
}

const count = (of: number, thing: string): string => `${number(of)} ${thing}${of === 1 ? '' : 's'}`;

function settingLines(about: AccountPreview['about']): string[] {
  return [
    ...('reason' in about && about.reason ? [`• Reason: ${escapeText(about.reason)}`] : []),
    ...('end' in about && about.end
      ? [
          `• It ends by itself: ${/^\d{4}-\d\d-\d\dT/.test(about.end) ? formatDate(new Date(about.end)) : escapeText(about.end)}`,
        ]
      : []),
    ...('deleteSubscriptions' in about && about.deleteSubscriptions
      ? ['• Their subscriptions are deleted too, and come back if they are restored.']
      : []),
    ...('tellDeveloper' in about
      ? [
          about.tellDeveloper
            ? '• Each developer gets a mail. Mails go out one per second.'
            : '• No developer gets a mail.',
        ]
      : []),
  ];
}

function rowLine({ email, name, cutOff }: AccountBatchRow): string {
  const facts = cutOff
    ? [
        ...(cutOff.live > 0 ? [count(cutOff.live, 'subscription')] : []),
        ...(cutOff.sessions > 0 ? [count(cutOff.sessions, 'session')] : []),
        ...(cutOff.calls > 0 ? [`${count(cutOff.calls, 'call')} in 30 days`] : []),
      ]
    : [];
  return `${name ? `${name}, ` : ''}${email}${facts.length ? ` – ${facts.join(', ')}` : ''}`.replace(
    /[\p{Cc}\u2028\u2029]+/gu,
    ' ',
  );
}
