// An account, drawn for operators.
import type { Button, KnownBlock } from '@slack/types';
import { fittingVerbs } from '../../domain/account-state.ts';
import type { AccountView } from '../../operations/held-account.ts';
import { actions, button, context, header, type Message, section } from './blocks.ts';
import { dateWords, escapeText } from './text.ts';

export const nameOf = (account: Pick<AccountView, 'firstName' | 'lastName' | 'email'>): string =>
  `${account.firstName} ${account.lastName}`.trim() || account.email || 'an erased account';

/** What a button says of an account: which one, and the version that was shown. */
export const refOf = (account: Pick<AccountView, 'id' | 'version'>): string =>
  JSON.stringify({ id: account.id, version: account.version });

export function accountBlocks(
  account: AccountView,
  extra: {
    mails?: { template: string; state: string; createdAt: Date }[];
    waitsForAddress?: string | null;
    canChange?: boolean;
  } = {},
): KnownBlock[] {
  if (account.erasedAt)
    return [
      section(`Account \`${account.id}\` was deleted and its data erased ${dateWords(account.erasedAt)}.`),
    ];
  const lines = [
    `*State:* ${account.state}${account.stateReason ? ` · ${escapeText(account.stateReason)}` : ''}`,
    `*Since:* ${dateWords(account.stateChangedAt)}, by ${escapeText(account.stateChangedBy)}`,
    `*Address:* ${escapeText(account.email)}${account.emailConfirmedAt ? '' : ' (not confirmed)'}`,
    ...(extra.waitsForAddress ? [`*Waits to be confirmed:* ${escapeText(extra.waitsForAddress)}`] : []),
    `*Groups:* ${['Developers', ...account.groups.map((group) => escapeText(group.name))].join(', ')}`,
    ...(account.note ? [`*Note:* ${escapeText(account.note)}`] : []),
  ];
  const mails = (extra.mails ?? []).map(
    (mail) => `${mail.template}: *${mail.state}* (${dateWords(mail.createdAt)})`,
  );
  return [
    header(nameOf(account)),
    section(lines.join('\n')),
    ...(mails.length ? [context(`Mails · ${mails.join(' · ')}`)] : []),
    context(
      `Registered ${dateWords(account.registeredAt)} · last change ${dateWords(account.updatedAt)} · id \`${account.id}\``,
    ),
    ...(extra.canChange === false ? [] : buttonsOf(account)),
  ];
}

function buttonsOf(account: AccountView): KnownBlock[] {
  const name = nameOf(account);
  const value = refOf(account);
  const verbs = fittingVerbs(account.state);
  const elements: Button[] = [
    ...(verbs.includes('activate')
      ? [button('account-activate', 'Activate', value, { style: 'primary', label: `Activate ${name}` })]
      : []),
    ...(verbs.includes('block')
      ? [button('account-block', 'Block', value, { style: 'danger', label: `Block ${name}` })]
      : []),
    ...(account.state === 'active'
      ? [button('account-reset-password', 'Reset password', value, { label: `Reset password of ${name}` })]
      : []),
    ...(account.state === 'deleted'
      ? [button('account-restore', 'Restore', value, { label: `Restore ${name}` })]
      : [
          button('account-edit', 'Edit', value, { label: `Edit ${name}` }),
          button('account-groups', 'Groups', value, { label: `Groups of ${name}` }),
          button('account-delete', 'Delete', value, { style: 'danger', label: `Delete ${name}` }),
        ]),
  ];
  return [actions(elements)];
}

export function accountMessage(text: string, account: AccountView): Message {
  return { text, blocks: [section(text), ...accountBlocks(account)] };
}

/** The card in the approvals channel: what an approver decides by, with Activate and Block while they apply. */
export function cardMessage(account: AccountView): Message {
  if (account.erasedAt) return { text: 'A deleted account, erased', blocks: accountBlocks(account) };
  const value = refOf(account);
  const name = nameOf(account);
  const text = `Account of ${escapeText(name)}: ${account.state}`;
  const verbs = fittingVerbs(account.state).filter((verb) => verb === 'activate' || verb === 'block');
  const elements = verbs.map((verb) =>
    verb === 'activate'
      ? button('account-activate', 'Activate', value, { style: 'primary', label: `Activate ${name}` })
      : button('account-block', 'Block', value, { style: 'danger', label: `Block ${name}` }),
  );
  const blocks = accountBlocks(account, { canChange: false });
  return { text, blocks: elements.length ? [...blocks, actions(elements)] : blocks };
}
